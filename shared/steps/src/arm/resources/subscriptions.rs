//! The subscription of the instance.

use graph::{Entity, Name};
use serde_json::json;

use crate::entity::{ADDRESSED, TAGGED};
use crate::prelude::*;

pub(crate) static SUBSCRIPTION: EntityType = EntityType {
    kind: "azure_subscription",
    class: &["Account"],
    doc: "A subscription, which owns resources and pays for them.",
    // Not every step that finds subscriptions finds skipped ones, so that is no property of its
    // own.
    shared: &[ADDRESSED, TAGGED, SKIPPED],
    properties: &[
        text("name", "/displayName", "The name that people see."),
        text("displayName", "/", "The name that people see."),
        text("subscriptionId", "/", "The id without its path."),
        text("tenantId", COMPUTED, "The directory that the subscription trusts."),
        text("state", "/", "`Enabled` unless the subscription was stopped."),
        text("authorizationSource", "/", "Where access comes from."),
        text("offerName", "/subscriptionPolicies/quotaId", "The offer that it is billed by."),
        always("vendor", "Microsoft", "Who provides it."),
    ],
    ..EntityType::of_type("Microsoft.Resources/subscriptions", "2022-12-01")
};

const SKIPPED: &[Property] = &[text(
    "skipReason",
    COMPUTED,
    "Why it has no instance of its own, and nothing in it is collected.",
)];

pub(crate) static STEP: Step = Step {
    id: "rm-subscription",
    name: "Subscriptions",
    list: List::of(&SUBSCRIPTION).at("/subscriptions/{subscription}").one(),
    becomes: Becomes::one(&SUBSCRIPTION).aliases(bare_id).refine(tenant),
    // Which resource providers it has registered is asked for before anything else is.
    needs: Needs::subscription("subscriptions").optional_actions(&[
        "Microsoft.Authorization/permissions/read",
        "Microsoft.ResourceGraph/resources/read",
        "Microsoft.Resources/subscriptions/providers/read",
    ]),
    // Its resource groups hang on it, and its id is known.
    synthesized: Some(|instance| {
        let id = instance.subscription_id.as_deref().unwrap_or_default();
        json!({ "id": format!("/subscriptions/{id}"), "subscriptionId": id })
    }),
    ..Step::AZURE
};

/// Some services refer to a subscription by its id without the path.
pub(crate) fn bare_id(subscription: &Item<'_>) -> Vec<Name> {
    subscription.text("/subscriptionId").map(Name::of_id).into_iter().collect()
}

pub(crate) fn tenant(subscription: &Item<'_>, entity: &mut Entity) {
    let tenant = subscription.text("/tenantId").unwrap_or(&subscription.instance.directory_id);
    entity.set("tenantId", Some(tenant));
}

const SUBSCRIPTIONS: &[&EntityType] = &[&SUBSCRIPTION];

/// The instance's subscription has the item, or did it, and so on.
pub(crate) const fn of_subscription(class: RelationshipClass) -> Link {
    Link::found(class, SUBSCRIPTIONS, |item| {
        let id = item.instance.subscription_id.as_deref();
        id.map(|id| Name::of_id(&format!("/subscriptions/{id}"))).into_iter().collect()
    })
    .reverse()
}
