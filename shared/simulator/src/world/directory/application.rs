//! Application registrations: those that may sign in to this cloud, the company's own, and some
//! that nobody ever made a service principal of.

use serde_json::{Value, json};

use super::app_role::{app_roles, applications_at_first, with_principal};
use super::service_principal::ServicePrincipal;
use super::{Object, credential, permission};
use crate::world::dates::{DAY, TODAY, utc};
use crate::world::directory::first_party::{FIRST_PARTY, GRAPH};
use crate::world::guid::Kind;
use crate::world::names::{ENVIRONMENTS, WORKLOADS};
use crate::world::random::Draw;
use crate::world::tenant::Tenant;

/// The properties of an application that come without `$select`.
const DEFAULTS: [&str; 35] = [
    "id",
    "deletedDateTime",
    "addIns",
    "api",
    "appId",
    "appRoles",
    "applicationTemplateId",
    "certification",
    "createdDateTime",
    "defaultRedirectUri",
    "description",
    "disabledByMicrosoftStatus",
    "displayName",
    "groupMembershipClaims",
    "identifierUris",
    "info",
    "isDeviceOnlyAuthSupported",
    "isFallbackPublicClient",
    "keyCredentials",
    "nativeAuthenticationApisEnabled",
    "notes",
    "optionalClaims",
    "parentalControlSettings",
    "passwordCredentials",
    "publicClient",
    "publisherDomain",
    "requestSignatureVerification",
    "requiredResourceAccess",
    "samlMetadataUrl",
    "serviceManagementReference",
    "servicePrincipalLockConfiguration",
    "signInAudience",
    "spa",
    "tags",
    "web",
];

/// Where the ids of applications begin that are not named after their service principals.
const OWN_IDS: u64 = 1 << 30;

/// An application registration.
pub(crate) struct Application<'a> {
    tenant: &'a Tenant,
    index: u64,
}

impl<'a> Application<'a> {
    pub(crate) fn new(tenant: &'a Tenant, index: u64) -> Self {
        Self { tenant, index }
    }

    /// The index of its service principal, if there ever was one.
    pub(crate) fn service_principal(&self) -> Option<u64> {
        let clients = self.tenant.principals().len() as u64;
        if let Some(number) = self.index.checked_sub(applications_at_first(self.tenant)) {
            return Some(ServicePrincipal::CREATED + number);
        }
        match self.index {
            index if index < clients => Some(index),
            index if index < with_principal(self.tenant) => Some(index + FIRST_PARTY.len() as u64),
            _ => None,
        }
    }

    pub(crate) fn app_id(&self) -> String {
        match self.service_principal() {
            Some(index) => ServicePrincipal::new(self.tenant, index).app_id(),
            None => self.tenant.guids.guid(Kind::Application, OWN_IDS + self.index),
        }
    }

    pub(crate) fn display_name(&self) -> String {
        if let Some(index) = self.service_principal() {
            return ServicePrincipal::new(self.tenant, index).display_name();
        }
        let mut draw = self.draw("application name");
        format!("poc-{}-{}", draw.pick(&WORKLOADS), draw.pick(&ENVIRONMENTS))
    }

    fn draw(&self, property: &str) -> Draw {
        self.tenant.draw(property, self.index)
    }

    /// The permissions that it asks for, which need not have been granted. One in nine asks for one
    /// that does not exist any more.
    fn required_access(&self) -> Value {
        let mut draw = self.draw("required access");
        let mut wanted = Vec::new();
        for _ in 0..draw.below(5) {
            wanted.push(json!({ "id": draw.pick(&permission::ROLES).1, "type": "Role" }));
        }
        for _ in 0..=draw.below(3) {
            wanted.push(json!({ "id": draw.pick(&permission::SCOPES).1, "type": "Scope" }));
        }
        if draw.below(9) == 0 {
            wanted.push(json!({ "id": draw.guid(), "type": "Role" }));
        }
        match draw.below(6) {
            0 => json!([]),
            _ => json!([{ "resourceAppId": GRAPH, "resourceAccess": wanted }]),
        }
    }
}

