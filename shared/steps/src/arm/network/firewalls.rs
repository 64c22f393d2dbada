//! Azure Firewalls.

use graph::End;

use crate::arm::network::firewall_policies::POLICY;
use crate::arm::network::firewall_rules::{ALLOWS, DENIES, Rule, with_policy};
use crate::arm::network::public_ips::PUBLIC_IP;
use crate::arm::network::virtual_networks::SUBNET;
use crate::becomes::Hook;
use crate::output::Output;
use crate::prelude::*;

pub(crate) static FIREWALL: EntityType = EntityType {
    kind: "azure_network_firewall",
    class: &["Firewall"],
    doc: "A firewall of its own between networks, and between them and the internet.",
    properties: &[
        always_list("category", &["network"], "What it protects."),
        text("etag", "/", "What changes whenever the firewall does."),
        text("firewallPolicy.id", POLICY_ID, "The policy that has its rules."),
        text("virtualHub.id", "/properties/virtualHub/id", "The hub of a virtual WAN it lies in."),
        text(
            "managementIpConfiguration.id",
            "/properties/managementIpConfiguration/id",
            "By which address Azure manages it, if that is another than the traffic takes.",
        ),
        each(
            "privateIp",
            "/properties/ipConfigurations/*/properties/privateIPAddress",
            "The addresses that networks send their traffic to.",
        )
        .or(&["/properties/hubIPAddresses/privateIPAddress"]),
        each(
            "publicIp",
            "/properties/hubIPAddresses/publicIPs/addresses/*/address",
            "The public addresses of a firewall in a hub.",
        ),
        text("sku", "/properties/sku/name", "`AZFW_VNet` or `AZFW_Hub`."),
        text("skuTier", "/properties/sku/tier", "`Basic`, `Standard` or `Premium`."),
        text("threatIntelMode", "/properties/", "`Alert`, `Deny` or `Off`."),
        list("zones", "/", "The zones that it is spread over."),
        count(
            "networkRuleCollections",
            "/properties/networkRuleCollections/*",
            "How many collections of network rules it has itself, rather than by a policy.",
        ),
        count(
            "applicationRuleCollections",
            "/properties/applicationRuleCollections/*",
            "How many collections of application rules it has itself.",
        ),
        count(
            "natRuleCollections",
            "/properties/natRuleCollections/*",
            "How many collections of rules for translated addresses it has itself.",
        ),
    ],
    ..EntityType::resource("Microsoft.Network/azureFirewalls", "2025-05-01")
};

const POLICY_ID: &str = "/properties/firewallPolicy/id";

pub(crate) static STEP: Step = Step {
    id: "rm-network-firewalls",
    name: "Azure Firewalls",
    becomes: Becomes::one(&FIREWALL)
        // The rules of a policy are those of each firewall that has the policy.
        .aliases(|it| it.text(POLICY_ID).map(with_policy).into_iter().collect())
        .links(&[
            Link::new(RelationshipClass::Has, &[&POLICY], POLICY_ID),
            Link::uses(
                &[&PUBLIC_IP],
                "/properties/ipConfigurations/*/properties/publicIPAddress/id",
            ),
            Link::of(&[&SUBNET], "/properties/ipConfigurations/*/properties/subnet/id"),
            ALLOWS,
            ALLOWS.reverse(),
            DENIES,
            DENIES.reverse(),
        ])
        .hook(Hook { relate: traffic, adds: &[], extends: &[] }),
    ..Step::of(&FIREWALL, "network")
};

/// A firewall without a policy has rules of its own.
fn traffic(firewall: &Item<'_>, out: &mut Output) {
    let Some(key) = firewall.key("/id") else { return };
    let this = End::known(&key, FIREWALL.kind);
    for collection in firewall.values("/properties/networkRuleCollections/*") {
        for rule in Rule::of_collection(collection, None, "/properties", "/protocols/*") {
            rule.relate(&this, out);
        }
    }
}
