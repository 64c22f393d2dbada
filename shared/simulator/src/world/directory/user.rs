//! Users.

use serde_json::{Value, json};

use super::reference::Reference;
use super::{Object, licence, security_identifier};
use crate::world::dates::{DAY, TODAY, utc};
use crate::world::names::{DEPARTMENTS, JOB_TITLES, OFFICES, Person};
use crate::world::random::Draw;
use crate::world::tenant::Tenant;

/// The properties of a user that come without `$select`.
pub(crate) const DEFAULTS: [&str; 11] = [
    "businessPhones",
    "displayName",
    "givenName",
    "jobTitle",
    "mail",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "surname",
    "userPrincipalName",
    "id",
];

/// Domains that guests come from, as they stand in the user principal name.
const PARTNERS: [&str; 4] =
    ["partner-one.example", "freelance.example", "auditors.example", "supplier.example"];

/// A user. One in twelve is a guest, one in sixteen is disabled, one in ten has no department.
pub(crate) struct User<'a> {
    tenant: &'a Tenant,
    index: u64,
    person: Person,
    partner: Option<&'static str>,
    is_enabled: bool,
    is_synced: bool,
    has_mail: bool,
    /// The day of creation, in seconds since 1970.
    created: i64,
}

impl<'a> User<'a> {
    pub(crate) fn new(tenant: &'a Tenant, index: u64) -> Self {
        let mut draw = tenant.draw("user", index);
        let partner = (draw.below(12) == 5).then(|| draw.pick(&PARTNERS));
        Self {
            tenant,
            index,
            person: Person::new(tenant.seed, index),
            partner,
            is_enabled: draw.below(16) != 7,
            is_synced: partner.is_none() && draw.chance(40),
            has_mail: draw.chance(if partner.is_some() { 50 } else { 96 }),
            created: TODAY - DAY * i64::try_from(draw.below(3000)).unwrap_or_default() - 3600,
        }
    }

    pub(crate) fn id(&self) -> String {
        self.tenant.user_id(self.index)
    }

    /// Whom the user reports to: every eighth user manages others, and nobody manages the first.
    pub(crate) fn manager(&self) -> Option<Reference> {
        let manager = self.index / 8;
        (manager != self.index && self.partner.is_none()).then_some(Reference::User(manager))
    }

    pub(crate) fn display_name(&self) -> String {
        match self.partner {
            Some(_) => format!("{} {} (Guest)", self.person.given, self.person.family),
            None => format!("{} {}", self.person.given, self.person.family),
        }
    }

    pub(crate) fn principal_name(&self) -> String {
        let (mailbox, initial) = (&self.person.mailbox, self.tenant.initial_domain());
        match self.partner {
            Some(partner) => format!("{mailbox}_{partner}#EXT#@{initial}"),
            None => format!("{mailbox}@{}", self.tenant.default_domain()),
        }
    }

    fn mail(&self) -> Option<String> {
        let tenant_domain = self.tenant.default_domain();
        let domain = self.partner.unwrap_or(&tenant_domain);
        self.has_mail.then(|| format!("{}@{domain}", self.person.mailbox))
    }

    /// A stream of numbers for one property, so that it does not matter which ones are asked for.
    fn draw(&self, property: &str) -> Draw {
        self.tenant.draw(property, self.index)
    }

    fn office(&self) -> (&'static str, &'static str, &'static str, &'static str) {
        self.draw("office").pick(&OFFICES)
    }

    /// A value that synchronised users have and others do not.
    fn synced(&self, value: impl FnOnce(&Self) -> Value) -> Value {
        if self.is_synced { value(self) } else { Value::Null }
    }

    /// A time after the creation, at most `days` ago.
    fn since(&self, property: &str, days: u64) -> String {
        let ago = DAY * i64::try_from(self.draw(property).below(days)).unwrap_or_default();
        utc((TODAY - ago - 7200).max(self.created))
    }

    fn identities(&self) -> Value {
        json!([{
            "signInType": if self.partner.is_some() { "federated" } else { "userPrincipalName" },
            "issuer": if self.partner.is_some() {
                "ExternalAzureAD".to_owned()
            } else {
                self.tenant.initial_domain()
            },
            "issuerAssignedId": self.partner.is_none().then(|| self.principal_name()),
        }])
    }

    fn sign_in_activity(&self) -> Value {
        // A user who never signed in has no such property.
        if self.draw("never").below(9) == 0 {
            return Value::Null;
        }
        json!({
            "lastSignInDateTime": self.since("lastSignInDateTime", 120),
            "lastSignInRequestId": self.draw("lastSignInRequestId").guid(),
            "lastNonInteractiveSignInDateTime": self.since("lastNonInteractive", 30),
            "lastNonInteractiveSignInRequestId": self.draw("lastNonInteractiveId").guid(),
            "lastSuccessfulSignInDateTime": self.since("lastSignInDateTime", 120),
            "lastSuccessfulSignInRequestId": self.draw("lastSignInRequestId").guid(),
        })
    }
}

