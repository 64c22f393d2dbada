//! Who gets the messages of topics of Service Bus.

use super::{GIVES, KEEPS};
use crate::arm::service_bus::topics::TOPIC;
use crate::entity::{ADDRESSED, BELOW};
use crate::prelude::*;

pub(crate) static SUBSCRIPTION: EntityType = EntityType {
    kind: "azure_service_bus_subscription",
    class: &["Subscription"],
    doc: "A copy of the messages of a topic, each of which one reader gets.",
    shared: &[ADDRESSED, BELOW, KEEPS, GIVES],
    properties: &[flag(
        "deadLetteringOnFilterEvaluationExceptions",
        "/properties/",
        "Whether messages are set aside that no filter can be tried on.",
    )],
    ..EntityType::child("Microsoft.ServiceBus/namespaces/topics/subscriptions", "2021-11-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-service-bus-subscriptions",
    name: "Service Bus Subscriptions",
    list: List::of(&SUBSCRIPTION).of_each(&[&TOPIC]).only(|topic| topic["subscriptionCount"] != 0),
    ..Step::of(&SUBSCRIPTION, "service-bus").links(&[Link::of_parent(RelationshipClass::Has)])
};
