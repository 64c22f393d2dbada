//! Groups.

use serde_json::{Value, json};

use super::{Object, security_identifier};
use crate::world::dates::{DAY, TODAY, utc};
use crate::world::names::{DEPARTMENTS, ENVIRONMENTS, OFFICES, WORKLOADS};
use crate::world::random::Draw;
use crate::world::tenant::Tenant;

/// The properties of a group that come without `$select`: all but a few that are never asked for.
pub(crate) const DEFAULTS: [&str; 35] = [
    "id",
    "deletedDateTime",
    "classification",
    "createdDateTime",
    "creationOptions",
    "description",
    "displayName",
    "expirationDateTime",
    "groupTypes",
    "isAssignableToRole",
    "mail",
    "mailEnabled",
    "mailNickname",
    "membershipRule",
    "membershipRuleProcessingState",
    "onPremisesDomainName",
    "onPremisesLastSyncDateTime",
    "onPremisesNetBiosName",
    "onPremisesSamAccountName",
    "onPremisesSecurityIdentifier",
    "onPremisesSyncEnabled",
    "preferredDataLocation",
    "preferredLanguage",
    "proxyAddresses",
    "renewedDateTime",
    "resourceBehaviorOptions",
    "resourceProvisioningOptions",
    "securityEnabled",
    "securityIdentifier",
    "theme",
    "uniqueName",
    "visibility",
    "onPremisesProvisioningErrors",
    "serviceProvisioningErrors",
    "infoCatalogs",
];

/// What a group is for, which decides who can be in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Everyone in the tenant, by a rule.
    Everyone,
    /// Users chosen by a rule.
    Dynamic,
    /// Access to something; may hold groups, service principals and devices.
    Security,
    /// A Microsoft 365 group: users only.
    Unified,
    /// A mailing list; may hold contacts.
    Distribution,
}

/// A group.
pub(crate) struct Group<'a> {
    tenant: &'a Tenant,
    index: u64,
    pub(crate) purpose: Purpose,
}

impl<'a> Group<'a> {
    pub(crate) fn new(tenant: &'a Tenant, index: u64) -> Self {
        let purpose = match (index, tenant.draw("group", index).below(20)) {
            (0, _) => Purpose::Everyone,
            // The first groups are made for certain shapes of membership.
            (1..=8, _) | (_, 0..=12) => Purpose::Security,
            (_, 13..=15) => Purpose::Unified,
            (_, 16..=17) => Purpose::Distribution,
            _ => Purpose::Dynamic,
        };
        Self { tenant, index, purpose }
    }

    pub(crate) fn id(&self) -> String {
        self.tenant.group_id(self.index)
    }

    fn draw(&self, property: &str) -> Draw {
        self.tenant.draw(property, self.index)
    }

    /// The name. Nothing keeps two groups from having the same.
    pub(crate) fn display_name(&self) -> String {
        let mut draw = self.draw("group name");
        let (department, office) = (draw.pick(&DEPARTMENTS), draw.pick(&OFFICES).0);
        match self.purpose {
            Purpose::Everyone => "All Employees".to_owned(),
            Purpose::Dynamic => format!("dyn-{}", department.to_lowercase().replace(' ', "-")),
            Purpose::Unified => format!("{department} {office}"),
            Purpose::Distribution => format!("Announcements {office}"),
            Purpose::Security => {
                let environment = draw.pick(&ENVIRONMENTS);
                let role = draw.pick(&["readers", "contributors", "owners", "operators"]);
                format!("sg-{}-{environment}-{role}", draw.pick(&WORKLOADS))
            }
        }
    }

    fn nickname(&self) -> String {
        format!("{}-{:x}", self.draw("nickname").hex(8), self.index)
    }

    fn has_mail(&self) -> bool {
        matches!(self.purpose, Purpose::Unified | Purpose::Distribution)
    }

    fn mail(&self) -> Option<String> {
        self.has_mail().then(|| format!("{}@{}", self.nickname(), self.tenant.default_domain()))
    }

    fn rule(&self) -> Option<String> {
        let department = self.draw("group name").pick(&DEPARTMENTS);
        match self.purpose {
            Purpose::Everyone => Some("(user.objectId -ne null)".to_owned()),
            Purpose::Dynamic => Some(format!("(user.department -eq \"{department}\")")),
            _ => None,
        }
    }

    fn types(&self) -> Value {
        match self.purpose {
            Purpose::Everyone | Purpose::Dynamic => json!(["DynamicMembership"]),
            Purpose::Unified => json!(["Unified"]),
            Purpose::Security | Purpose::Distribution => json!([]),
        }
    }

    fn created(&self) -> i64 {
        TODAY - DAY * i64::try_from(self.draw("created").below(2500)).unwrap_or_default() - 5400
    }
}

impl Object for Group<'_> {
    fn type_name(&self) -> &'static str {
        "group"
    }

    fn defaults(&self) -> &'static [&'static str] {
        &DEFAULTS
    }

    fn property(&self, name: &str) -> Option<Value> {
        let is_unified = self.purpose == Purpose::Unified;
        Some(match name {
            "createdDateTime" | "renewedDateTime" => json!(utc(self.created())),
            "description" => match self.draw(name).below(3) {
                0 => Value::Null,
                _ => json!(format!("{} (managed by IT)", self.display_name())),
            },
            "displayName" => json!(self.display_name()),
            "groupTypes" => self.types(),
            "id" => json!(self.id()),
            "isAssignableToRole" => match self.purpose {
                Purpose::Security if self.index % 40 == 9 => json!(true),
                _ => Value::Null,
            },
            "mail" => json!(self.mail()),
            "mailEnabled" => json!(self.has_mail()),
            "mailNickname" => json!(self.nickname()),
            "membershipRule" => json!(self.rule()),
            "membershipRuleProcessingState" => json!(self.rule().map(|_| "On")),
            "proxyAddresses" => match self.mail() {
                Some(mail) => json!([format!("SMTP:{mail}")]),
                None => json!([]),
            },
            "resourceProvisioningOptions" if is_unified => json!(["Team"]),
            "securityEnabled" => {
                json!(!matches!(self.purpose, Purpose::Unified | Purpose::Distribution))
            }
            "securityIdentifier" => json!(security_identifier(&self.id())),
            "visibility" => match self.purpose {
                Purpose::Unified if self.index.is_multiple_of(2) => json!("Public"),
                Purpose::Unified => json!("Private"),
                _ => Value::Null,
            },
            "creationOptions"
            | "infoCatalogs"
            | "onPremisesProvisioningErrors"
            | "resourceBehaviorOptions"
            | "resourceProvisioningOptions"
            | "serviceProvisioningErrors" => json!([]),
            "classification"
            | "deletedDateTime"
            | "expirationDateTime"
            | "onPremisesDomainName"
            | "onPremisesLastSyncDateTime"
            | "onPremisesNetBiosName"
            | "onPremisesSamAccountName"
            | "onPremisesSecurityIdentifier"
            | "onPremisesSyncEnabled"
            | "preferredDataLocation"
            | "preferredLanguage"
            | "theme"
            | "uniqueName" => Value::Null,
            _ => return None,
        })
    }
}
