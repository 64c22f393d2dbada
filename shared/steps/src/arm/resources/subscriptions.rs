//! The subscription of the instance.

use graph::{Entity, Name};
use serde_json::json;

use crate::convert::Item;
use crate::entity::{COMPUTED, CONTAINER, EntityType, always, text};
use crate::list::List;
use crate::step::{Permission, Step};

pub(crate) static SUBSCRIPTION: EntityType = EntityType {
    kind: "azure_subscription",
    class: &["Account"],
    doc: "A subscription, which owns resources and pays for them.",
    shared: CONTAINER,
    properties: &[
        text("name", "/displayName", "The name that people see."),
        text("displayName", "/displayName", "The name that people see."),
        text("subscriptionId", "/subscriptionId", "The id without its path."),
        text("tenantId", COMPUTED, "The directory that the subscription trusts."),
        text("state", "/state", "`Enabled` unless the subscription was stopped."),
        text("authorizationSource", "/authorizationSource", "Where access comes from."),
        text("offerName", "/subscriptionPolicies/quotaId", "The offer that it is billed by."),
        always("vendor", "Microsoft", "Who provides it."),
    ],
};

pub(crate) static STEP: Step = Step {
    id: "rm-subscription",
    name: "Subscriptions",
    ingestion_source: Some("subscriptions"),
    list: List::resource_manager("/subscriptions/{subscription}", "2022-12-01").one(),
    permissions: &[Permission::Action("Microsoft.Resources/subscriptions/read")],
    emits: Some(&SUBSCRIPTION),
    aliases: |item| item.text("/subscriptionId").map(Name::of_id).into_iter().collect(),
    refine: tenant,
    // Its resource groups hang on it, and its id is known.
    stand_in: Some(|scope| {
        let id = scope.subscription_id.as_deref().unwrap_or_default();
        json!({ "id": format!("/subscriptions/{id}"), "subscriptionId": id })
    }),
    ..Step::SUBSCRIPTION
};

fn tenant(subscription: &Item<'_>, entity: &mut Entity) {
    let tenant = subscription.text("/tenantId").unwrap_or(&subscription.scope.directory_id);
    entity.set("tenantId", Some(tenant));
}
