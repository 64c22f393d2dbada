//! The names of private DNS zones.

use crate::arm::network::dns_record_sets::record_type;
use crate::arm::network::private_dns_zones::PRIVATE_DNS_ZONE;
use crate::entity::CHILD;
use crate::prelude::*;

pub(crate) static RECORD_SET: EntityType = EntityType {
    kind: "azure_private_dns_record_set",
    class: &["DomainRecord"],
    doc: "The records of one type that a name of a private zone has.",
    shared: CHILD,
    properties: &[
        text("type", COMPUTED, "The type of record, such as `A` or `CNAME`."),
        text("azureType", "/type", "The type of resource."),
        number("TTL", "/properties/ttl", "For how many seconds an answer may be kept."),
        number("ttl", "/properties/", "For how many seconds an answer may be kept."),
        text("etag", "/", "What changes whenever the records do."),
        text("fqdn", "/properties/", "The whole name."),
        flag("isAutoRegistered", "/properties/", "Whether Azure keeps it for a virtual machine."),
        each("aRecordsIps", "/properties/aRecords/*/ipv4Address", "The addresses of IPv4."),
        each("aaaaRecordsIps", "/properties/aaaaRecords/*/ipv6Address", "The addresses of IPv6."),
        text("cnameRecord", "/properties/cnameRecord/cname", "The name that it stands for."),
    ],
    ..EntityType::NEW
};

/// The list is called `ALL`, and which action allows it, documents do not agree on.
const RECORD_SETS: ResourceType =
    ResourceType::new("Microsoft.Network/privateDnsZones/recordsets", "2024-06-01");

pub(crate) static STEP: Step = Step {
    id: "rm-private-dns-record-sets",
    name: "Private DNS Record Sets",
    list: List::of_type(RECORD_SETS).of_each(&[&PRIVATE_DNS_ZONE]).at("{id}/ALL"),
    becomes: Becomes::one(&RECORD_SET)
        .refine(|set, entity| entity.set("type", record_type(set)))
        .links(&[Link::of_parent(RelationshipClass::Has)]),
    needs: Needs::subscription("private-dns")
        .actions(&["Microsoft.Network/privateDnsZones/ALL/read"]),
    ..Step::AZURE
};
