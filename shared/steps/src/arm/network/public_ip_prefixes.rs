//! Ranges of public addresses.

use crate::arm::network::public_ips::PUBLIC_IP;
use crate::prelude::*;

pub(crate) static PREFIX: EntityType = EntityType {
    kind: "azure_public_ip_prefix",
    class: &["Network"],
    doc: "A range of addresses of the internet that belongs to the subscription.",
    properties: &[
        text("CIDR", "/properties/ipPrefix", "The range.").or_null(),
        always_flag("public", true, "The internet reaches it."),
        always_flag("internal", false, "It is of the internet."),
        text("ipVersion", "/properties/publicIPAddressVersion", "`IPv4` or `IPv6`."),
        number("prefixLength", "/properties/", "How long the prefix is."),
        text("resourceGuid", "/properties/", "An id that no other range has."),
        text("sku", "/sku/name", "Such as `Standard`."),
        list("zones", "/", "The zones that it is spread over."),
    ],
    ..EntityType::resource("Microsoft.Network/publicIPPrefixes", "2025-05-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-network-public-ip-prefixes",
    name: "Public IP Prefixes",
    ..Step::of(&PREFIX, "network").links(&[Link::new(
        RelationshipClass::Has,
        &[&PUBLIC_IP],
        "/properties/publicIPAddresses/*/id",
    )])
};
