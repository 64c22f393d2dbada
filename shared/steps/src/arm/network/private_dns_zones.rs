//! Zones of names that only virtual networks resolve.

use crate::prelude::*;

pub(crate) static PRIVATE_DNS_ZONE: EntityType = EntityType {
    kind: "azure_private_dns_zone",
    class: &["DomainZone"],
    doc: "A domain whose names Azure resolves for the virtual networks that are linked to it.",
    properties: &[
        text("domainName", "/name", "The domain."),
        text("etag", "/", "What changes whenever the zone does."),
        number("maxNumberOfRecordSets", "/properties/", "How many names fit."),
        number("numberOfRecordSets", "/properties/", "How many names it has."),
        number("recordsCount", "/properties/numberOfRecordSets", "How many names it has."),
        number("maxNumberOfVirtualNetworkLinks", MOST_LINKS, "How many networks can be linked."),
        number("numberOfVirtualNetworkLinks", LINKS, "How many networks are linked to it."),
        number(
            "maxNumberOfVirtualNetworkLinksWithRegistration",
            "/properties/",
            "How many networks can be linked that register their machines.",
        ),
        number(
            "numberOfVirtualNetworkLinksWithRegistration",
            "/properties/",
            "How many networks are linked that register their machines.",
        ),
    ],
    ..EntityType::resource("Microsoft.Network/privateDnsZones", "2024-06-01")
};

const MOST_LINKS: &str = "/properties/maxNumberOfVirtualNetworkLinks";
const LINKS: &str = "/properties/numberOfVirtualNetworkLinks";

pub(crate) static STEP: Step = Step {
    id: "rm-private-dns-zones",
    name: "Private DNS Zones",
    ..Step::of(&PRIVATE_DNS_ZONE, "private-dns")
};
