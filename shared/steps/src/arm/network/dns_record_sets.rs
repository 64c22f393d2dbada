//! The names of public DNS zones.

use graph::Entity;

use crate::arm::network::dns_zones::DNS_ZONE;
use crate::entity::CHILD;
use crate::prelude::*;

pub(crate) static RECORD_SET: EntityType = EntityType {
    kind: "azure_dns_record_set",
    class: &["DomainRecord"],
    doc: "The records of one type that a name of a public zone has.",
    shared: CHILD,
    properties: &[
        text("type", COMPUTED, "The type of record, such as `A` or `CNAME`."),
        text("azureType", "/type", "The type of resource."),
        number("TTL", "/properties/", "For how many seconds an answer may be kept."),
        number("tTl", "/properties/TTL", "For how many seconds an answer may be kept."),
        text("etag", "/", "What changes whenever the records do."),
        text("fqdn", "/properties/", "The whole name."),
        each("aRecordsIps", "/properties/ARecords/*/ipv4Address", "The addresses of IPv4."),
        each("aaaaRecordsIps", "/properties/AAAARecords/*/ipv6Address", "The addresses of IPv6."),
        text("cnameRecord", "/properties/CNAMERecord/cname", "The name that it stands for."),
        each("mxRecordsExchanges", "/properties/MXRecords/*/exchange", "Who takes its mail."),
        each("nsRecordsNames", "/properties/NSRecords/*/nsdname", "Who resolves what is below it."),
        each("ptrRecordsNames", "/properties/PTRRecords/*/ptrdname", "The names of the address."),
        list("srvRecordsTargets", COMPUTED, "The hosts of the service, with their ports."),
        list("txtRecordsValues", COMPUTED, "The texts, with a comma between their pieces."),
        list("caaRecords", COMPUTED, "Who may issue certificates: `issue ca.example`."),
        text("soaRecordHost", "/properties/SOARecord/host", "The first server of the zone."),
        text("soaRecordEmail", "/properties/SOARecord/email", "Who answers for the zone."),
        number(
            "soaRecordserialNumber",
            "/properties/SOARecord/serialNumber",
            "A number that grows with each change of the zone.",
        ),
        text("targetResourceId", TARGET, "The resource whose addresses it has."),
    ],
    ..EntityType::NEW
};

/// An alias is `{}` for records that are none.
const TARGET: &str = "/properties/targetResource/id";

const RECORD_SETS: ResourceType =
    ResourceType::new("Microsoft.Network/dnsZones/recordsets", "2018-05-01");

pub(crate) static STEP: Step = Step {
    id: "rm-dns-record-sets",
    name: "DNS Record Sets",
    list: List::of_type(RECORD_SETS).of_each(&[&DNS_ZONE]),
    becomes: Becomes::one(&RECORD_SET)
        .refine(records)
        .links(&[Link::of_parent(RelationshipClass::Has), Link::uses(&[], TARGET)]),
    needs: Needs::subscription("dns"),
    ..Step::AZURE
};

fn records(set: &Item<'_>, entity: &mut Entity) {
    entity.set("type", record_type(set));
    let each = |path, value: fn(&serde_json::Value) -> Option<String>| {
        let values: Vec<String> = set.values(path).into_iter().filter_map(value).collect();
        (!values.is_empty()).then_some(values)
    };
    let texts = each("/properties/TXTRecords/*/value", |pieces| {
        let pieces: Vec<&str> = pieces.as_array()?.iter().filter_map(|it| it.as_str()).collect();
        Some(pieces.join(","))
    });
    entity.set("txtRecordsValues", texts);
    let targets = each("/properties/SRVRecords/*", |it| {
        Some(format!("{}:{}", it.get("target")?.as_str()?, it.get("port")?))
    });
    entity.set("srvRecordsTargets", targets);
    let authorities = each("/properties/caaRecords/*", |it| {
        Some(format!("{} {}", it.get("tag")?.as_str()?, it.get("value")?.as_str()?))
    });
    entity.set("caaRecords", authorities);
}

/// The type of record: the last part of `Microsoft.Network/dnszones/A`.
pub(super) fn record_type(set: &Item<'_>) -> Option<String> {
    Some(set.text("/type")?.rsplit('/').next()?.to_owned())
}
