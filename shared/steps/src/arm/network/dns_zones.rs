//! Zones of names that the internet resolves.

use crate::prelude::*;

pub(crate) static DNS_ZONE: EntityType = EntityType {
    kind: "azure_dns_zone",
    class: &["DomainZone"],
    doc: "A domain whose names Azure resolves for the internet.",
    properties: &[
        text("domainName", "/name", "The domain."),
        text("etag", "/", "What changes whenever the zone does."),
        number("maxNumberOfRecordSets", "/properties/", "How many names fit."),
        list("nameServers", "/properties/", "What resolves its names."),
        number("numberOfRecordSets", "/properties/", "How many names it has."),
        number("recordsCount", "/properties/numberOfRecordSets", "How many names it has."),
        text("zoneType", "/properties/", "`Public`, or `Private` of one of before 2020."),
    ],
    ..EntityType::resource("Microsoft.Network/dnsZones", "2018-05-01")
};

pub(crate) static STEP: Step =
    Step { id: "rm-dns-zones", name: "DNS Zones", ..Step::of(&DNS_ZONE, "dns") };
