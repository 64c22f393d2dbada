//! How the parts of a network belong together: interfaces, addresses, subnets and security groups.

use super::coded::Coded;
use super::kind::Spelling;
use super::resource::Resource;
use crate::world::random::nth;

const SUBNETS: [&str; 3] = ["snet-frontend", "snet-backend", "snet-data"];

/// Subnets that Azure's own gateways need, with exactly these names.
const GATEWAYS: [&str; 2] = ["GatewaySubnet", "AzureBastionSubnet"];

/// How many subnets a network has.
pub(crate) fn subnets_of(network: &Resource) -> u64 {
    let gateways = if network.index == 0 { GATEWAYS.len() } else { 0 };
    (SUBNETS.len() + gateways) as u64
}

/// The name of a subnet by its number in its network.
pub(crate) fn subnet_name(number: u64) -> String {
    let gateway = number.checked_sub(SUBNETS.len() as u64);
    gateway.map_or_else(|| nth(&SUBNETS, number), |gateway| nth(&GATEWAYS, gateway)).to_owned()
}

/// The second number of all addresses in a network. Networks of different subscriptions overlap,
/// as they do when nobody plans for peering.
pub(crate) const fn block(network: &Resource) -> u64 {
    (network.inventory.subscription * 16 + network.index) % 256
}

/// The number of an interface's subnet, counted over all networks of the subscription.
const fn place(interface: &Resource) -> u64 {
    let subnets = interface.inventory.subnets();
    if subnets == 0 { 0 } else { interface.index % subnets }
}

fn network_of<'a>(subnet: u64, any: &Resource<'a>) -> Resource<'a> {
    any.other(Coded::VirtualNetwork, subnet / 3)
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
    let host = 4 + interface.index / interface.inventory.subnets().max(1) % 250;
    format!("10.{}.{}.{host}", block(&network_of(subnet, interface)), subnet % 3)
}

/// The id of an interface's address configuration, which other resources refer to.
pub(crate) fn configuration_id(interface: &Resource) -> String {
    format!("{}/ipConfigurations/ipconfig1", interface.id(Spelling::Created))
}

/// The public address of an interface.
pub(crate) fn public_address<'a>(interface: &Resource<'a>) -> Option<Resource<'a>> {
    let has_one = interface.index % 4 == 1;
    has_one.then(|| interface.other(Coded::PublicIpAddress, interface.index / 4))
}

/// The group that protects an interface; every fifth has one.
pub(crate) fn group_of_interface<'a>(interface: &Resource<'a>) -> Option<Resource<'a>> {
    let groups = interface.inventory.security_groups;
    let group =
        (interface.index.is_multiple_of(5)).then(|| (interface.index / 5).checked_rem(groups))?;
    group.map(|index| interface.other(Coded::NetworkSecurityGroup, index))
}

/// The group that protects a subnet, by the subnet's number; two of three have one.
pub(crate) fn group_of_subnet<'a>(any: &Resource<'a>, subnet: u64) -> Option<Resource<'a>> {
    let group = (subnet % 3 != 2).then(|| subnet.checked_rem(any.inventory.security_groups))?;
    group.map(|index| any.other(Coded::NetworkSecurityGroup, index))
}
