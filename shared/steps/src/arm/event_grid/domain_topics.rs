//! Topics within domains of Event Grid.

use crate::arm::event_grid::domains::DOMAIN;
use crate::prelude::*;

pub(crate) static DOMAIN_TOPIC: EntityType = EntityType {
    kind: "azure_event_grid_domain_topic",
    class: &["Queue"],
    doc: "A topic that is reached through its domain.",
    properties: &[text("provisioningState", "/properties/", "How its last change ended.")],
    ..EntityType::child("Microsoft.EventGrid/domains/topics", "2025-02-15")
};

pub(crate) static STEP: Step = Step {
    id: "rm-event-grid-domain-topics",
    name: "Event Grid Domain Topics",
    list: List::of(&DOMAIN_TOPIC).of_each(&[&DOMAIN]),
    becomes: Becomes::one(&DOMAIN_TOPIC).links(&[Link::of_parent(RelationshipClass::Has)]),
    needs: Needs::subscription("event-grid"),
    ..Step::AZURE
};
