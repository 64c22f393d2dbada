//! Network security groups.

use serde_json::{Map, Value, json};

use super::{Resource, ResourceType, Spelling, security_rule, virtual_network};

/// The group that protects an interface; every fifth has one.
pub(crate) fn of_interface<'a>(interface: &Resource<'a>) -> Option<Resource<'a>> {
    let groups = interface.plan.security_groups;
    let group =
        (interface.index.is_multiple_of(5)).then(|| (interface.index / 5).checked_rem(groups))?;
    group.map(|index| interface.other(ResourceType::NetworkSecurityGroup, index))
}

/// The group that protects a subnet, by the subnet's number; two of three have one.
pub(crate) fn of_subnet<'a>(any: &Resource<'a>, subnet: u64) -> Option<Resource<'a>> {
    let group = (subnet % 3 != 2).then(|| subnet.checked_rem(any.plan.security_groups))?;
    group.map(|index| any.other(ResourceType::NetworkSecurityGroup, index))
}

pub(crate) fn json(group: &Resource) -> Map<String, Value> {
    let mut draw = group.draw("security group");
    let etag = format!("W/\"{}\"", draw.guid());
    let mut properties = json!({
        "provisioningState": "Succeeded",
        "resourceGuid": draw.guid(),
        "securityRules": security_rule::own(group, &etag),
        "defaultSecurityRules": security_rule::defaults(group, &etag),
    });
    // What a group protects is left out where it protects nothing.
    let is_it = |other: Option<Resource>| other.is_some_and(|other| other.index == group.index);
    let subnets: Vec<Value> = (0..group.plan.subnets())
        .filter(|subnet| is_it(of_subnet(group, *subnet)))
        .map(|subnet| json!({ "id": virtual_network::subnet_id(group, subnet) }))
        .collect();
    let interfaces: Vec<Value> = (0..group.plan.network_interfaces)
        .map(|index| group.other(ResourceType::NetworkInterface, index))
        .filter(|interface| is_it(of_interface(interface)))
        .map(|interface| json!({ "id": interface.id(Spelling::Created) }))
        .collect();
    if !subnets.is_empty() {
        properties["subnets"] = json!(subnets);
    }
    if !interfaces.is_empty() {
        properties["networkInterfaces"] = json!(interfaces);
    }
    let mut resource = group.envelope(Spelling::Created, properties);
    resource.insert("etag".into(), json!(etag));
    resource
}
