//! The account: the directory as the instance sees it.

pub(crate) mod security_defaults;

use graph::{Entity, Key, Name};
use serde::Deserialize;
use serde_json::json;

use crate::prelude::*;

pub(crate) static ACCOUNT: EntityType = EntityType {
    kind: "azure_account",
    class: &["Account"],
    doc: "The directory, under the name of the instance that collects it.",
    properties: &[
        text("displayName", COMPUTED, "The name of the instance."),
        text("organizationName", "/displayName", "The name of the organization."),
        text("defaultDomain", COMPUTED, "The domain that new users get."),
        list("verifiedDomains", COMPUTED, "The domains that the organization has proved to own."),
        always("vendor", "Microsoft", "Who provides it."),
    ],
    ..EntityType::OBJECT
};

pub(crate) static STEP: Step = Step {
    id: "ad-account",
    name: "Entra ID Information",
    list: List::graph("/organization").also(&["verifiedDomains"]),
    becomes: Becomes::one(&ACCOUNT)
        .key(|item| Some(Key::new(&item.instance.instance_id)))
        .refine(domains),
    needs: Needs::NOTHING.source("ad-generals").graph(&["Organization.Read.All"]),
    synthesized: Some(|instance| json!({ "id": instance.directory_id })),
    ..Step::AZURE
};

/// The account has what an item becomes.
pub(crate) const HAS: Link = Link::found(RelationshipClass::Has, ACCOUNTS, |item| {
    vec![Name::of_id(&item.instance.instance_id)]
})
.reverse();

const ACCOUNTS: &[&EntityType] = &[&ACCOUNT];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct VerifiedDomain {
    name: String,
    #[serde(default)]
    is_default: bool,
}

/// Sets the name of the instance, and the domains of the organization.
pub(crate) fn domains(organization: &Item<'_>, entity: &mut Entity) {
    entity.set("displayName", Some(organization.instance.instance_name.as_str()));
    let domains: Vec<VerifiedDomain> = organization.view("/verifiedDomains").unwrap_or_default();
    entity.set("defaultDomain", domains.iter().find(|it| it.is_default).map(|it| it.name.as_str()));
    if !domains.is_empty() {
        let names: Vec<&str> = domains.iter().map(|it| it.name.as_str()).collect();
        entity.set("verifiedDomains", Some(names));
    }
}
