//! Service principals: those of the registrations that may sign in here, Microsoft's own, the
//! company's applications, and the managed identities of virtual machines.

use serde_json::{Value, json};

use super::app_role::{app_roles, applications_at_first};
use super::first_party::{FIRST_PARTY, GRAPH, MICROSOFT};
use super::{Object, credential, permission};
use crate::world::dates::{DAY, TODAY, utc};
use crate::world::guid::Kind;
use crate::world::names::{ENVIRONMENTS, WORKLOADS};
use crate::world::random::nth;
use crate::world::resources::inventory::Inventory;
use crate::world::resources::managed_identity;
use crate::world::tenant::Tenant;

/// The properties of a service principal that come without `$select`: all of them.
const DEFAULTS: [&str; 36] = [
    "id",
    "deletedDateTime",
    "accountEnabled",
    "addIns",
    "alternativeNames",
    "appDescription",
    "appDisplayName",
    "appId",
    "applicationTemplateId",
    "appOwnerOrganizationId",
    "appRoleAssignmentRequired",
    "appRoles",
    "createdDateTime",
    "description",
    "disabledByMicrosoftStatus",
    "displayName",
    "homepage",
    "info",
    "keyCredentials",
    "loginUrl",
    "logoutUrl",
    "notes",
    "notificationEmailAddresses",
    "oauth2PermissionScopes",
    "passwordCredentials",
    "preferredSingleSignOnMode",
    "preferredTokenSigningKeyThumbprint",
    "replyUrls",
    "resourceSpecificApplicationPermissions",
    "samlSingleSignOnSettings",
    "servicePrincipalNames",
    "servicePrincipalType",
    "signInAudience",
    "tags",
    "tokenEncryptionKeyId",
    "verifiedPublisher",
];

/// A service principal.
pub(crate) struct ServicePrincipal<'a> {
    tenant: &'a Tenant,
    index: u64,
    origin: Origin<'a>,
}

