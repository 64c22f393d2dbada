//! Topics of Event Grid.

use super::ENDPOINT;
use crate::entity::{ADDRESSED, PLACED, TAGGED};
use crate::prelude::*;

pub(crate) static TOPIC: EntityType = EntityType {
    kind: "azure_event_grid_topic",
    class: &["Queue"],
    doc: "What events are sent to, and delivered from.",
    shared: &[ADDRESSED, TAGGED, PLACED, ENDPOINT],
    ..EntityType::resource("Microsoft.EventGrid/topics", "2025-02-15")
};

pub(crate) static STEP: Step = Step {
    id: "rm-event-grid-topics",
    name: "Event Grid Topics",
    ..Step::of(&TOPIC, "event-grid")
};
