//! Devices and organizational contacts, which are seen here only as members of groups.

use serde_json::{Value, json};

use super::Object;
use crate::dates::{DAY, TODAY, utc};
use crate::guid::Kind;
use crate::names::Person;
use crate::tenant::Tenant;

/// A device that is registered with the directory.
pub(crate) struct Device<'a> {
    tenant: &'a Tenant,
    index: u64,
}

impl<'a> Device<'a> {
    pub(crate) fn new(tenant: &'a Tenant, index: u64) -> Self {
        Self { tenant, index }
    }
}

impl Object for Device<'_> {
    fn type_name(&self) -> &'static str {
        "device"
    }

    fn defaults(&self) -> &'static [&'static str] {
        &[
            "id",
            "deletedDateTime",
            "accountEnabled",
            "approximateLastSignInDateTime",
            "createdDateTime",
            "deviceId",
            "displayName",
            "isCompliant",
            "isManaged",
            "operatingSystem",
            "operatingSystemVersion",
            "profileType",
            "registrationDateTime",
            "trustType",
        ]
    }

    fn property(&self, name: &str) -> Option<Value> {
        let mut draw = self.tenant.draw("device", self.index);
        let is_windows = draw.chance(70);
        let seen = TODAY - DAY * i64::try_from(draw.below(90)).unwrap_or_default();
        Some(match name {
            "id" => json!(self.tenant.guids.guid(Kind::Device, self.index)),
            "accountEnabled" => json!(draw.chance(95)),
            "approximateLastSignInDateTime" => json!(utc(seen)),
            "createdDateTime" | "registrationDateTime" => json!(utc(seen - 400 * DAY)),
            "deviceId" => json!(self.tenant.draw(name, self.index).guid()),
            "displayName" => {
                json!(format!("{}-{:05}", if is_windows { "LT" } else { "MAC" }, self.index + 1))
            }
            "isCompliant" | "isManaged" => json!(draw.chance(80)),
            "operatingSystem" => json!(if is_windows { "Windows" } else { "MacMDM" }),
            "operatingSystemVersion" => json!(if is_windows { "10.0.26100.6584" } else { "15.6" }),
            "profileType" => json!("RegisteredDevice"),
            "trustType" => json!(if is_windows { "AzureAd" } else { "Workplace" }),
            "deletedDateTime" => Value::Null,
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