enum Origin<'a> {
    /// A registration that may sign in to this cloud.
    Client(&'a str),
    FirstParty((&'static str, &'static str, &'static str)),
    /// One of the company's applications, by its number.
    Application(u64),
    /// A managed identity: its name, and the id of the resource that it belongs to.
    ManagedIdentity {
        name: String,
        resource: String,
        is_explicit: bool,
    },
}

impl<'a> ServicePrincipal<'a> {
    /// The index of the first that was created with an application since the tenant began.
    pub(crate) const CREATED: u64 = 1 << 31;

    /// How many there are but for those that were created with an application.
    pub(crate) fn count(tenant: &Tenant) -> u64 {
        let last = tenant.all_inventories().last();
        tenant.first_identity() + last.map_or(0, Inventory::identities_up_to)
    }

    pub(crate) fn new(tenant: &'a Tenant, index: u64) -> Self {
        let clients = tenant.principals().len() as u64;
        let first_application = clients + FIRST_PARTY.len() as u64;
        let first_identity = tenant.first_identity();
        let origin = if index < clients {
            let place = usize::try_from(index).unwrap_or_default();
            Origin::Client(&tenant.principals()[place].client_id)
        } else if index < first_application {
            Origin::FirstParty(nth(&FIRST_PARTY, index - clients))
        } else if let Some(number) = index.checked_sub(Self::CREATED) {
            Origin::Application(tenant.applications + number)
        } else if index < first_identity {
            Origin::Application(index - first_application)
        } else {
            let identity = managed_identity::by_number(tenant, index - first_identity);
            let (name, resource, is_explicit) = identity.unwrap_or_default();
            Origin::ManagedIdentity { name, resource, is_explicit }
        };
        Self { tenant, index, origin }
    }

    pub(crate) fn app_id(&self) -> String {
        match &self.origin {
            Origin::Client(id) | Origin::FirstParty((_, id, _)) => (*id).to_owned(),
            // Index 0 is the default registration's.
            _ => self.tenant.guids.guid(Kind::Application, self.index + 1),
        }
    }

    pub(crate) fn display_name(&self) -> String {
        match &self.origin {
            Origin::Client(_) if self.index == 0 => "tenantgraph".to_owned(),
            Origin::Client(_) => format!("client-{}", self.index),
            Origin::FirstParty((name, ..)) => (*name).to_owned(),
            Origin::Application(number) => {
                let mut draw = self.tenant.draw("application", *number);
                let (workload, environment) = (draw.pick(&WORKLOADS), draw.pick(&ENVIRONMENTS));
                format!("app-{workload}-{environment}-{number:02}")
            }
            Origin::ManagedIdentity { name, .. } => name.clone(),
        }
    }

    fn names(&self) -> Vec<String> {
        let uri = match &self.origin {
            Origin::FirstParty((.., uri)) => Some((*uri).to_owned()),
            Origin::Application(number) if number % 3 == 0 => {
                Some(format!("api://{}", self.app_id()))
            }
            Origin::ManagedIdentity { .. } => Some(format!(
                "https://identity.azure.net/{}",
                self.tenant.draw("uri", self.index).hex(16)
            )),
            _ => None,
        };
        [self.app_id()].into_iter().chain(uri).collect()
    }

    fn tags(&self) -> Value {
        match &self.origin {
            Origin::Client(_) => json!(["HideApp", "WindowsAzureActiveDirectoryIntegratedApp"]),
            Origin::Application(number) if number % 2 == 0 => {
                json!(["WindowsAzureActiveDirectoryIntegratedApp"])
            }
            _ => json!([]),
        }
    }

    fn alternative_names(&self) -> Value {
        match &self.origin {
            Origin::ManagedIdentity { resource, is_explicit, .. } => {
                let explicit = if *is_explicit { "True" } else { "False" };
                json!([format!("isExplicit={explicit}"), resource])
            }
            _ => json!([]),
        }
    }

    /// The registration that it is of, if that is one of this tenant's.
    pub(crate) fn application(&self) -> Option<u64> {
        match self.origin {
            Origin::Client(_) => Some(self.index),
            Origin::Application(number) => Some(match self.index.checked_sub(Self::CREATED) {
                None => self.tenant.principals().len() as u64 + number,
                Some(number) => applications_at_first(self.tenant) + number,
            }),
            Origin::FirstParty(_) | Origin::ManagedIdentity { .. } => None,
        }
    }

    /// Whether it is a managed identity.
    pub(crate) const fn is_managed(&self) -> bool {
        matches!(self.origin, Origin::ManagedIdentity { .. })
    }

    fn is_graph(&self) -> bool {
        matches!(self.origin, Origin::FirstParty((_, GRAPH, _)))
    }

    fn app_roles(&self) -> Value {
        match self.application() {
            _ if self.is_graph() => permission::app_roles(),
            Some(application) => app_roles(self.tenant, application),
            None => json!([]),
        }
    }

    fn keys(&self) -> Value {
        match self.origin {
            // Applications that people sign in to with SAML have a certificate here.
            Origin::Application(_) => {
                let mut draw = self.tenant.draw("principal keys", self.index);
                credential::keys(&mut draw, &self.display_name())
            }
            _ => json!([]),
        }
    }

    fn owner(&self) -> Option<String> {
        match &self.origin {
            Origin::FirstParty(_) => Some(MICROSOFT.to_owned()),
            Origin::ManagedIdentity { .. } => None,
            _ => Some(self.tenant.id()),
        }
    }

    fn secrets(&self) -> Value {
        let mut draw = self.tenant.draw("credential", self.index);
        match &self.origin {
            Origin::Application(_) if draw.chance(60) => {
                let days = i64::try_from(draw.below(700)).unwrap_or_default() - 100;
                json!([{
                    "customKeyIdentifier": null,
                    "displayName": "deployment",
                    "endDateTime": utc(TODAY + days * DAY),
                    "hint": draw.hex(3),
                    "keyId": draw.guid(),
                    "secretText": null,
                    "startDateTime": utc(TODAY + (days - 730) * DAY),
                }])
            }
            _ => json!([]),
        }
    }
}

impl Object for ServicePrincipal<'_> {
    fn type_name(&self) -> &'static str {
        "servicePrincipal"
    }

    fn defaults(&self) -> &'static [&'static str] {
        &DEFAULTS
    }

    fn property(&self, name: &str) -> Option<Value> {
        let mut draw = self.tenant.draw("service principal", self.index);
        let is_managed = self.is_managed();
        let created = TODAY - DAY * i64::try_from(draw.below(2000)).unwrap_or_default() - 1800;
        Some(match name {
            "id" => json!(self.tenant.service_principal_id(self.index)),
            "accountEnabled" => {
                json!(!matches!(self.origin, Origin::Application(number) if number % 11 == 10))
            }
            "alternativeNames" => self.alternative_names(),
            // A managed identity has no application, so there is no name of one.
            "appDisplayName" => json!((!is_managed).then(|| self.display_name())),
            "appId" => json!(self.app_id()),
            "appOwnerOrganizationId" => json!(self.owner()),
            "appRoleAssignmentRequired" => {
                json!(matches!(self.origin, Origin::Application(number) if number % 4 == 1))
            }
            "appRoles" => self.app_roles(),
            "createdDateTime" => json!(utc(created)),
            "displayName" => json!(self.display_name()),
            "info" => json!({
                "logoUrl": null,
                "marketingUrl": null,
                "privacyStatementUrl": null,
                "supportUrl": null,
                "termsOfServiceUrl": null,
            }),
            "keyCredentials" => self.keys(),
            "oauth2PermissionScopes" if self.is_graph() => permission::scopes(),
            "passwordCredentials" => self.secrets(),
            "servicePrincipalNames" => json!(self.names()),
            "servicePrincipalType" => {
                json!(if is_managed { "ManagedIdentity" } else { "Application" })
            }
            "signInAudience" => match self.origin {
                Origin::FirstParty(_) => json!("AzureADMultipleOrgs"),
                Origin::ManagedIdentity { .. } => Value::Null,
                _ => json!("AzureADMyOrg"),
            },
            "tags" => self.tags(),
            "verifiedPublisher" => json!({
                "addedDateTime": null,
                "displayName": null,
                "verifiedPublisherId": null,
            }),
            "addIns"
            | "notificationEmailAddresses"
            | "oauth2PermissionScopes"
            | "replyUrls"
            | "resourceSpecificApplicationPermissions" => {
                json!([])
            }
            "appDescription"
            | "applicationTemplateId"
            | "deletedDateTime"
            | "description"
            | "disabledByMicrosoftStatus"
            | "homepage"
            | "loginUrl"
            | "logoutUrl"
            | "notes"
            | "preferredSingleSignOnMode"
            | "preferredTokenSigningKeyThumbprint"
            | "samlSingleSignOnSettings"
            | "tokenEncryptionKeyId" => Value::Null,
            _ => return None,
        })
    }
}
