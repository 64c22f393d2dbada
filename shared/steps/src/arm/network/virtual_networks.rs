//! Virtual networks and their subnets.

use graph::{Entity, Key};
use serde_json::{Map, Value, json};

use crate::arm::network::prefix::{cidr, ipv4};
use crate::arm::network::security_groups::SECURITY_GROUP;
use crate::entity::{ADDRESSED, PLACED};
use crate::link::map_if_there;
use crate::path;
use crate::prelude::*;

pub(crate) static VIRTUAL_NETWORK: EntityType = EntityType {
    kind: "azure_vnet",
    class: &["Network"],
    doc: "A network of the subscription's own.",
    properties: &[
        text("displayName", COMPUTED, "The name and the prefix."),
        text("CIDR", COMPUTED, "The first prefix of IPv4.").or_null(),
        list("addressPrefixes", "/properties/addressSpace/", "Every prefix."),
        each("dnsServers", "/properties/dhcpOptions/dnsServers/*", "What resolves names in it."),
        flag("enableDdosProtection", "/properties/", "Whether a plan protects it against floods."),
        flag("encrypted", "/properties/encryption/enabled", "Whether traffic in it is encrypted."),
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
        each(
            "delegations",
            "/properties/delegations/*/properties/serviceName",
            "Whom it is left to.",
        ),
        each(
            "serviceEndpoints",
            "/properties/serviceEndpoints/*/service",
            "Such as `Microsoft.Sql`.",
        ),
        text(
            "privateEndpointNetworkPolicies",
            "/properties/",
            "Whether rules and routes hold for private endpoints in it.",
        ),
        flag("defaultOutboundAccess", "/properties/", "Whether machines get internet by default."),
        text("gatewayResourceGroup", COMPUTED, "The resource group of the network gateway in it."),
    ],
    ..EntityType::of_type("Microsoft.Network/virtualNetworks/subnets", "2024-05-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-network-virtual-networks",
    name: "Virtual Networks",
    becomes: Becomes::one(&VIRTUAL_NETWORK)
        .refine(|vnet, entity| {
            network(vnet, &vnet.texts("/properties/addressSpace/addressPrefixes/*"), entity);
        })
        .nested(&[
            Nested::at(
                "/properties/subnets/*",
                Becomes::one(&SUBNET)
                    // The rules of security groups name subnets by their prefixes.
                    .aliases(|subnet| prefixes(subnet).into_iter().map(cidr).collect())
                    .refine(subnet)
                    .links(&[
                        Link::of_parent(RelationshipClass::Contains),
                        Link::new(RelationshipClass::Protects, &[&SECURITY_GROUP], PROTECTED)
                            .reverse(),
                    ]),
            ),
            Nested::at("/properties/virtualNetworkPeerings/*", Becomes::related(&[PEERED])),
        ]),
    ..Step::of(&VIRTUAL_NETWORK, "network")
};

const PROTECTED: &str = "/properties/networkSecurityGroup/id";

/// A network is peered with another, which may be one of another subscription.
const PEERED: Link = Link::from_parent(
    RelationshipClass::Connects,
    VIRTUAL_NETWORKS,
    "/properties/remoteVirtualNetwork/id",
)
.with(peering)
.or_map(&[PEERING], |id, _| {
    let network = json!({ "_type": VIRTUAL_NETWORK.kind, "_key": Key::new(id) });
    map_if_there(PEERING, &[&["_key"]], network)
});

const VIRTUAL_NETWORKS: &[&EntityType] = &[&VIRTUAL_NETWORK];
const PEERING: &str = "azure_vnet_connects_vnet";

/// What is known about a peering.
fn peering(_: &str, peering: &Item<'_>) -> Map<String, Value> {
    let names = [
        "allowForwardedTraffic",
        "allowGatewayTransit",
        "allowVirtualNetworkAccess",
        "peeringState",
        "peeringSyncLevel",
        "provisioningState",
        "useRemoteGateways",
    ];
    let known = names.into_iter().filter_map(|name| {
        let value = path::first(peering.json, &format!("/properties/{name}"))?;
        Some((name.to_owned(), value.clone()))
    });
    let name = peering.text("/name").map(|it| ("name".to_owned(), it.into()));
    known.filter(|(_, value)| !value.is_object() && !value.is_array()).chain(name).collect()
}

fn subnet(subnet: &Item<'_>, entity: &mut Entity) {
    network(subnet, &prefixes(subnet), entity);
    let vnet = |path| path::first(subnet.parent?.json, path).and_then(Value::as_str);
    entity.set("region", vnet("/location"));
    entity.set("location", vnet("/location"));
    entity.set("environment", vnet("/tags/environment"));
    // Gateways have a list of each resource group only. Their subnet says where one lies.
    let within = subnet.texts("/properties/ipConfigurations/*/id");
    let gateway = within
        .into_iter()
        .map(Key::new)
        .find(|id| id.as_str().contains("/providers/microsoft.network/virtualnetworkgateways/"));
    let group = gateway.and_then(|it| it.resource_group());
    let group = group.as_ref().and_then(|it| it.as_str().rsplit('/').next());
    entity.set("gatewayResourceGroup", group);
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
