//! What the keys of namespaces of Service Bus allow.

use crate::arm::service_bus::namespaces::NAMESPACE;
use crate::prelude::*;

pub(crate) static RULE: EntityType = EntityType {
    kind: "azure_service_bus_authorization_rule",
    class: &["AccessPolicy"],
    doc: "A pair of keys to a namespace, and what they allow.",
    properties: &[list("rights", "/properties/", "Some of `Listen`, `Send` and `Manage`.")],
    ..EntityType::child("Microsoft.ServiceBus/namespaces/authorizationRules", "2021-11-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-service-bus-authorization-rules",
    name: "Service Bus Authorization Rules",
    // Keys that let nobody in allow nothing.
    list: List::of(&RULE)
        .of_each(&[&NAMESPACE])
        .only(|namespace| namespace["disableLocalAuth"] != true),
    ..Step::of(&RULE, "service-bus").links(&[Link::of_parent(RelationshipClass::Has)])
};
