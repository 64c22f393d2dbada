//! Gateways that lend subnets their public addresses.

use crate::arm::network::public_ip_prefixes::PREFIX;
use crate::arm::network::public_ips::PUBLIC_IP;
use crate::arm::network::virtual_networks::SUBNET;
use crate::prelude::*;

pub(crate) static NAT_GATEWAY: EntityType = EntityType {
    kind: "azure_nat_gateway",
    class: &["Gateway"],
    doc: "Through it, machines in subnets reach the internet, which does not reach them.",
    properties: &[
        always_list("category", &["network"], "What sort of gateway it is."),
        always_list("function", &["nat"], "What it does."),
        always_flag("public", false, "The internet does not reach through it."),
        text("etag", "/", "What changes whenever the gateway does."),
        number("idleTimeoutInMinutes", "/properties/", "How long it waits."),
        text("resourceGuid", "/properties/", "An id that no other gateway has."),
        text("sku", "/sku/name", "`Standard` or `StandardV2`."),
        list("zones", "/", "The zones that it is in."),
    ],
    ..EntityType::resource("Microsoft.Network/natGateways", "2025-05-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-network-nat-gateways",
    name: "NAT Gateways",
    ..Step::of(&NAT_GATEWAY, "network").links(&[
        Link::uses(&[&PUBLIC_IP], "/properties/publicIpAddresses/*/id"),
        Link::uses(&[&PREFIX], "/properties/publicIpPrefixes/*/id"),
        Link::uses(&[&SUBNET], "/properties/subnets/*/id").reverse(),
    ])
};
