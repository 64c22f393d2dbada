//! Network interfaces: first one for each machine, then the second ones of some machines, then
//! some that no machine uses.

use serde_json::{Map, Value, json};

use super::{Resource, ResourceType, Spelling, public_ip, security_group, virtual_network};

/// The machine that an interface belongs to.
pub(crate) fn machine<'a>(interface: &Resource<'a>) -> Option<Resource<'a>> {
    let machines = interface.plan.virtual_machines;
    let index = match interface.index.checked_sub(machines) {
        None => interface.index,
        Some(place) => place * 7 + 3,
    };
    (index < machines).then(|| interface.other(ResourceType::VirtualMachine, index))
}

/// The interfaces of a machine: one, and a second one for every seventh machine.
pub(crate) fn of_machine<'a>(
    machine: &Resource<'a>,
) -> impl Iterator<Item = Resource<'a>> + use<'a> {
    let machine = *machine;
    let second = machine.plan.virtual_machines + machine.index / 7;
    let second = (machine.index % 7 == 3).then_some(second);
    [Some(machine.index), second]
        .into_iter()
        .flatten()
        .map(move |index| machine.other(ResourceType::NetworkInterface, index))
}

/// The id of an interface's address configuration, which other resources refer to.
pub(crate) fn configuration_id(interface: &Resource) -> String {
    format!("{}/ipConfigurations/ipconfig1", interface.id(Spelling::Created))
}

pub(crate) fn json(interface: &Resource) -> Map<String, Value> {
    let mut draw = interface.draw("interface");
    let etag = format!("W/\"{}\"", draw.guid());
    let mut address = json!({
        "provisioningState": "Succeeded",
        "primary": true,
        "privateIPAddress": virtual_network::address(interface),
        "privateIPAddressVersion": "IPv4",
        "privateIPAllocationMethod": draw.pick(&["Dynamic", "Static"]),
        "subnet": { "id": virtual_network::subnet_of(interface) },
    });
    if let Some(public) = public_ip::of_interface(interface) {
        address["publicIPAddress"] = json!({ "id": public.id(Spelling::Created) });
    }
    let mut properties = json!({
        "provisioningState": "Succeeded",
        "resourceGuid": draw.guid(),
        "ipConfigurations": [{
            "name": "ipconfig1",
            "id": configuration_id(interface),
            "etag": etag,
            "type": "Microsoft.Network/networkInterfaces/ipConfigurations",
            "properties": address,
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
    if let Some(group) = security_group::of_interface(interface) {
        properties["networkSecurityGroup"] = json!({ "id": group.id(Spelling::Created) });
    }
    // Without a machine there is neither an owner nor an address of the hardware.
    if let Some(machine) = machine(interface) {
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
