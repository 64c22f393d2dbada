//! Domains of Event Grid.

use super::ENDPOINT;
use crate::entity::{ADDRESSED, PLACED, TAGGED};
use crate::prelude::*;

pub(crate) static DOMAIN: EntityType = EntityType {
    kind: "azure_event_grid_domain",
    class: &["Service"],
    doc: "Many topics that are reached through one address.",
    shared: &[ADDRESSED, TAGGED, PLACED, ENDPOINT],
    properties: &[
        always_list("category", &["infrastructure"], "What sort of service it is."),
        always_list("function", &["event-delivery"], "What the service does."),
    ],
    ..EntityType::resource("Microsoft.EventGrid/domains", "2025-02-15")
};

pub(crate) static STEP: Step = Step {
    id: "rm-event-grid-domains",
    name: "Event Grid Domains",
    ..Step::of(&DOMAIN, "event-grid")
};
