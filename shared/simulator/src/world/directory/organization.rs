//! The organization, and its security defaults.

use serde_json::{Value, json};

use super::document::Document;
use super::{Object, domain};
use crate::options::License;
use crate::world::dates::{DAY, TODAY, fraction, utc};
use crate::world::tenant::Tenant;

/// The tenant as the directory describes it.
pub(crate) struct Organization<'a>(pub(crate) &'a Tenant);

impl Object for Organization<'_> {
    fn type_name(&self) -> &'static str {
        "organization"
    }

    fn defaults(&self) -> &'static [&'static str] {
        &[
            "id",
            "deletedDateTime",
            "businessPhones",
            "city",
            "country",
            "countryLetterCode",
            "createdDateTime",
            "defaultUsageLocation",
            "displayName",
            "isMultipleDataLocationsForServicesEnabled",
            "marketingNotificationEmails",
            "onPremisesLastSyncDateTime",
            "onPremisesSyncEnabled",
            "partnerTenantType",
            "postalCode",
            "preferredLanguage",
            "securityComplianceNotificationMails",
            "securityComplianceNotificationPhones",
            "state",
            "street",
            "technicalNotificationMails",
            "tenantType",
            "directorySizeQuota",
            "privacyProfile",
            "assignedPlans",
            "onPremisesSyncStatus",
            "provisionedPlans",
            "verifiedDomains",
        ]
    }

    fn property(&self, name: &str) -> Option<Value> {
        let tenant = self.0;
        let as_verified = |domain: &Document| {
            let of = |name| domain.property(name).unwrap_or_default();
            json!({
                "capabilities": "Email, OfficeCommunicationsOnline",
                "isDefault": of("isDefault"),
                "isInitial": of("isInitial"),
                "name": of("id"),
                "type": of("authenticationType"),
            })
        };
        Some(match name {
            "id" => json!(tenant.id()),
            "assignedPlans" => json!([{
                "assignedDateTime": utc(TODAY - 900 * DAY),
                "capabilityStatus": "Enabled",
                "service": "AADPremiumService",
                "servicePlanId": tenant.draw("plan", 0).guid(),
            }]),
            "businessPhones" => json!(["+353 1 555 0100"]),
            "city" => json!("Dublin"),
            "countryLetterCode" => json!("IE"),
            "createdDateTime" => json!(utc(TODAY - 3200 * DAY)),
            "directorySizeQuota" => {
                let used = tenant.users + tenant.groups + tenant.devices;
                json!({ "total": 300_000.max(used * 2), "used": used })
            }
            "displayName" => json!(tenant.company().0),
            "mobileDeviceManagementAuthority" => json!(match tenant.fleet.license {
                License::Full => "intune",
                License::Basic => "office365",
                License::None => "unknown",
            }),
            "onPremisesLastSyncDateTime" => json!(utc(TODAY - 900)),
            "onPremisesSyncEnabled" => json!(true),
            "postalCode" => json!("D02 XX00"),
            "preferredLanguage" => json!("en"),
            "street" => json!("1 Example Quay"),
            "technicalNotificationMails" => {
                json!([format!("it@{}", tenant.default_domain())])
            }
            "tenantType" => json!("AAD"),
            // The default domain is not always the first of the list.
            "verifiedDomains" => {
                let domains = (0..domain::COUNT).map(|place| domain::domain(tenant, place));
                let verified = |it: &Document| it.property("isVerified") == Some(json!(true));
                domains.filter(verified).map(|it| as_verified(&it)).collect()
            }
            "marketingNotificationEmails"
            | "onPremisesSyncStatus"
            | "provisionedPlans"
            | "securityComplianceNotificationMails"
            | "securityComplianceNotificationPhones" => {
                json!([])
            }
            "country"
            | "defaultUsageLocation"
            | "deletedDateTime"
            | "isMultipleDataLocationsForServicesEnabled"
            | "partnerTenantType"
            | "privacyProfile"
            | "state" => Value::Null,
            _ => return None,
        })
    }
}

/// The policy that turns on security defaults for the whole tenant.
pub(crate) struct SecurityDefaults<'a>(pub(crate) &'a Tenant);

impl Object for SecurityDefaults<'_> {
    fn type_name(&self) -> &'static str {
        "identitySecurityDefaultsEnforcementPolicy"
    }

    fn defaults(&self) -> &'static [&'static str] {
        &["id", "description", "displayName", "isEnabled", "controlTypes", "securityDefaultsUpsell"]
    }

    fn property(&self, name: &str) -> Option<Value> {
        Some(match name {
            // The same in every tenant.
            "id" => json!("00000000-0000-0000-0000-000000000005"),
            "description" => json!("Basic identity security mechanisms that Microsoft recommends."),
            "displayName" => json!("Security Defaults"),
            "isEnabled" => json!(self.0.draw("security defaults", 0).chance(50)),
            "controlTypes" => json!([]),
            "securityDefaultsUpsell" => {
                json!({ "action": "none", "dueDateTime": fraction(TODAY + 30 * DAY, 0) })
            }
            _ => return None,
        })
    }
}
