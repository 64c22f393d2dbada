//! Virtual networks with their subnets: three in each that interfaces are in, and in the first
//! network of a subscription two for gateways.

use serde_json::{Map, Value, json};

use super::coded::Coded;
use super::group::ResourceGroup;
use super::kind::Spelling;
use super::network::{block, configuration_id, group_of_subnet, subnet_name, subnet_range};
use super::resource::Resource;

pub(crate) fn json(network: &Resource) -> Map<String, Value> {
    let mut draw = network.draw("network");
    let etag = format!("W/\"{}\"", draw.guid());
    let mut subnets: Vec<Value> = (network.index * 3..network.index * 3 + 3)
        .map(|number| subnet(network, number, &etag))
        .collect();
    if network.index == 0 {
        subnets.extend((0..2).map(|place| gateway(network, place, &etag)));
    }
    let mut prefixes = vec![format!("10.{}.0.0/16", block(network))];
    if draw.chance(30) {
        prefixes.push(format!("172.20.{}.0/24", network.index % 256));
    }
    let properties = json!({
        "provisioningState": "Succeeded",
        "resourceGuid": draw.guid(),
        "addressSpace": { "addressPrefixes": prefixes },
        "dhcpOptions": { "dnsServers": [] },
        "subnets": subnets,
        "virtualNetworkPeerings": peerings(network),
        "enableDdosProtection": false,
        "privateEndpointVNetPolicies": "Disabled",
    });
    let mut resource = network.envelope(Spelling::Created, properties);
    resource.insert("etag".into(), json!(etag));
    resource
}

/// A subnet by itself.
pub(crate) fn subnet_json(number: u64, network: &Resource) -> Value {
    let etag = format!("W/\"{}\"", network.draw("network").guid());
    match number.checked_sub(3) {
        None => subnet(network, network.index * 3 + number, &etag),
        Some(place) => gateway(network, place, &etag),
    }
}

/// A subnet that a gateway needs.
fn gateway(network: &Resource, place: u64, etag: &str) -> Value {
    let range = format!("10.{}.{}.0/27", block(network), 250 + place);
    let mut subnet = bare_subnet(network, &subnet_name(3 + place), &range, etag);
    if place == 0 {
        // The gateway lies in the first resource group, as its type says.
        let group = ResourceGroup::new(network.tenant, network.inventory, 0).id();
        let gateway = format!("{group}/providers/Microsoft.Network/virtualNetworkGateways/vgw-hub");
        let configurations = json!([{ "id": format!("{gateway}/ipConfigurations/default") }]);
        subnet["properties"]["ipConfigurations"] = configurations;
    }
    subnet
}

/// The first network of a subscription is peered with all others.
pub(crate) fn peerings(network: &Resource) -> Vec<Value> {
    let others = match network.index {
        0 => 1..network.inventory.virtual_networks,
        _ => 0..1,
    };
    let others = others.map(|index| network.other(Coded::VirtualNetwork, index));
    let peering = |other: Resource| {
        let name = format!("to-{}", other.name());
        json!({
            "name": name,
            "id": format!("{}/virtualNetworkPeerings/{name}", network.id(Spelling::Created)),
            "type": "Microsoft.Network/virtualNetworks/virtualNetworkPeerings",
            "properties": {
                "provisioningState": "Succeeded",
                "peeringState": "Connected",
                "peeringSyncLevel": "FullyInSync",
                "remoteVirtualNetwork": { "id": other.id(Spelling::Created) },
                "allowVirtualNetworkAccess": true,
                "allowForwardedTraffic": network.index == 0,
                "allowGatewayTransit": network.index == 0,
                "useRemoteGateways": false,
            },
        })
    };
    others.map(peering).collect()
}

fn bare_subnet(network: &Resource, name: &str, range: &str, etag: &str) -> Value {
    json!({
        "name": name,
        "id": format!("{}/subnets/{name}", network.id(Spelling::Created)),
        "etag": etag,
        "type": "Microsoft.Network/virtualNetworks/subnets",
        "properties": {
            "provisioningState": "Succeeded",
            "addressPrefix": range,
            "delegations": [],
            "privateEndpointNetworkPolicies": "Disabled",
            "privateLinkServiceNetworkPolicies": "Enabled",
        },
    })
}

fn subnet(network: &Resource, number: u64, etag: &str) -> Value {
    let range = subnet_range(network, number);
    let mut subnet = bare_subnet(network, &subnet_name(number % 3), &range, etag);
    let properties = &mut subnet["properties"];
    // A subnet of several ranges has them in another property.
    if number % 7 == 6 {
        properties["addressPrefix"].take();
        properties.as_object_mut().map(|properties| properties.remove("addressPrefix"));
        properties["addressPrefixes"] = json!([range]);
    }
    if let Some(group) = group_of_subnet(network, number) {
        properties["networkSecurityGroup"] = json!({ "id": group.id(Spelling::Created) });
    }
    if number % 3 == 2 {
        properties["serviceEndpoints"] = json!([{
            "provisioningState": "Succeeded",
            "service": "Microsoft.Storage",
            "locations": [network.location()],
        }]);
    }
    let step = usize::try_from(network.inventory.subnets()).unwrap_or(1);
    let configurations: Vec<Value> = (number..network.inventory.network_interfaces)
        .step_by(step)
        .map(|index| network.other(Coded::NetworkInterface, index))
        .map(|interface| json!({ "id": configuration_id(&interface) }))
        .collect();
    if !configurations.is_empty() {
        properties["ipConfigurations"] = json!(configurations);
    }
    subnet
}
