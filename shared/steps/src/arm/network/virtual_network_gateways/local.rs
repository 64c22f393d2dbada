//! What stands for networks elsewhere that gateways are connected with.

use crate::arm::network::virtual_network_gateways::LOCAL_GATEWAY;
use crate::arm::network::virtual_network_gateways::connections::CONNECTION;
use crate::prelude::*;

pub(crate) static STEP: Step = Step {
    id: "rm-network-local-network-gateways",
    name: "Local Network Gateways",
    // There is no list of a subscription. Connections say which there are.
    list: List::of(&LOCAL_GATEWAY)
        .of_each_value(&[&CONNECTION], "localNetworkGatewayId")
        .at("{localNetworkGatewayId}")
        .one(),
    ..Step::of(&LOCAL_GATEWAY, "network")
};
