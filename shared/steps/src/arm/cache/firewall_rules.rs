//! The addresses that caches answer to.

use crate::arm::cache::redis::CACHE;
use crate::prelude::*;

pub(crate) static RULE: EntityType = EntityType {
    kind: "azure_firewall_rule",
    class: &["Firewall"],
    doc: "A range of addresses of the internet that a cache answers to.",
    properties: &[
        always_list("category", &["host"], "What it protects."),
        text("endIp", LAST, "The last address."),
        text("ipRangeEnd", LAST, "The last address."),
        text("ipRangeStart", FIRST, "The first address."),
        always_flag("isStateful", false, "It does not look at connections as a whole."),
        text("startIp", FIRST, "The first address."),
    ],
    ..EntityType::child("Microsoft.Cache/redis/firewallRules", "2024-11-01")
};

const FIRST: &str = "/properties/startIP";
const LAST: &str = "/properties/endIP";

pub(crate) static STEP: Step = Step {
    id: "rm-redis-firewall-rules",
    name: "Redis Firewall Rules",
    ..Step::of(&RULE, "redis_cache")
        .of_each(&[&CACHE])
        .links(&[Link::of_parent(RelationshipClass::Has)])
};
