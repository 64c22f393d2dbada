//! Topics of Service Bus.

use super::{KEEPS, TAKES};
use crate::arm::service_bus::namespaces::NAMESPACE;
use crate::entity::{ADDRESSED, BELOW};
use crate::prelude::*;

pub(crate) static TOPIC: EntityType = EntityType {
    kind: "azure_service_bus_topic",
    class: &["Queue"],
    doc: "Messages that every subscription to the topic gets.",
    shared: &[ADDRESSED, BELOW, KEEPS, TAKES],
    properties: &[
        number("subscriptionCount", "/properties/", "How many get its messages."),
        flag("supportOrdering", "/properties/", "Whether messages keep their order."),
    ],
    ..EntityType::child("Microsoft.ServiceBus/namespaces/topics", "2021-11-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-service-bus-topics",
    name: "Service Bus Topics",
    // The tier `Basic` has queues alone.
    list: List::of(&TOPIC).of_each(&[&NAMESPACE]).only(|namespace| namespace["sku"] != "Basic"),
    ..Step::of(&TOPIC, "service-bus").links(&[Link::of_parent(RelationshipClass::Has)])
};
