//! What the keys of namespaces of Event Hubs allow.

use crate::arm::event_hub::namespaces::NAMESPACE;
use crate::prelude::*;

pub(crate) static RULE: EntityType = EntityType {
    kind: "azure_event_hub_authorization_rule",
    class: &["AccessPolicy"],
    doc: "A pair of keys to a namespace, and what they allow.",
    properties: &[list("rights", "/properties/", "Some of `Listen`, `Send` and `Manage`.")],
    ..EntityType::child("Microsoft.EventHub/namespaces/authorizationRules", "2024-01-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-event-hub-authorization-rules",
    name: "Event Hub Authorization Rules",
    // Keys that let nobody in allow nothing.
    list: List::of(&RULE)
        .of_each(&[&NAMESPACE])
        .only(|namespace| namespace["disableLocalAuth"] != true),
    ..Step::of(&RULE, "event-hub").links(&[Link::of_parent(RelationshipClass::Has)])
};
