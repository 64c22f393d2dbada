//! Public addresses: one for every fourth network interface, then two that nothing uses.

use serde_json::{Map, Value, json};

use super::coded::Coded;
use super::kind::Spelling;
use super::network::configuration_id;
use super::resource::Resource;

pub(crate) fn json(address: &Resource) -> Map<String, Value> {
    let mut draw = address.draw("address");
    let is_static = draw.chance(70);
    let interface = address.inventory.interface_of_address(address.index);
    let interface = interface.map(|index| address.other(Coded::NetworkInterface, index));
    let mut properties = json!({
        "provisioningState": "Succeeded",
        "resourceGuid": draw.guid(),
        "publicIPAddressVersion": "IPv4",
        "publicIPAllocationMethod": if is_static { "Static" } else { "Dynamic" },
        "idleTimeoutInMinutes": 4,
        "ipTags": [],
        "ddosSettings": { "protectionMode": "VirtualNetworkInherited" },
    });
    // A dynamic address exists only while something uses it.
    if is_static || interface.is_some() {
        // The ranges reserved for documentation: nobody's addresses.
        let network = draw.pick(&["192.0.2", "198.51.100", "203.0.113"]);
        properties["ipAddress"] = json!(format!("{network}.{}", 1 + address.index % 254));
    }
    if let Some(interface) = interface {
        properties["ipConfiguration"] = json!({ "id": configuration_id(&interface) });
    }
    if draw.chance(25) {
        let label = address.name();
        properties["dnsSettings"] = json!({
            "domainNameLabel": label,
            "fqdn": format!("{label}.{}.cloudapp.azure.com", address.location()),
        });
    }
    let mut resource = address.envelope(Spelling::Created, properties);
    resource.insert("etag".into(), json!(format!("W/\"{}\"", draw.guid())));
    let sku = if is_static { "Standard" } else { "Basic" };
    resource.insert("sku".into(), json!({ "name": sku, "tier": "Regional" }));
    if is_static && draw.chance(50) {
        resource.insert("zones".into(), json!(["1", "2", "3"]));
    }
    resource
}
