//! Queues of Service Bus.

use super::{GIVES, KEEPS, TAKES};
use crate::arm::service_bus::namespaces::NAMESPACE;
use crate::entity::{ADDRESSED, BELOW};
use crate::prelude::*;

pub(crate) static QUEUE: EntityType = EntityType {
    kind: "azure_service_bus_queue",
    class: &["Queue"],
    doc: "Messages, each of which one reader gets.",
    shared: &[ADDRESSED, BELOW, KEEPS, TAKES, GIVES],
    ..EntityType::child("Microsoft.ServiceBus/namespaces/queues", "2021-11-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-service-bus-queues",
    name: "Service Bus Queues",
    ..Step::of(&QUEUE, "service-bus")
        .of_each(&[&NAMESPACE])
        .links(&[Link::of_parent(RelationshipClass::Has)])
};
