//! Public IP addresses.

use graph::{Entity, Key};

use crate::arm::network::interfaces::INTERFACE;
use crate::prelude::*;

pub(crate) static PUBLIC_IP: EntityType = EntityType {
    kind: "azure_public_ip",
    class: &["IpAddress"],
    doc: "An address of the internet that belongs to the subscription.",
    properties: &[
        text("resourceGuid", "/properties/", "An id that no other address has."),
        text("ipAddress", ADDRESS, "The address, unless it is only given out with a machine."),
        text("publicIp", ADDRESS, "The address."),
        text("publicIpAddress", ADDRESS, "The address."),
        always_flag("public", true, "The internet reaches it."),
        number("ipVersion", COMPUTED, "The version of the protocol, 4 or 6."),
        text("dnsName", "/properties/dnsSettings/fqdn", "Its name within Azure's domain."),
        text("sku", "/sku/name", "`Basic` or `Standard`."),
    ],
    ..EntityType::resource("Microsoft.Network/publicIPAddresses", "2024-05-01")
};

const ADDRESS: &str = "/properties/ipAddress";

pub(crate) static STEP: Step = Step {
    id: "rm-network-ip-addresses",
    name: "Public IP Addresses",
    becomes: Becomes::one(&PUBLIC_IP).refine(version).nested(&[Nested::besides(
        Becomes::extension(&INTERFACE, &["publicIp", "publicIpAddress"])
            .when(|address| holder(address).is_some())
            .key(holder)
            .refine(tell),
    )]),
    ..Step::of(&PUBLIC_IP, "network")
};

fn version(address: &Item<'_>, entity: &mut Entity) {
    let version = address.text("/properties/publicIPAddressVersion");
    let version = version.and_then(|it| match it.to_ascii_lowercase().as_str() {
        "ipv4" => Some(4),
        "ipv6" => Some(6),
        _ => None,
    });
    entity.set("ipVersion", version);
}

/// The interface that an address belongs to, if it does to one.
fn holder(address: &Item<'_>) -> Option<Key> {
    address.text("/properties/ipConfiguration/id").and_then(interface)
}

/// An interface knows its public addresses by id only, so each tells the interface which it is.
fn tell(address: &Item<'_>, interface: &mut Entity) {
    let address = address.text(ADDRESS);
    interface.set("publicIp", Some(Vec::from_iter(address)));
    interface.set("publicIpAddress", address);
}

/// The interface that a configuration belongs to, if it belongs to one.
pub(super) fn interface(configuration: &str) -> Option<Key> {
    let (interface, _) = configuration
        .split_at_checked(configuration.to_ascii_lowercase().rfind("/ipconfigurations/")?)?;
    let interface = Key::new(interface);
    interface.as_str().contains("/networkinterfaces/").then_some(interface)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configuration_of_an_interface_belongs_to_it() {
        let of = |it| interface(it).map(|it| it.to_string());
        let nic = "/s/providers/Microsoft.Network/networkInterfaces/Ä";
        let configuration = format!("{nic}/IPConfigurations/one");
        assert_eq!(of(&configuration), Some(nic.to_ascii_lowercase()));
        assert_eq!(of("/s/loadBalancers/l/frontendIPConfigurations/f"), None);
        assert_eq!(of("/s/bastionHosts/b/bastionHostIpConfigurations/c"), None);
        assert_eq!(of("/s/virtualNetworkGateways/g/ipConfigurations/c"), None);
        assert_eq!(of(""), None);
    }
}
