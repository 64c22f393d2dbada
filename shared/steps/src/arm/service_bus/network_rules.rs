//! The addresses and subnets that namespaces of Service Bus answer to.

use crate::arm::network::virtual_networks::SUBNET;
use crate::arm::network_rule_sets::{ANSWERS, SUBNETS};
use crate::arm::service_bus::namespaces::NAMESPACE;
use crate::prelude::*;

pub(crate) static STEP: Step = Step {
    id: "rm-service-bus-network-rules",
    name: "Service Bus Network Rules",
    // Namespaces of other tiers answer to everybody.
    list: List::own("networkRuleSets", &[&NAMESPACE])
        .only(|namespace| namespace["sku"].as_str() == Some("Premium")),
    becomes: Becomes::patch_of_parent(ANSWERS).links(&[Link::from_parent(
        RelationshipClass::Allows,
        &[&SUBNET],
        SUBNETS,
    )]),
    needs: Needs::subscription("service-bus"),
    ..Step::AZURE
};
