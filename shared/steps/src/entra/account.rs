//! The account: the directory as the instance sees it.

use graph::{Entity, Key, Name};
use serde::Deserialize;
use serde_json::json;

use crate::convert::{Item, Scope};
use crate::entity::{COMPUTED, EntityType, OBJECT, always, flag, list, text};
use crate::list::{Domain, List};
use crate::step::{Permission, Step};

pub(crate) static ACCOUNT: EntityType = EntityType {
    kind: "azure_account",
    class: &["Account"],
    doc: "The directory, under the name of the instance that collects it.",
    shared: OBJECT,
    properties: &[
        text("displayName", COMPUTED, "The name of the instance."),
        text("organizationName", "/displayName", "The name of the organization."),
        text("defaultDomain", COMPUTED, "The domain that new users get."),
        list("verifiedDomains", COMPUTED, "The domains that the organization has proved to own."),
        always("vendor", "Microsoft", "Who provides it."),
    ],
};

pub(crate) static STEP: Step = Step {
    id: "ad-account",
    name: "Entra ID Information",
    ingestion_source: Some("ad-generals"),
    list: List::graph("/organization").also(&["verifiedDomains"]),
    permissions: &[Permission::Graph("Organization.Read.All")],
    emits: Some(&ACCOUNT),
    key: |item| Some(Key::new(&item.scope.instance_id)),
    refine: domains,
    stand_in: Some(|scope| json!({ "id": scope.directory_id })),
    ..Step::NEW
};

/// Whether security defaults are on, which another document says.
pub(crate) static SECURITY_DEFAULTS: Step = Step {
    id: "ad-account-security-defaults",
    name: "Entra ID Security Defaults",
    ingestion_source: Some("ad-generals"),
    list: List::graph("/policies/identitySecurityDefaultsEnforcementPolicy")
        .one()
        .domain(Domain::GraphPolicies),
    permissions: &[Permission::Graph("Policy.Read.All")],
    emits: Some(&ACCOUNT),
    patches: &[flag(
        "securityDefaultsEnabled",
        "/isEnabled",
        "Whether Microsoft's security defaults are enforced.",
    )],
    key: |item| Some(Key::new(&item.scope.instance_id)),
    // It says the same of each instance of the tenant, and may be asked once in a second.
    ..Step::DIRECTORY
};

/// The name by which others refer to the account.
#[expect(
    clippy::unnecessary_wraps,
    reason = "other names may be missing from what they are made of"
)]
pub(crate) fn account_name(_: &str, scope: &Scope) -> Option<Name> {
    Some(Name::of_id(&scope.instance_id))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct VerifiedDomain {
    name: String,
    #[serde(default)]
    is_default: bool,
}

/// Sets the name of the instance, and the domains of the organization.
pub(crate) fn domains(organization: &Item<'_>, entity: &mut Entity) {
    entity.set("displayName", Some(organization.scope.instance_name.as_str()));
    let domains: Vec<VerifiedDomain> = organization.view("/verifiedDomains").unwrap_or_default();
    entity.set("defaultDomain", domains.iter().find(|it| it.is_default).map(|it| it.name.as_str()));
    if !domains.is_empty() {
        let names: Vec<&str> = domains.iter().map(|it| it.name.as_str()).collect();
        entity.set("verifiedDomains", Some(names));
    }
}
