//! Topics within domains of Event Grid.

use crate::arm::event_grid::domains::DOMAIN;
use crate::prelude::*;

pub(crate) static DOMAIN_TOPIC: EntityType = EntityType {
    kind: "azure_event_grid_domain_topic",
    class: &["Queue"],
    doc: "A topic that is reached through its domain.",
    ..EntityType::child("Microsoft.EventGrid/domains/topics", "2025-02-15")
};

pub(crate) static STEP: Step = Step {
    id: "rm-event-grid-domain-topics",
    name: "Event Grid Domain Topics",
    ..Step::of(&DOMAIN_TOPIC, "event-grid")
        .of_each(&[&DOMAIN])
        .links(&[Link::of_parent(RelationshipClass::Has)])
};
