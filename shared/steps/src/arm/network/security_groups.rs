//! Network security groups.

use graph::{End, Entity};

use crate::arm::network::interfaces::INTERFACE;
use crate::arm::network::rules::{self, ALLOWS, DENIES, Rule};
use crate::becomes::Hook;
use crate::output::Output;
use crate::prelude::*;

pub(crate) static SECURITY_GROUP: EntityType = EntityType {
    kind: "azure_security_group",
    class: &["Firewall"],
    doc: "A set of rules for what may reach subnets and network interfaces, and be reached.",
    properties: &[
        list("category", COMPUTED, "`network` if it protects subnets, `host` if interfaces."),
        flag("isWideOpen", COMPUTED, "Whether it lets everything in from everywhere."),
        text("resourceGuid", "/properties/", "An id that no other group has."),
    ],
    ..EntityType::resource("Microsoft.Network/networkSecurityGroups", "2024-05-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-network-security-groups",
    name: "Network Security Groups",
    covers: &["rm-network-security-group-rules"],
    becomes: Becomes::one(&SECURITY_GROUP)
        .refine(protection)
        .links(&[
            Link::new(
                RelationshipClass::Protects,
                &[&INTERFACE],
                "/properties/networkInterfaces/*/id",
            ),
            ALLOWS,
            ALLOWS.reverse(),
            DENIES,
            DENIES.reverse(),
        ])
        .hook(Hook { relate: traffic, adds: &[], extends: &[] }),
    ..Step::of(&SECURITY_GROUP, "network")
};

fn protection(group: &Item<'_>, entity: &mut Entity) {
    let protects = |path| !group.values(path).is_empty();
    let categories = [
        ("network", protects("/properties/subnets/*")),
        ("host", protects("/properties/networkInterfaces/*")),
    ];
    let category = categories.into_iter().filter_map(|(it, protects)| protects.then_some(it));
    entity.set("category", Some(category.collect::<Vec<_>>()));
    let rules: Vec<_> = rules(group).flatten().collect();
    // Every group has rules. Where there are none, they are not known.
    let is_wide_open = (!rules.is_empty()).then(|| rules::is_wide_open(&rules));
    entity.set("isWideOpen", is_wide_open);
}

fn traffic(group: &Item<'_>, out: &mut Output) {
    let Some(key) = group.key("/id") else { return };
    let this = End::known(&key, SECURITY_GROUP.kind);
    for rule in rules(group) {
        match rule {
            Some(rule) => rule.relate(&this, out),
            None => out.lose(format!("{}.securityRules", SECURITY_GROUP.kind)),
        }
    }
}

/// The rules of a group: those that every group has, and its own.
fn rules<'i>(group: &'i Item<'_>) -> impl Iterator<Item = Option<Rule<'i>>> {
    let defaults = group.values("/properties/defaultSecurityRules/*");
    let own = group.values("/properties/securityRules/*");
    defaults.into_iter().chain(own).map(Rule::read)
}
