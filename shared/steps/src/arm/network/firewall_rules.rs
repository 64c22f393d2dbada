//! The network rules of Azure Firewalls.
//!
//! A rule that names the internet becomes a relationship between it and each firewall that has the
//! rule, one for each range of ports.

use graph::{End, Name, RelationshipKey};
use serde_json::{Map, Value};

use crate::arm::network::rules::{by_rule, internet, is_everywhere, port_range};
use crate::output::Output;
use crate::path;
use crate::prelude::*;

/// The firewall lets network traffic through, from or to the internet.
pub(super) const ALLOWS: Link = by_rule(RelationshipClass::Allows, &[], &KIND);
/// The firewall stops network traffic, from or to the internet.
pub(super) const DENIES: Link = by_rule(RelationshipClass::Denies, &[], &KIND);
const KIND: [&str; 1] = ["azure_network_firewall_rule"];

/// What each firewall answers to that has a policy.
pub(super) fn with_policy(policy: &str) -> Name {
    Name::alias("firewall-policy", policy)
}

/// A network rule.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rule<'r> {
    json: &'r Value,
    /// What has the rule: the id of a group, or the name of a collection of a firewall itself.
    group: &'r str,
    is_allowed: bool,
    protocols: &'static str,
}

impl<'r> Rule<'r> {
    /// The network rules of a collection whose action and rules are below a path. `group` is what
    /// has them, if that is not the collection itself.
    pub(super) fn of_collection(
        collection: &'r Value,
        group: Option<&'r str>,
        below: &str,
        protocols: &'static str,
    ) -> Vec<Self> {
        let text = |path: &str| path::first(collection, path).and_then(Value::as_str);
        let action = text(&format!("{below}/action/type")).unwrap_or_default();
        let is_allowed = action.eq_ignore_ascii_case("Allow");
        if !is_allowed && !action.eq_ignore_ascii_case("Deny") {
            return Vec::new();
        }
        let group = group.or_else(|| text("/id")).or_else(|| text("/name")).unwrap_or_default();
        let mut rules = Vec::new();
        path::visit(collection, &format!("{below}/rules/*"), &mut |json| {
            let sort = path::first(json, "/ruleType").and_then(Value::as_str);
            if sort.is_none_or(|it| it.eq_ignore_ascii_case("NetworkRule")) {
                rules.push(Self { json, group, is_allowed, protocols });
            }
        });
        rules
    }

    /// Adds the references between the internet and what has the rule.
    pub(super) fn relate(&self, firewall: &End, out: &mut Output) {
        for (side, is_inbound) in [("source", true), ("destination", false)] {
            if !self.texts(&format!("/{side}Addresses/*")).into_iter().any(is_everywhere) {
                continue;
            }
            let link = if self.is_allowed { ALLOWS } else { DENIES };
            let (link, way) =
                if is_inbound { (link.reverse(), "reverse") } else { (link, "forward") };
            for ports in self.texts("/destinationPorts/*") {
                let mut reference = link
                    .reference(firewall.clone(), End::named(Name::alias("outside", "internet")));
                let name = self.texts("/name").concat().to_lowercase().replace(' ', "_");
                let after = format!("{}:{name}:{way}:{ports}", self.group).to_ascii_lowercase();
                reference.key = Some(RelationshipKey::Around { before: KIND[0].to_owned(), after });
                reference.properties = self.properties(ports, is_inbound);
                reference.unresolved = map(KIND[0], &[&["_key"]], internet());
                // The firewall has to be there.
                reference.target_first = is_inbound;
                out.references.push(reference);
            }
        }
    }

    fn properties(&self, ports: &str, is_inbound: bool) -> Map<String, Value> {
        let range = port_range(ports);
        let protocols = self.texts(self.protocols);
        let (from, to) = (range.map(|(from, _)| from), range.map(|(_, to)| to));
        let properties: [(&str, Option<Value>); 10] = [
            ("ruleName", self.texts("/name").first().map(|&it| it.into())),
            ("ruleGroupId", self.group.starts_with('/').then(|| self.group.into())),
            ("protocols", (!protocols.is_empty()).then(|| protocols.join(",").into())),
            ("portRange", Some(ports.into())),
            ("fromPort", from.map(Value::from)),
            ("toPort", to.map(Value::from)),
            ("ingress", Some(is_inbound.into())),
            ("inbound", Some(is_inbound.into())),
            ("egress", Some((!is_inbound).into())),
            ("outbound", Some((!is_inbound).into())),
        ];
        let known = properties.into_iter();
        known.filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
    }

    fn texts(&self, path: &str) -> Vec<&'r str> {
        let mut texts = Vec::new();
        path::visit(self.json, path, &mut |it| texts.extend(it.as_str()));
        texts
    }
}