impl Object for Application<'_> {
    fn type_name(&self) -> &'static str {
        "application"
    }

    fn defaults(&self) -> &'static [&'static str] {
        &DEFAULTS
    }

    fn property(&self, name: &str) -> Option<Value> {
        let mut draw = self.draw(name);
        let host = format!("https://app-{}.{}", self.index, self.tenant.default_domain());
        Some(match name {
            "id" => json!(self.tenant.guids.guid(Kind::ApplicationObject, self.index)),
            "api" => json!({
                "acceptMappedClaims": null,
                "knownClientApplications": [],
                "oauth2PermissionScopes": [],
                "preAuthorizedApplications": [],
                "requestedAccessTokenVersion": draw.pick(&[None, Some(2)]),
            }),
            "appId" => json!(self.app_id()),
            "appRoles" => app_roles(self.tenant, self.index),
            "createdDateTime" => {
                json!(utc(TODAY - DAY * i64::try_from(draw.below(2000)).unwrap_or_default() - 900))
            }
            "displayName" => json!(self.display_name()),
            "groupMembershipClaims" => json!(draw.pick(&[None, None, Some("SecurityGroup")])),
            "identifierUris" => match draw.below(3) {
                0 => json!([format!("api://{}", self.app_id())]),
                _ => json!([]),
            },
            "info" => json!({
                "logoUrl": null,
                "marketingUrl": null,
                "privacyStatementUrl": null,
                "supportUrl": null,
                "termsOfServiceUrl": null,
            }),
            "isFallbackPublicClient" => json!(draw.pick(&[None, Some(false), Some(true)])),
            "keyCredentials" => {
                credential::keys(&mut self.draw("application keys"), &self.display_name())
            }
            "passwordCredentials" => credential::passwords(&mut self.draw("application secrets")),
            "publicClient" | "spa" => json!({ "redirectUris": [] }),
            // The domain may be gone by now, or was never verified.
            "publisherDomain" => match draw.below(7) {
                0 => Value::Null,
                1 => json!(self.tenant.initial_domain()),
                _ => json!(self.tenant.default_domain()),
            },
            "requiredResourceAccess" => self.required_access(),
            "signInAudience" => json!(draw.pick(&[
                "AzureADMyOrg",
                "AzureADMyOrg",
                "AzureADMultipleOrgs",
                "AzureADandPersonalMicrosoftAccount",
            ])),
            "web" => json!({
                "homePageUrl": null,
                "implicitGrantSettings": {
                    "enableAccessTokenIssuance": draw.chance(10),
                    "enableIdTokenIssuance": draw.chance(30),
                },
                "logoutUrl": null,
                "redirectUris": [format!("{host}/signin-oidc")],
                "redirectUriSettings": [{ "index": null, "uri": format!("{host}/signin-oidc") }],
            }),
            "parentalControlSettings" => {
                json!({ "countriesBlockedForMinors": [], "legalAgeGroupRule": "Allow" })
            }
            "servicePrincipalLockConfiguration" => json!({
                "allProperties": true,
                "credentialsWithUsageSign": true,
                "credentialsWithUsageVerify": true,
                "identifierUris": false,
                "isEnabled": true,
                "tokenEncryptionKeyId": true,
            }),
            "addIns" | "tags" => json!([]),
            "verifiedPublisher" => json!({
                "addedDateTime": null,
                "displayName": null,
                "verifiedPublisherId": null,
            }),
            "applicationTemplateId"
            | "certification"
            | "defaultRedirectUri"
            | "deletedDateTime"
            | "description"
            | "disabledByMicrosoftStatus"
            | "isDeviceOnlyAuthSupported"
            | "nativeAuthenticationApisEnabled"
            | "notes"
            | "optionalClaims"
            | "requestSignatureVerification"
            | "samlMetadataUrl"
            | "serviceManagementReference"
            | "tokenEncryptionKeyId"
            | "uniqueName" => Value::Null,
            _ => return None,
        })
    }
}
