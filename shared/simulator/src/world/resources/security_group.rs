//! Network security groups.

use serde_json::{Map, Value, json};

use super::coded::Coded;
use super::kind::Spelling;
use super::network::{group_of_interface, group_of_subnet, subnet_id};
use super::resource::Resource;
use super::security_rule;
use crate::world::random::Draw;

/// The rules that somebody wrote, by themselves.
pub(crate) fn rules(group: &Resource) -> Vec<Value> {
    security_rule::own(group, &etag(&mut group.draw("security group")))
}

/// The rules that it ends with, by themselves.
pub(crate) fn default_rules(group: &Resource) -> Vec<Value> {
    security_rule::defaults(group, &etag(&mut group.draw("security group")))
}

fn etag(draw: &mut Draw) -> String {
    format!("W/\"{}\"", draw.guid())
}

pub(crate) fn json(group: &Resource) -> Map<String, Value> {
    let mut draw = group.draw("security group");
    let etag = etag(&mut draw);
    let mut properties = json!({
        "provisioningState": "Succeeded",
        "resourceGuid": draw.guid(),
        "securityRules": security_rule::own(group, &etag),
        "defaultSecurityRules": security_rule::defaults(group, &etag),
    });
    // What a group protects is left out where it protects nothing.
    let is_it = |other: Option<Resource>| other.is_some_and(|other| other.index == group.index);
    let subnets: Vec<Value> = (0..group.inventory.subnets())
        .filter(|subnet| is_it(group_of_subnet(group, *subnet)))
        .map(|subnet| json!({ "id": subnet_id(group, subnet) }))
        .collect();
    let interfaces: Vec<Value> = (0..group.inventory.network_interfaces)
        .map(|index| group.other(Coded::NetworkInterface, index))
        .filter(|interface| is_it(group_of_interface(interface)))
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
