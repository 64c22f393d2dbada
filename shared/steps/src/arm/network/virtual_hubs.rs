//! Hubs of virtual WANs.

use crate::arm::network::firewalls::FIREWALL;
use crate::arm::network::virtual_wans::VIRTUAL_WAN;
use crate::prelude::*;

pub(crate) static VIRTUAL_HUB: EntityType = EntityType {
    kind: "azure_virtual_hub",
    class: &["Network"],
    doc: "A network of Azure's own that connects the networks of a region.",
    properties: &[
        text("CIDR", "/properties/addressPrefix", "The addresses that it takes.").or_null(),
        flag("allowBranchToBranchTraffic", "/properties/", "Whether sites reach each other by it."),
        text("etag", "/", "What changes whenever the hub does."),
        text("hubRoutingPreference", "/properties/", "Which route it prefers, as `ExpressRoute`."),
        always_flag("internal", true, "It belongs to the subscription."),
        always_flag("public", false, "The internet does not reach into it unasked."),
        text("routingState", "/properties/", "Such as `Provisioned`."),
        text("sku", "/properties/", "`Basic` or `Standard`."),
    ],
    ..EntityType::resource("Microsoft.Network/virtualHubs", "2025-05-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-network-virtual-hubs",
    name: "Virtual Hubs",
    ..Step::of(&VIRTUAL_HUB, "network").links(&[
        Link::of(&[&VIRTUAL_WAN], "/properties/virtualWan/id"),
        Link::uses(&[&FIREWALL], "/properties/azureFirewall/id"),
    ])
};