impl Object for User<'_> {
    fn type_name(&self) -> &'static str {
        "user"
    }

    fn defaults(&self) -> &'static [&'static str] {
        &DEFAULTS
    }

    fn property(&self, name: &str) -> Option<Value> {
        let of_member = |value: &'static str| self.partner.is_none().then_some(value);
        Some(match name {
            "accountEnabled" => json!(self.is_enabled),
            "businessPhones" => match self.draw(name).below(3) {
                0 => json!([]),
                _ => json!([format!("+49 555 01{:02}", self.index % 100)]),
            },
            "city" => json!(self.office().0),
            "companyName" => json!(self.partner.unwrap_or(self.tenant.company().0)),
            "country" => json!(self.office().1),
            "createdDateTime" | "signInSessionsValidFromDateTime" => json!(utc(self.created)),
            "creationType" => json!(self.partner.map(|_| "Invitation")),
            "department" => match self.draw(name).below(10) {
                0 => Value::Null,
                _ => json!(self.draw("team").pick(&DEPARTMENTS)),
            },
            "displayName" => json!(self.display_name()),
            "employeeHireDate" => json!(of_member("").map(|_| utc(self.created / DAY * DAY))),
            "employeeId" => json!(of_member("").map(|_| format!("{:06}", 100_000 + self.index))),
            "employeeType" => match self.draw(name).below(3) {
                0 => Value::Null,
                1 => json!("Contractor"),
                _ => json!("Employee"),
            },
            "externalUserState" => json!(self.partner.map(|_| "Accepted")),
            "externalUserStateChangeDateTime" => json!(self.partner.map(|_| utc(self.created))),
            "givenName" => json!(of_member(self.person.given)),
            "id" => json!(self.id()),
            "identities" => self.identities(),
            "jobTitle" => match self.draw(name).below(8) {
                0 => Value::Null,
                _ => json!(self.draw("job").pick(&JOB_TITLES)),
            },
            "lastPasswordChangeDateTime" => json!(self.since(name, 400)),
            "mail" => json!(self.mail()),
            "mailNickname" => json!(self.person.mailbox),
            "mobilePhone" => match self.draw(name).below(2) {
                0 => Value::Null,
                _ => json!(format!("+353 85 555 {:04}", self.index % 10_000)),
            },
            "officeLocation" => json!(of_member(self.office().0)),
            "onPremisesDistinguishedName" => self.synced(|user| {
                json!(format!("CN={},OU=People,DC=corp,DC=example", user.display_name()))
            }),
            "onPremisesDomainName" => self.synced(|_| json!("corp.example")),
            "onPremisesImmutableId" => self.synced(|user| json!(user.draw(name).hex(16))),
            "onPremisesLastSyncDateTime" => self.synced(|user| json!(user.since(name, 2))),
            "onPremisesSamAccountName" => self.synced(|user| json!(user.person.mailbox)),
            "onPremisesSyncEnabled" => self.synced(|_| json!(true)),
            "onPremisesUserPrincipalName" => self.synced(|user| json!(user.principal_name())),
            "preferredLanguage" => json!(of_member(self.office().3)),
            "proxyAddresses" => match self.mail() {
                Some(mail) => json!([format!("SMTP:{mail}")]),
                None => json!([]),
            },
            "securityIdentifier" => json!(security_identifier(&self.id())),
            "signInActivity" => self.sign_in_activity(),
            "surname" => json!(of_member(self.person.family)),
            "usageLocation" => json!(of_member(self.office().2)),
            "userPrincipalName" => json!(self.principal_name()),
            "userType" => json!(if self.partner.is_some() { "Guest" } else { "Member" }),
            "assignedLicenses" => licence::assigned(self.draw(name)),
            "assignedPlans"
            | "imAddresses"
            | "otherMails"
            | "onPremisesProvisioningErrors"
            | "provisionedPlans"
            | "serviceProvisioningErrors" => {
                json!([])
            }
            "ageGroup"
            | "consentProvidedForMinor"
            | "deletedDateTime"
            | "employeeOrgData"
            | "faxNumber"
            | "isResourceAccount"
            | "legalAgeGroupClassification"
            | "onPremisesSecurityIdentifier"
            | "passwordPolicies"
            | "postalCode"
            | "preferredDataLocation"
            | "showInAddressList"
            | "state"
            | "streetAddress" => Value::Null,
            _ => return None,
        })
    }
}
