//! The virtual networks that resolve names of private DNS zones.

use crate::arm::network::private_dns_zones::PRIVATE_DNS_ZONE;
use crate::arm::network::virtual_networks::VIRTUAL_NETWORK;
use crate::prelude::*;

pub(crate) static LINK: EntityType = EntityType {
    kind: "azure_private_dns_virtual_network_link",
    class: &["Configuration"],
    doc: "Lets a virtual network resolve the names of a private zone.",
    properties: &[
        flag("registrationEnabled", "/properties/", "Whether its machines get names in the zone."),
        text("resolutionPolicy", "/properties/", "`NxDomainRedirect`: the internet is asked, too."),
        text("state", "/properties/virtualNetworkLinkState", "`Completed` once it works."),
        text("virtualNetworkId", NETWORK, "The virtual network."),
    ],
    ..EntityType::child_resource(
        "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
        "2024-06-01",
    )
};

const NETWORK: &str = "/properties/virtualNetwork/id";

pub(crate) static STEP: Step = Step {
    id: "rm-private-dns-virtual-network-links",
    name: "Private DNS Virtual Network Links",
    list: List::of(&LINK)
        .of_each(&[&PRIVATE_DNS_ZONE])
        .only(|zone| zone.get("numberOfVirtualNetworkLinks") != Some(&0.into())),
    ..Step::of(&LINK, "private-dns").links(&[
        Link::of_parent(RelationshipClass::Has),
        Link::new(RelationshipClass::Connects, &[&VIRTUAL_NETWORK], NETWORK),
    ])
};
