//! Devices, and organizational contacts, which are seen here only as members of groups.

use serde_json::{Value, json};

use super::Object;
use super::reference::Reference;
use crate::world::dates::{DAY, TODAY, utc};
use crate::world::guid::Kind;
use crate::world::names::Person;
use crate::world::tenant::Tenant;

/// The properties of a device that come without `$select`.
const DEFAULTS: [&str; 36] = [
    "id",
    "deletedDateTime",
    "accountEnabled",
    "alternativeSecurityIds",
    "approximateLastSignInDateTime",
    "complianceExpirationDateTime",
    "createdDateTime",
    "deviceCategory",
    "deviceId",
    "deviceMetadata",
    "deviceOwnership",
    "deviceVersion",
    "displayName",
    "domainName",
    "enrollmentProfileName",
    "enrollmentType",
    "extensionAttributes",
    "externalSourceName",
    "isCompliant",
    "isManaged",
    "isRooted",
    "managementType",
    "manufacturer",
    "mdmAppId",
    "model",
    "onPremisesLastSyncDateTime",
    "onPremisesSecurityIdentifier",
    "onPremisesSyncEnabled",
    "operatingSystem",
    "operatingSystemVersion",
    "physicalIds",
    "profileType",
    "registrationDateTime",
    "sourceType",
    "systemLabels",
    "trustType",
];

/// A device that is registered with the directory.
pub(crate) struct Device<'a> {
    tenant: &'a Tenant,
    index: u64,
}

impl<'a> Device<'a> {
    pub(crate) fn new(tenant: &'a Tenant, index: u64) -> Self {
        Self { tenant, index }
    }

    /// How many users are registered with it: one mostly, nobody for some, and many where people
    /// share it.
    pub(crate) fn users(&self) -> u64 {
        let count = match self.tenant.draw("device users", self.index).below(20) {
            0 | 1 => 0,
            2 | 3 => 2,
            4 if self.index % 3 == 1 => 25,
            _ => 1,
        };
        count.min(self.tenant.users)
    }

    /// A user who is registered with it. The first one owns it too.
    pub(crate) fn user(&self, place: u64) -> Reference {
        let first = self.tenant.draw("device owner", self.index).below(self.tenant.users);
        Reference::User((first + place) % self.tenant.users.max(1))
    }
}

impl Object for Device<'_> {
    fn type_name(&self) -> &'static str {
        "device"
    }

    fn defaults(&self) -> &'static [&'static str] {
        &DEFAULTS
    }

    fn property(&self, name: &str) -> Option<Value> {
        let mut draw = self.tenant.draw("device", self.index);
        let is_windows = draw.chance(70);
        let seen = TODAY - DAY * i64::try_from(draw.below(90)).unwrap_or_default();
        let is_managed = draw.clone().chance(80);
        let managed = |value: &'static str| json!(is_managed.then_some(value));
        let device_id = || self.tenant.draw("deviceId", self.index).guid();
        Some(match name {
            "id" => json!(self.tenant.guids.guid(Kind::Device, self.index)),
            "accountEnabled" => json!(draw.chance(95)),
            "alternativeSecurityIds" => json!([{
                "type": 2,
                "identityProvider": null,
                "key": format!("{}{}", draw.hex(16), draw.hex(16)),
            }]),
            "approximateLastSignInDateTime" => json!(utc(seen)),
            "createdDateTime" | "registrationDateTime" => json!(utc(seen - 400 * DAY)),
            "deviceId" => json!(device_id()),
            "deviceOwnership" => managed("Company"),
            "deviceVersion" => json!(2),
            "displayName" => {
                json!(format!("{}-{:05}", if is_windows { "LT" } else { "MAC" }, self.index + 1))
            }
            "enrollmentType" => {
                managed(if is_windows { "AzureDomainJoined" } else { "AppleBulkWithUser" })
            }
            "extensionAttributes" => (1..=15)
                .map(|number| (format!("extensionAttribute{number}"), Value::Null))
                .collect(),
            // Nobody has asked yet whether an unmanaged device is compliant.
            "isCompliant" => json!(is_managed.then(|| draw.chance(80))),
            "isManaged" => json!(is_managed.then_some(true)),
            "managementType" => managed("MDM"),
            "manufacturer" => managed(if is_windows { "LENOVO" } else { "Apple" }),
            "mdmAppId" => managed("0000000a-0000-0000-c000-000000000000"),
            "model" => managed(if is_windows { "ThinkPad X1 Carbon" } else { "MacBook Air" }),
            "operatingSystem" => json!(if is_windows { "Windows" } else { "MacMDM" }),
            "operatingSystemVersion" => json!(if is_windows { "10.0.26100.6584" } else { "15.6" }),
            "physicalIds" => json!([
                format!("[USER-GID]:{}:6825811111111", device_id()),
                format!("[GID]:g:6825811{:06}", self.index),
            ]),
            "profileType" => json!("RegisteredDevice"),
            "trustType" => json!(if is_windows { "AzureAd" } else { "Workplace" }),
            "systemLabels" => json!([]),
            "complianceExpirationDateTime"
            | "deletedDateTime"
            | "deviceCategory"
            | "deviceMetadata"
            | "domainName"
            | "enrollmentProfileName"
            | "externalSourceName"
            | "isRooted"
            | "onPremisesLastSyncDateTime"
            | "onPremisesSecurityIdentifier"
            | "onPremisesSyncEnabled"
            | "sourceType" => Value::Null,
            _ => return None,
        })
    }
}

/// A contact outside of the organization.
pub(crate) struct Contact<'a> {
    tenant: &'a Tenant,
    index: u64,
}

impl<'a> Contact<'a> {
    pub(crate) fn new(tenant: &'a Tenant, index: u64) -> Self {
        Self { tenant, index }
    }
}

impl Object for Contact<'_> {
    fn type_name(&self) -> &'static str {
        "orgContact"
    }

    fn defaults(&self) -> &'static [&'static str] {
        &[
            "id",
            "deletedDateTime",
            "companyName",
            "department",
            "displayName",
            "givenName",
            "jobTitle",
            "mail",
            "mailNickname",
            "proxyAddresses",
            "surname",
        ]
    }

    fn property(&self, name: &str) -> Option<Value> {
        let person = Person::new(self.tenant.seed ^ 1, self.index);
        let mail = format!("{}@press.example", person.mailbox);
        Some(match name {
            "id" => json!(self.tenant.guids.guid(Kind::Contact, self.index)),
            "companyName" => json!("Press & Partners"),
            "displayName" => json!(format!("{} {}", person.given, person.family)),
            "givenName" => json!(person.given),
            "surname" => json!(person.family),
            "mail" => json!(mail),
            "mailNickname" => json!(person.mailbox),
            "proxyAddresses" => json!([format!("SMTP:{mail}")]),
            "deletedDateTime" | "department" | "jobTitle" => Value::Null,
            _ => return None,
        })
    }
}
