//! Network interfaces: first one for each machine, then the second ones of some machines, then
//! some that no machine uses.

use serde_json::{Map, Value, json};

use super::coded::Coded;
use super::kind::Spelling;
use super::network::{address, configuration_id, group_of_interface, public_address, subnet_of};
use super::resource::Resource;

pub(crate) fn json(interface: &Resource) -> Map<String, Value> {
    let mut draw = interface.draw("interface");
    let etag = format!("W/\"{}\"", draw.guid());
    let mut configuration = json!({
        "provisioningState": "Succeeded",
        "primary": true,
        "privateIPAddress": address(interface),
        "privateIPAddressVersion": "IPv4",
        "privateIPAllocationMethod": draw.pick(&["Dynamic", "Static"]),
        "subnet": { "id": subnet_of(interface) },
    });
    if let Some(public) = public_address(interface) {
        configuration["publicIPAddress"] = json!({ "id": public.id(Spelling::Created) });
    }
    let mut properties = json!({
        "provisioningState": "Succeeded",
        "resourceGuid": draw.guid(),
        "ipConfigurations": [{
            "name": "ipconfig1",
            "id": configuration_id(interface),
            "etag": etag,
            "type": "Microsoft.Network/networkInterfaces/ipConfigurations",
            "properties": configuration,
        }],
        "dnsSettings": {
            "dnsServers": [],
            "appliedDnsServers": [],
            "internalDomainNameSuffix": format!("{}.ax.internal.cloudapp.net", draw.hex(16)),
        },
        "enableAcceleratedNetworking": draw.chance(50),
        "enableIPForwarding": draw.chance(5),
        "disableTcpStateTracking": false,
        "vnetEncryptionSupported": false,
        "hostedWorkloads": [],
        "tapConfigurations": [],
        "nicType": "Standard",
        "allowPort25Out": false,
        "auxiliaryMode": "None",
        "auxiliarySku": "None",
    });
    if let Some(group) = group_of_interface(interface) {
        properties["networkSecurityGroup"] = json!({ "id": group.id(Spelling::Created) });
    }
    // Without a machine there is neither an owner nor an address of the hardware.
    if let Some(machine) = interface.inventory.machine_of_interface(interface.index) {
        let machine = interface.other(Coded::VirtualMachine, machine);
        properties["virtualMachine"] = json!({ "id": machine.id(Spelling::Created) });
        properties["primary"] = json!(interface.index == machine.index);
        let hardware = draw.hex(6).to_uppercase();
        let parts = [hardware.get(..2), hardware.get(2..4), hardware.get(4..)];
        properties["macAddress"] =
            json!(format!("00-0D-3A-{}", parts.map(Option::unwrap_or_default).join("-")));
    }
    let mut resource = interface.envelope(Spelling::Created, properties);
    resource.insert("etag".into(), json!(etag));
    resource.insert("kind".into(), json!("Regular"));
    resource
}
