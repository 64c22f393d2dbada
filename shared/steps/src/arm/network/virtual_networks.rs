//! Virtual networks and their subnets.

use graph::Entity;
use serde_json::Value;

use crate::arm::network::prefix::{cidr, ipv4};
use crate::arm::network::security_groups::SECURITY_GROUP;
use crate::entity::{ADDRESSED, PLACED};
use crate::path;
use crate::prelude::*;

pub(crate) static VIRTUAL_NETWORK: EntityType = EntityType {
    kind: "azure_vnet",
    class: &["Network"],
    doc: "A network of the subscription's own.",
    properties: &[
        text("displayName", COMPUTED, "The name and the prefix."),
        text("CIDR", COMPUTED, "The first prefix of IPv4.").or_null(),
        list("addressPrefixes", "/properties/addressSpace/addressPrefixes", "Every prefix."),
        always_flag("public", false, "The internet does not reach into it unasked."),
        always_flag("internal", true, "It belongs to the subscription."),
    ],
    ..EntityType::resource("Microsoft.Network/virtualNetworks", "2024-05-01")
};

pub(crate) static SUBNET: EntityType = EntityType {
    kind: "azure_subnet",
    class: &["Network"],
    doc: "A part of a virtual network that machines are put into.",
    shared: &[ADDRESSED, PLACED],
    properties: &[
        text("displayName", COMPUTED, "The name and the prefix."),
        text("CIDR", COMPUTED, "The first prefix of IPv4.").or_null(),
        each("addressPrefixes", "/properties/addressPrefixes/*", "Every prefix.")
            .or(&["/properties/addressPrefix"]),
        always_flag("public", false, "The internet does not reach into it unasked."),
        always_flag("internal", true, "It belongs to the subscription."),
        text("region", COMPUTED, "Where its virtual network lies."),
        text("location", COMPUTED, "Where its virtual network lies."),
        text("environment", COMPUTED, "The tag `environment` of its virtual network."),
    ],
    ..EntityType::of_type("Microsoft.Network/virtualNetworks/subnets", "2024-05-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-network-virtual-networks",
    name: "Virtual Networks",
    list: List::of(&VIRTUAL_NETWORK),
    becomes: Becomes::one(&VIRTUAL_NETWORK)
        .refine(|vnet, entity| {
            network(vnet, &vnet.texts("/properties/addressSpace/addressPrefixes/*"), entity);
        })
        .parts(&[Part::at(
            "/properties/subnets/*",
            Becomes::one(&SUBNET)
                // The rules of security groups name subnets by their prefixes.
                .aliases(|subnet| prefixes(subnet).into_iter().map(cidr).collect())
                .refine(subnet)
                .links(&[
                    Link::of_parent(RelationshipClass::Contains),
                    Link::new(RelationshipClass::Protects, &[&SECURITY_GROUP], PROTECTED).reverse(),
                ]),
        )]),
    needs: Needs::subscription("network"),
    ..Step::AZURE
};

const PROTECTED: &str = "/properties/networkSecurityGroup/id";

fn subnet(subnet: &Item<'_>, entity: &mut Entity) {
    network(subnet, &prefixes(subnet), entity);
    let vnet = |path| path::first(subnet.parent?.json, path).and_then(Value::as_str);
    entity.set("region", vnet("/location"));
    entity.set("location", vnet("/location"));
    entity.set("environment", vnet("/tags/environment"));
}

/// The prefixes of a subnet: Azure has a field for one, and another for several.
fn prefixes<'i>(subnet: &'i Item<'_>) -> Vec<&'i str> {
    let prefixes = subnet.texts("/properties/addressPrefixes/*");
    if prefixes.is_empty() { subnet.texts("/properties/addressPrefix") } else { prefixes }
}

fn network(item: &Item<'_>, prefixes: &[&str], entity: &mut Entity) {
    let cidr = ipv4(prefixes);
    let display = match (item.text("/name"), cidr.or(prefixes.first().copied())) {
        (Some(name), Some(prefix)) => Some(format!("{name} ({prefix})")),
        (name, _) => name.map(str::to_owned),
    };
    entity.set("displayName", display);
    entity.set("CIDR", cidr);
}
