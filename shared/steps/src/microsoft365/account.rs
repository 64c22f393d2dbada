//! The account: the tenant as the instance sees it.
//!
//! What Intune says of it stands in documents of its own, and each of those is a step.

pub(crate) mod authority;
pub(crate) mod intune;
pub(crate) mod subscription;

use graph::{Key, Name};
use serde_json::json;

use crate::entra::account::domains;
use crate::item::InstanceView;
use crate::prelude::*;

pub(crate) static ACCOUNT: EntityType = EntityType {
    kind: "microsoft_365_account",
    class: &["Account"],
    doc: "The tenant, under the name of the instance that collects it.",
    properties: &[
        text("displayName", COMPUTED, "The name of the instance."),
        text("organizationName", "/displayName", "The name of the organization."),
        text("defaultDomain", COMPUTED, "The domain that new users get."),
        list("verifiedDomains", COMPUTED, "The domains that the organization has proved to own."),
    ],
    ..EntityType::OBJECT
};

pub(crate) static STEP: Step = Step {
    id: "account",
    name: "Microsoft 365 Account",
    list: List::graph("/organization").also(&["verifiedDomains"]),
    becomes: Becomes::one(&ACCOUNT).key(key).refine(domains),
    needs: Needs::NOTHING.graph(&["Organization.Read.All"]),
    synthesized: Some(|instance| json!({ "id": instance.directory_id })),
    ..Step::MICROSOFT365
};

fn id(instance: &InstanceView) -> String {
    format!("{}-{}", ACCOUNT.kind, instance.instance_id)
}

#[expect(clippy::unnecessary_wraps, reason = "the keys of other entities may be missing")]
fn key(item: &Item<'_>) -> Option<Key> {
    Some(Key::new(&id(item.instance)))
}

/// The account has what an item becomes.
pub(super) const HAS: Link =
    Link::found(RelationshipClass::Has, ACCOUNTS, |item| vec![Name::of_id(&id(item.instance))])
        .reverse();

const ACCOUNTS: &[&EntityType] = &[&ACCOUNT];
