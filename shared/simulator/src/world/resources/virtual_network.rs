//! Virtual networks with their subnets: three in each that interfaces are in, and in the first
//! network of a subscription two for gateways.

use serde_json::{Map, Value, json};

use super::{Resource, ResourceType, Spelling, network_interface, security_group};
use crate::world::random::nth;

const SUBNETS: [&str; 3] = ["snet-frontend", "snet-backend", "snet-data"];

/// Subnets that Azure's own gateways need, with exactly these names.
const GATEWAYS: [&str; 2] = ["GatewaySubnet", "AzureBastionSubnet"];

/// The second number of all addresses in a network. Networks of different subscriptions overlap,
/// as they do when nobody plans for peering.
const fn block(network: &Resource) -> u64 {
    (network.plan.subscription * 16 + network.index) % 256
}

/// The number of an interface's subnet, counted over all networks of the subscription.
const fn place(interface: &Resource) -> u64 {
    let subnets = interface.plan.subnets();
    if subnets == 0 { 0 } else { interface.index % subnets }
}

fn network_of<'a>(subnet: u64, any: &Resource<'a>) -> Resource<'a> {
    any.other(ResourceType::VirtualNetwork, subnet / 3)
}

/// The id of the subnet that an interface is in.
pub(crate) fn subnet_of(interface: &Resource) -> String {
    subnet_id(interface, place(interface))
}

/// The id of a subnet by its number.
pub(crate) fn subnet_id(any: &Resource, subnet: u64) -> String {
    let network = network_of(subnet, any).id(Spelling::Created);
    format!("{network}/subnets/{}", nth(&SUBNETS, subnet))
}

/// The address range of a subnet by its number.
pub(crate) fn subnet_range(any: &Resource, subnet: u64) -> String {
    format!("10.{}.{}.0/24", block(&network_of(subnet, any)), subnet % 3)
}

/// The private address of an interface. The first four of a subnet are Azure's own.
pub(crate) fn address(interface: &Resource) -> String {
    let subnet = place(interface);
    let host = 4 + interface.index / interface.plan.subnets().max(1) % 250;
    format!("10.{}.{}.{host}", block(&network_of(subnet, interface)), subnet % 3)
}

pub(crate) fn json(network: &Resource) -> Map<String, Value> {
    let mut draw = network.draw("network");
    let etag = format!("W/\"{}\"", draw.guid());
    let mut subnets: Vec<Value> = (network.index * 3..network.index * 3 + 3)
        .map(|number| subnet(network, number, &etag))
        .collect();
    if network.index == 0 {
        subnets.extend((0_u64..).zip(GATEWAYS).map(|(place, name)| {
            let range = format!("10.{}.{}.0/27", block(network), 250 + place);
            bare_subnet(network, name, &range, &etag)
        }));
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
        "virtualNetworkPeerings": [],
        "enableDdosProtection": false,
        "privateEndpointVNetPolicies": "Disabled",
    });
    let mut resource = network.envelope(Spelling::Created, properties);
    resource.insert("etag".into(), json!(etag));
    resource
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
    let mut subnet = bare_subnet(network, nth(&SUBNETS, number), &range, etag);
    let properties = &mut subnet["properties"];
    // A subnet of several ranges has them in another property.
    if number % 7 == 6 {
        properties["addressPrefix"].take();
        properties.as_object_mut().map(|properties| properties.remove("addressPrefix"));
        properties["addressPrefixes"] = json!([range]);
    }
    if let Some(group) = security_group::of_subnet(network, number) {
        properties["networkSecurityGroup"] = json!({ "id": group.id(Spelling::Created) });
    }
    if number % 3 == 2 {
        properties["serviceEndpoints"] = json!([{
            "provisioningState": "Succeeded",
            "service": "Microsoft.Storage",
            "locations": [network.location()],
        }]);
    }
    let step = usize::try_from(network.plan.subnets()).unwrap_or(1);
    let configurations: Vec<Value> = (number..network.plan.network_interfaces)
        .step_by(step)
        .map(|index| network.other(ResourceType::NetworkInterface, index))
        .map(|interface| json!({ "id": network_interface::configuration_id(&interface) }))
        .collect();
    if !configurations.is_empty() {
        properties["ipConfigurations"] = json!(configurations);
    }
    subnet
}
