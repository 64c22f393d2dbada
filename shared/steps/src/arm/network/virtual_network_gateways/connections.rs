//! The connections of gateways.

use crate::arm::network::express_route::circuits::CIRCUIT;
use crate::arm::network::virtual_network_gateways::{GATEWAY, LOCAL_GATEWAY};
use crate::prelude::*;

pub(crate) static CONNECTION: EntityType = EntityType {
    kind: "azure_virtual_network_gateway_connection",
    class: &["Network"],
    doc: "A connection of a gateway with another gateway, a network elsewhere, or a circuit.",
    properties: &[
        text("CIDR", COMPUTED, "Nothing: a connection is no range of addresses.").or_null(),
        always_flag("public", false, "It lets nobody in but the other end."),
        always_flag("internal", true, "It belongs to the subscription."),
        text("connectionType", "/properties/", "`IPsec`, `Vnet2Vnet` or `ExpressRoute`."),
        text("connectionProtocol", "/properties/", "`IKEv1` or `IKEv2`."),
        text("connectionStatus", "/properties/", "Such as `Connected`."),
        flag("bgpEnabled", "/properties/enableBgp", "Whether routes are learnt by it."),
        text("etag", "/", "What changes whenever the connection does."),
        each("ipsecEncryption", "/properties/ipsecPolicies/*/", "As `GCMAES256`."),
        each("ikeEncryption", "/properties/ipsecPolicies/*/", "As `AES256`."),
        each("dhGroups", "/properties/ipsecPolicies/*/dhGroup", "Such as `DHGroup24`."),
        text("localNetworkGatewayId", LOCAL, "What stands for the network at the other end."),
        text("resourceGuid", "/properties/", "An id that no other connection has."),
    ],
    ..EntityType::resource("Microsoft.Network/connections", "2025-05-01")
};

const LOCAL: &str = "/properties/localNetworkGateway2/id";

const OF_GATEWAY: ResourceType =
    ResourceType::new("Microsoft.Network/virtualNetworkGateways/connections", "2025-05-01");

pub(crate) static STEP: Step = Step {
    id: "rm-network-virtual-network-gateway-connections",
    name: "Virtual Network Gateway Connections",
    list: List::of_type(OF_GATEWAY).of_each(&[&GATEWAY]),
    becomes: Becomes::one(&CONNECTION)
        .links(&[
            Link::of(&[&GATEWAY], "/properties/virtualNetworkGateway1/id"),
            Link::new(
                RelationshipClass::Connects,
                &[&GATEWAY],
                "/properties/virtualNetworkGateway2/id",
            ),
            Link::new(RelationshipClass::Connects, &[&LOCAL_GATEWAY], LOCAL),
            Link::new(RelationshipClass::Connects, &[&CIRCUIT], "/properties/peer/id"),
        ])
        .conceals(&["/properties/sharedKey", "/properties/authorizationKey"]),
    needs: Needs::subscription("network"),
    ..Step::AZURE
};
