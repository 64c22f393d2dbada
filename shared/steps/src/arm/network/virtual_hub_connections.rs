//! The virtual networks that hubs of virtual WANs connect.

use crate::arm::network::virtual_hubs::VIRTUAL_HUB;
use crate::arm::network::virtual_networks::VIRTUAL_NETWORK;
use crate::prelude::*;

const LISTED: ResourceType =
    ResourceType::new("Microsoft.Network/virtualHubs/hubVirtualNetworkConnections", "2025-05-01");

pub(crate) static STEP: Step = Step {
    id: "rm-network-virtual-hub-connections",
    name: "Virtual Hub Connections",
    list: List::of_type(LISTED).of_each(&[&VIRTUAL_HUB]),
    becomes: Becomes::related(&[Link::from_parent(
        RelationshipClass::Connects,
        &[&VIRTUAL_NETWORK],
        "/properties/remoteVirtualNetwork/id",
    )]),
    needs: Needs::subscription("network"),
    ..Step::AZURE
};
