//! Groups of rule collections, which firewall policies have.

use graph::End;
use serde_json::Value;

use crate::arm::network::firewall_policies::POLICY;
use crate::arm::network::firewall_rules::{ALLOWS, DENIES, Rule, with_policy};
use crate::arm::network::firewalls::FIREWALL;
use crate::becomes::Hook;
use crate::output::Output;
use crate::prelude::*;

pub(crate) static GROUP: EntityType = EntityType {
    kind: "azure_network_firewall_rule_collection_group",
    class: &["Ruleset"],
    doc: "Collections of rules of a firewall policy, which have one priority.",
    properties: &[
        text("etag", "/", "What changes whenever the group does."),
        number("priority", "/properties/", "Groups with lower ones come first."),
        count("ruleCollections", COLLECTIONS, "How many collections it has."),
        count("ruleCount", "/properties/ruleCollections/*/rules/*", "How many rules it has."),
    ],
    ..EntityType::child("Microsoft.Network/firewallPolicies/ruleCollectionGroups", "2025-05-01")
};

const COLLECTIONS: &str = "/properties/ruleCollections/*";

pub(crate) static STEP: Step = Step {
    id: "rm-network-firewall-rule-relationships",
    name: "Azure Firewall Rules",
    becomes: Becomes::one(&GROUP)
        .links(&[
            Link::of_parent(RelationshipClass::Has),
            OF_FIREWALL_ALLOWS,
            OF_FIREWALL_ALLOWS.reverse(),
            OF_FIREWALL_DENIES,
            OF_FIREWALL_DENIES.reverse(),
        ])
        .hook(Hook { relate: traffic, adds: &[], extends: &[] }),
    ..Step::of(&GROUP, "network").of_each(&[&POLICY])
};

const FIREWALLS: &[&EntityType] = &[&FIREWALL];
const OF_FIREWALL_ALLOWS: Link = ALLOWS.subject_by_hook(FIREWALLS);
const OF_FIREWALL_DENIES: Link = DENIES.subject_by_hook(FIREWALLS);

/// The rules of a policy are those of the firewalls that have it, or a policy that builds on it.
fn traffic(group: &Item<'_>, out: &mut Output) {
    let Some(policy) = group.parent else { return };
    let below = policy.json.get("childPolicies").and_then(Value::as_array);
    let below = below.into_iter().flatten().filter_map(Value::as_str);
    let policies: Vec<&str> = std::iter::once(policy.key.as_str()).chain(below).collect();
    for collection in group.values(COLLECTIONS) {
        for rule in Rule::of_collection(collection, group.id(), "", "/ipProtocols/*") {
            for policy in &policies {
                rule.relate(&End::named(with_policy(policy)), out);
            }
        }
    }
}
