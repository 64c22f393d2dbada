//! Gateways between virtual networks and other networks.

pub(crate) mod connections;
pub(crate) mod local;

use crate::arm::network::public_ips::PUBLIC_IP;
use crate::arm::network::virtual_networks::SUBNET;
use crate::prelude::*;

pub(crate) static GATEWAY: EntityType = EntityType {
    kind: "azure_virtual_network_gateway",
    class: &["Gateway"],
    doc: "Connects a virtual network with other networks, and with devices of people.",
    properties: &[
        always_list("category", &["network"], "What sort of gateway it is."),
        always_list("function", &["remote-access-gateway"], "What it does."),
        is("public", "/properties/gatewayType", "Vpn", "Whether it is reached over the internet."),
        flag("activeActive", "/properties/", "Whether all of its instances work."),
        flag("bgpEnabled", "/properties/enableBgp", "Whether it learns routes."),
        text("etag", "/", "What changes whenever the gateway does."),
        text("gatewayType", "/properties/", "`Vpn` or `ExpressRoute`."),
        text("vpnType", "/properties/", "`RouteBased` or `PolicyBased`."),
        text("vpnGeneration", "/properties/vpnGatewayGeneration", "Such as `Generation2`."),
        text("resourceGuid", "/properties/", "An id that no other gateway has."),
        text("sku", "/properties/sku/name", "Such as `VpnGw2AZ`."),
        each("clientAddressPrefixes", CLIENTS, "The addresses that devices of people get."),
        each("clientProtocols", PROTOCOLS, "How devices of people connect, as `OpenVPN`."),
        each(
            "clientAuthenticationTypes",
            "/properties/vpnClientConfiguration/vpnAuthenticationTypes/*",
            "How people sign in: `Certificate`, `Radius` or `AAD`.",
        ),
        text("clientTenant", "/properties/vpnClientConfiguration/aadTenant", "The sign-in tenant."),
    ],
    ..EntityType::resource("Microsoft.Network/virtualNetworkGateways", "2025-05-01")
};

const CLIENTS: &str = "/properties/vpnClientConfiguration/vpnClientAddressPool/addressPrefixes/*";
const PROTOCOLS: &str = "/properties/vpnClientConfiguration/vpnClientProtocols/*";

pub(crate) static LOCAL_GATEWAY: EntityType = EntityType {
    kind: "azure_local_network_gateway",
    class: &["Gateway"],
    doc: "Stands for a gateway of a network that is not in Azure.",
    properties: &[
        always_list("category", &["network"], "What sort of gateway it is."),
        always_list("function", &["remote-access-gateway"], "What it does."),
        always_flag("public", true, "The internet reaches it."),
        each("addressPrefixes", PREFIXES, "The addresses of the network behind it."),
        text("etag", "/", "What changes whenever it does."),
        text("fqdn", "/properties/", "The name of the gateway, if it has no fixed address."),
        text("ipAddress", "/properties/gatewayIpAddress", "The address of the gateway."),
        text("resourceGuid", "/properties/", "An id that no other one has."),
    ],
    ..EntityType::resource("Microsoft.Network/localNetworkGateways", "2025-05-01")
};

const PREFIXES: &str = "/properties/localNetworkAddressSpace/addressPrefixes/*";

pub(crate) static STEP: Step = Step {
    id: "rm-network-virtual-network-gateways",
    name: "Virtual Network Gateways",
    // There is no list of a subscription. Subnets say in which resource groups gateways lie.
    list: List::of(&GATEWAY).of_each_value(&[&SUBNET], "gatewayResourceGroup").at(
        "/subscriptions/{subscription}/resourceGroups/{gatewayResourceGroup}/providers/Microsoft.Network/virtualNetworkGateways",
    ),
    becomes: Becomes::one(&GATEWAY)
        .links(&[
            Link::uses(
                &[&PUBLIC_IP],
                "/properties/ipConfigurations/*/properties/publicIPAddress/id",
            ),
            Link::of(&[&SUBNET], "/properties/ipConfigurations/*/properties/subnet/id"),
        ])
        .conceals(&[
            "/properties/vpnClientConfiguration/radiusServerSecret",
            "/properties/vpnClientConfiguration/radiusServers/*/radiusServerSecret",
        ]),
    ..Step::of(&GATEWAY, "network")
};
