//! The addresses and subnets that namespaces of Event Hubs answer to.

use crate::arm::event_hub::namespaces::NAMESPACE;
use crate::arm::network::virtual_networks::SUBNET;
use crate::arm::network_rule_sets::{ANSWERS, SUBNETS};
use crate::prelude::*;

pub(crate) static STEP: Step = Step {
    id: "rm-event-hub-network-rules",
    name: "Event Hub Network Rules",
    // Namespaces of the tier Basic answer to everybody.
    list: List::own("networkRuleSets", &[&NAMESPACE])
        .only(|namespace| namespace["sku.name"].as_str() != Some("Basic")),
    becomes: Becomes::patch_of_parent(ANSWERS).links(&[Link::from_parent(
        RelationshipClass::Allows,
        &[&SUBNET],
        SUBNETS,
    )]),
    needs: Needs::subscription("event-hub"),
    ..Step::AZURE
};
