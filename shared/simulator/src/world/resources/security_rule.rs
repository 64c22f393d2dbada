//! Rules of network security groups.

use serde_json::{Value, json};

use super::kind::Spelling;
use super::network::subnet_range;
use super::resource::Resource;

/// The rules that somebody wrote into a group: a choice from the usual ones.
pub(crate) fn own(group: &Resource, etag: &str) -> Vec<Value> {
    let mut draw = group.draw("rules");
    let subnets = group.inventory.subnets().max(1);
    let here = subnet_range(group, group.index % subnets);
    let there = subnet_range(group, (group.index + 1) % subnets);
    let rules = [
        json!({
            "name": "AllowHttpsInbound", "direction": "Inbound", "access": "Allow",
            "protocol": "Tcp", "sourceAddressPrefix": "Internet",
            "destinationAddressPrefix": "*", "destinationPortRange": "443",
        }),
        json!({
            "name": "allow-ssh-from-anywhere", "direction": "Inbound", "access": "Allow",
            "protocol": "TCP", "sourceAddressPrefix": "*",
            "destinationAddressPrefix": "VirtualNetwork", "destinationPortRange": "22",
        }),
        json!({
            "name": "AllowRdpFromOffice", "direction": "Inbound", "access": "Allow",
            "protocol": "Tcp", "sourceAddressPrefix": "198.51.100.7/32",
            "destinationAddressPrefix": "*", "destinationPortRange": "3389",
        }),
        json!({
            "name": "AllowAppFromFrontend", "direction": "Inbound", "access": "Allow",
            "protocol": "*", "sourceAddressPrefix": there, "destinationAddressPrefix": here,
            "destinationPortRanges": ["8080", "8443", "9000-9010"],
        }),
        json!({
            "name": "AllowPartners", "direction": "Inbound", "access": "Allow",
            "protocol": "Tcp",
            "sourceAddressPrefixes": ["203.0.113.0/24", "198.51.100.17", "192.0.2.1/32"],
            "destinationAddressPrefix": here, "destinationPortRanges": ["443", "8443"],
        }),
        json!({
            "name": "AllowPrivateRanges", "direction": "Inbound", "access": "Allow",
            "protocol": "Icmp",
            "sourceAddressPrefixes": ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"],
            "destinationAddressPrefix": "*", "destinationPortRange": "*",
        }),
        json!({
            "name": "AllowSqlOutbound", "direction": "Outbound", "access": "Allow",
            "protocol": "Tcp", "sourceAddressPrefix": "VirtualNetwork",
            "destinationAddressPrefix": "Sql.WestEurope", "destinationPortRange": "1433",
        }),
        json!({
            "name": "DenyInternetOutbound", "direction": "Outbound", "access": "Deny",
            "protocol": "*", "sourceAddressPrefix": here,
            "destinationAddressPrefix": "Internet", "destinationPortRange": "*",
        }),
        json!({
            "name": "AllowNtpOutbound", "direction": "Outbound", "access": "Allow",
            "protocol": "Udp", "sourceAddressPrefix": "*",
            "destinationAddressPrefix": "0.0.0.0/0", "destinationPortRange": "123",
        }),
        json!({
            "name": "DenyAllInbound", "direction": "Inbound", "access": "Deny",
            "protocol": "*", "sourceAddressPrefix": "*",
            "destinationAddressPrefix": "*", "destinationPortRange": "*",
        }),
    ];
    // Every tenth group has all of them, and some have none.
    let percent = if group.index.is_multiple_of(10) { 100 } else { draw.pick(&[0, 30, 50, 70]) };
    let mut priority = 100;
    let mut chosen = Vec::new();
    for rule in rules {
        if draw.chance(percent) {
            chosen.push(finish(group, "securityRules", rule, priority, etag));
            priority += 10;
        }
    }
    chosen
}

/// The rules that every group ends with.
pub(crate) fn defaults(group: &Resource, etag: &str) -> Vec<Value> {
    let rule = |name: &str, direction: &str, access: &str, source: &str, target: &str| {
        json!({
            "name": name, "direction": direction, "access": access, "protocol": "*",
            "sourceAddressPrefix": source, "destinationAddressPrefix": target,
            "destinationPortRange": "*",
        })
    };
    let network = "VirtualNetwork";
    let rules = [
        (rule("AllowVnetInBound", "Inbound", "Allow", network, network), 65000),
        (
            rule("AllowAzureLoadBalancerInBound", "Inbound", "Allow", "AzureLoadBalancer", "*"),
            65001,
        ),
        (rule("DenyAllInBound", "Inbound", "Deny", "*", "*"), 65500),
        (rule("AllowVnetOutBound", "Outbound", "Allow", network, network), 65000),
        (rule("AllowInternetOutBound", "Outbound", "Allow", "*", "Internet"), 65001),
        (rule("DenyAllOutBound", "Outbound", "Deny", "*", "*"), 65500),
    ];
    rules
        .into_iter()
        .map(|(rule, priority)| finish(group, "defaultSecurityRules", rule, priority, etag))
        .collect()
}

/// Adds what all rules have. The list properties are always there, empty where the single value
/// is used.
fn finish(group: &Resource, list: &str, mut rule: Value, priority: u64, etag: &str) -> Value {
    let name = rule["name"].take();
    if let Some(properties) = rule.as_object_mut() {
        properties.remove("name");
        properties.insert("priority".into(), json!(priority));
        properties.insert("provisioningState".into(), json!("Succeeded"));
        properties.insert("sourcePortRange".into(), json!("*"));
        for list in [
            "sourcePortRanges",
            "destinationPortRanges",
            "sourceAddressPrefixes",
            "destinationAddressPrefixes",
        ] {
            properties.entry(list).or_insert_with(|| json!([]));
        }
    }
    let id = group.id(Spelling::Created);
    json!({
        "id": format!("{id}/{list}/{}", name.as_str().unwrap_or_default()),
        "type": format!("Microsoft.Network/networkSecurityGroups/{list}"),
        "etag": etag,
        "name": name,
        "properties": rule,
    })
}
