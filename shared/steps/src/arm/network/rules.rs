//! The rules of network security groups.
//!
//! A rule becomes a relationship between its group and what it names, one for each range of ports,
//! so that ports can be compared as numbers.

use graph::{End, Key, Name, RelationshipClass, RelationshipKey, Unresolved};
use serde_json::{Map, Value, json};

use crate::arm::network::application_security_groups::APPLICATION_SECURITY_GROUP;
use crate::arm::network::prefix::{Prefix, cidr};
use crate::arm::network::virtual_networks::SUBNET;
use crate::entity::EntityType;
use crate::link::Link;
use crate::output::Output;
use crate::path;

/// The group lets traffic through to what a rule names.
pub(super) const ALLOWS: Link = by_rule(RelationshipClass::Allows, TO, &KIND);
/// The group stops traffic to what a rule names.
pub(super) const DENIES: Link = by_rule(RelationshipClass::Denies, TO, &KIND);

const TO: &[&EntityType] = &[&SUBNET, &APPLICATION_SECURITY_GROUP];
const KIND: [&str; 1] = ["azure_security_group_rule"];

/// What a rule becomes: a relationship of one type, which leads to the internet if it leads to no
/// entity.
pub(super) const fn by_rule(
    class: RelationshipClass,
    to: &'static [&'static EntityType],
    kind: &'static [&'static str; 1],
) -> Link {
    Link::by_hook(class, to).kind(kind[0]).or_map(kind, |_, _| Unresolved::Drop)
}

const ADDRESSES: Field = Field { one: "AddressPrefix", several: "AddressPrefixes" };
const PORTS: Field = Field { one: "PortRange", several: "PortRanges" };

/// Something that Azure has a field for one of, and another for several of.
#[derive(Clone, Copy)]
struct Field {
    one: &'static str,
    several: &'static str,
}

/// A rule of a security group.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rule<'r> {
    json: &'r Value,
    id: &'r str,
    is_inbound: bool,
    is_allowed: bool,
}

impl<'r> Rule<'r> {
    /// Reads a rule, unless it does not say what is done to which traffic.
    pub(super) fn read(json: &'r Value) -> Option<Self> {
        let text = |path| path::first(json, path).and_then(Value::as_str);
        let is = |path, yes: &str, no: &str| {
            let text = text(path)?;
            let is_yes = text.eq_ignore_ascii_case(yes);
            (is_yes || text.eq_ignore_ascii_case(no)).then_some(is_yes)
        };
        Some(Self {
            json,
            id: text("/id")?,
            is_inbound: is("/properties/direction", "Inbound", "Outbound")?,
            is_allowed: is("/properties/access", "Allow", "Deny")?,
        })
    }

    /// Adds the references between the group, which is `this`, and what the rule names.
    pub(super) fn relate(&self, this: &End, out: &mut Output) {
        let link = if self.is_allowed { ALLOWS } else { DENIES };
        let (link, other) =
            if self.is_inbound { (link.reverse(), "source") } else { (link, "destination") };
        let mut targets = Vec::new();
        for prefix in self.all(ADDRESSES, other) {
            match target(prefix) {
                Some(target) => targets.push(target),
                None => out.lose(format!("azure_security_group.{other}AddressPrefix")),
            }
        }
        let groups = self.texts(&format!("/properties/{other}ApplicationSecurityGroups/*/id"));
        targets.extend(groups.into_iter().map(application_security_group));
        for ports in self.all(PORTS, "destination") {
            for (name, unresolved) in targets.clone() {
                let mut reference = link.reference(this.clone(), End::named(name));
                let key = format!("{}:{}:{ports}", KIND[0], self.id).to_ascii_lowercase();
                reference.key = Some(RelationshipKey::Prefix(key));
                reference.properties = self.properties(ports);
                reference.unresolved = unresolved;
                out.references.push(reference);
            }
        }
    }

    /// What is known about the relationships that the rule becomes.
    fn properties(&self, ports: &str) -> Map<String, Value> {
        let mut properties = Map::new();
        let mut set = |name: &str, value: Option<Value>| {
            properties.extend(value.map(|value| (name.to_owned(), value)));
        };
        set("id", Some(self.id.into()));
        set("name", self.text("/name").map(Value::from));
        for name in ["description", "access", "direction", "provisioningState"] {
            set(name, self.text(&format!("/properties/{name}")).map(Value::from));
        }
        for side in ["source", "destination"] {
            for Field { one, several } in [ADDRESSES, PORTS] {
                let (one, several) = (format!("{side}{one}"), format!("{side}{several}"));
                set(&one, self.text(&format!("/properties/{one}")).map(Value::from));
                // Relationships have no lists, so what is written is the text of the list.
                let texts = self.texts(&format!("/properties/{several}/*"));
                set(&several, (!texts.is_empty()).then(|| json!(texts).to_string().into()));
            }
        }
        let protocol = self.text("/properties/protocol").map(str::to_lowercase);
        let range = port_range(ports);
        for name in ["protocol", "ipProtocol"] {
            set(name, protocol.clone().map(Value::from));
        }
        for name in ["priority", "ruleNumber"] {
            set(name, self.priority().map(Value::from));
        }
        set("portRange", Some(ports.into()));
        set("fromPort", range.map(|(from, _)| from.into()));
        set("toPort", range.map(|(_, to)| to.into()));
        for (name, is_so) in [
            ("ingress", self.is_inbound),
            ("inbound", self.is_inbound),
            ("egress", !self.is_inbound),
            ("outbound", !self.is_inbound),
        ] {
            set(name, Some(is_so.into()));
        }
        properties
    }

    fn priority(&self) -> Option<i64> {
        path::first(self.json, "/properties/priority")?.as_i64()
    }

    /// Whether the rule is about all traffic that comes in.
    fn is_about_everything(&self) -> bool {
        let every_port = |it: &str| port_range(it) == Some((0, u16::MAX));
        let protocol = self.text("/properties/protocol");
        self.is_inbound
            && protocol == Some("*")
            && ["source", "destination"].into_iter().all(|side| {
                self.all(ADDRESSES, side).into_iter().any(is_everywhere)
                    && self.all(PORTS, side).into_iter().any(every_port)
            })
    }

    /// The different values of a field, on one side of the traffic.
    fn all(&self, field: Field, side: &str) -> Vec<&'r str> {
        let mut all = self.texts(&format!("/properties/{side}{}", field.one));
        all.extend(self.texts(&format!("/properties/{side}{}/*", field.several)));
        all.retain(|it| !it.is_empty());
        all.sort_unstable();
        all.dedup();
        all
    }

    fn text(&self, path: &str) -> Option<&'r str> {
        path::first(self.json, path)?.as_str()
    }

    fn texts(&self, path: &str) -> Vec<&'r str> {
        let mut texts = Vec::new();
        path::visit(self.json, path, &mut |it| texts.extend(it.as_str()));
        texts
    }
}

/// Whether, of the rules about everything that comes in, the one that counts lets it in.
pub(super) fn is_wide_open(rules: &[Rule<'_>]) -> bool {
    let everything = rules.iter().filter(|it| it.is_about_everything());
    // The lowest number counts. Azure has no two rules of one direction with the same.
    let first = everything.min_by_key(|it| it.priority().unwrap_or(i64::MAX));
    first.is_some_and(|it| it.is_allowed)
}

/// The first and the last port of a range.
pub(super) fn port_range(text: &str) -> Option<(u16, u16)> {
    if text == "*" {
        return Some((0, u16::MAX));
    }
    let (from, to) = text.split_once('-').unwrap_or((text, text));
    Some((from.trim().parse().ok()?, to.trim().parse().ok()?))
}

pub(super) fn is_everywhere(prefix: &str) -> bool {
    prefix == "*"
        || prefix.eq_ignore_ascii_case("internet")
        || Prefix::parse(prefix).is_some_and(Prefix::is_everything)
}

/// What a rule calls by a prefix, and what becomes of it if it is no subnet.
fn target(prefix: &str) -> Option<(Name, Unresolved)> {
    if is_everywhere(prefix) {
        return outside("internet", internet());
    }
    match Prefix::parse(prefix) {
        None => service(prefix),
        Some(it) if it.is_host() => host(it),
        Some(it) if it.is_public() => {
            outside(&format!("network:{prefix}"), json!({ "_class": "Network", "CIDR": prefix }))
        }
        Some(_) => Some((cidr(prefix), Unresolved::Drop)),
    }
}

/// The internet, of which there is one.
pub(super) fn internet() -> Value {
    json!({
        "_key": "global:internet",
        "_type": "internet",
        "_class": ["Internet", "Network"],
        "displayName": "INTERNET",
    })
}

fn host(prefix: Prefix) -> Option<(Name, Unresolved)> {
    let address = prefix.address.to_string();
    let mut host = json!({ "_class": "Host", "ipAddress": address, "displayName": address });
    let mut public = "";
    if prefix.is_public() {
        host["publicIpAddress"] = address.as_str().into();
        public = &address;
    }
    outside(&format!("host:{address}:{public}:{address}"), host)
}

/// What Azure calls a service tag, such as `AzureLoadBalancer` or `Storage.WestEurope`.
fn service(tag: &str) -> Option<(Name, Unresolved)> {
    let is_tag = tag.starts_with(|it: char| it.is_ascii_alphabetic())
        && tag.chars().all(|it| it.is_ascii_alphanumeric() || matches!(it, '.' | '-' | '_'));
    if !is_tag {
        return None;
    }
    let words = snake_case(tag);
    let kind = format!("azure_{}", words.strip_prefix("azure_").unwrap_or(&words));
    let name = format!("service:{kind}:{tag}");
    outside(&name, json!({ "_class": "Service", "_type": kind, "displayName": tag }))
}

/// A group of network interfaces that a rule names by its id.
fn application_security_group(id: &str) -> (Name, Unresolved) {
    let group = json!({
        "_key": Key::new(id),
        "_type": APPLICATION_SECURITY_GROUP.kind,
        "_class": APPLICATION_SECURITY_GROUP.class,
    });
    let unresolved = Unresolved::Map {
        kind: KIND[0].to_owned(),
        filters: vec![vec!["_key".to_owned()]],
        target: group.as_object().cloned().unwrap_or_default(),
        skip_creation: false,
    };
    (Name::of_id(id), unresolved)
}

/// What is not of the subscription: whoever reads the graph finds it by its key, or else by all
/// that is known of it.
fn outside(name: &str, target: Value) -> Option<(Name, Unresolved)> {
    let Value::Object(target) = target else { return None };
    let has_key = target.contains_key("_key");
    let filter = target.keys().filter(|it| !has_key || *it == "_key").cloned().collect();
    let unresolved = Unresolved::Map {
        kind: KIND[0].to_owned(),
        filters: vec![filter],
        target,
        skip_creation: false,
    };
    Some((Name::alias("outside", name), unresolved))
}

/// The words of a tag in lower case, with an underscore between them.
fn snake_case(tag: &str) -> String {
    let mut words = String::new();
    let mut before = None;
    let mut chars = tag.chars().peekable();
    while let Some(char) = chars.next() {
        if !char.is_ascii_alphanumeric() {
            before = None;
            continue;
        }
        let after = chars.peek().copied();
        let is_inside = before.is_some_and(|before| !is_first(char, before, after));
        if !is_inside && !words.is_empty() {
            words.push('_');
        }
        words.push(char.to_ascii_lowercase());
        before = Some(char);
    }
    words
}

/// Whether a letter or digit is the first of its word, as `N` is in `VirtualNetwork`, `I` in
/// `HDInsight`, and `2` in `eastus2`.
fn is_first(char: char, before: char, after: Option<char>) -> bool {
    let is_capital = char.is_ascii_uppercase();
    let ends_acronym =
        before.is_ascii_uppercase() && after.is_some_and(|it| it.is_ascii_lowercase());
    (is_capital && (before.is_ascii_lowercase() || ends_acronym))
        || before.is_ascii_digit() != char.is_ascii_digit()
}

#[cfg(test)]
mod tests {
    use graph::Reference;

    use super::*;

    fn this() -> End {
        End::known(&Key::new("/nsg"), "azure_security_group")
    }

    fn rule(properties: &Value) -> Value {
        let mut rule = json!({ "id": "/NSG/Rules/R", "name": "R", "properties": {
            "access": "Allow",
            "direction": "Inbound",
            "priority": 100,
            "protocol": "Tcp",
            "sourceAddressPrefix": "*",
            "sourcePortRange": "*",
            "destinationAddressPrefix": "*",
            "destinationPortRange": "443",
        } });
        let overridden = properties.as_object().unwrap().clone();
        rule["properties"].as_object_mut().unwrap().extend(overridden);
        rule
    }

    fn relate(properties: &Value) -> Vec<Reference> {
        let mut out = Output::default();
        if let Some(rule) = Rule::read(&rule(properties)) {
            rule.relate(&this(), &mut out);
        }
        out.references
    }

    /// The name of what a rule names, and whether it is mapped if nothing answers to it.
    fn named(prefix: &str) -> Option<(String, bool)> {
        let (name, unresolved) = target(prefix)?;
        Some((name.as_str().to_owned(), unresolved != Unresolved::Drop))
    }

    #[test]
    fn a_rule_may_name_application_security_groups() {
        let group = json!([{ "id": "/subscriptions/S/g/WEB" }]);
        let references = relate(&json!({
            "sourceAddressPrefix": null,
            "sourceApplicationSecurityGroups": group,
            "destinationApplicationSecurityGroups": group,
        }));
        let [reference] = references.as_slice() else { panic!("{references:?}") };
        assert_eq!(reference.from, End::named(Name::of_id("/subscriptions/s/g/web")));
        let Unresolved::Map { target, .. } = &reference.unresolved else { panic!() };
        assert_eq!(target["_key"], "/subscriptions/s/g/web");
    }

    #[test]
    fn a_prefix_that_is_neither_address_nor_tag_is_counted() {
        let rule = rule(&json!({ "sourceAddressPrefixes": ["10.0.0.0/99", "10.1.0.0/16"] }));
        let mut out = Output::default();
        Rule::read(&rule).unwrap().relate(&this(), &mut out);
        assert_eq!((out.references.len(), out.unreadable), (2, 1));
    }

    #[test]
    fn a_range_of_ports_has_a_first_and_a_last() {
        for (text, range) in [
            ("22", Some((22, 22))),
            ("80-443", Some((80, 443))),
            (" 80 - 443 ", Some((80, 443))),
            ("*", Some((0, 65535))),
            ("80-", None),
            ("-", None),
            ("x", None),
            ("", None),
            ("65536", None),
            ("1-2-3", None),
        ] {
            assert_eq!(port_range(text), range, "{text}");
        }
    }

    #[test]
    fn a_prefix_names_a_subnet_or_something_outside() {
        let mapped = |name: &str| Some((format!("outside:{name}"), true));
        for internet in ["*", "Internet", "internet", "0.0.0.0/0", "::/0"] {
            assert_eq!(named(internet), mapped("internet"));
        }
        assert_eq!(named("10.1.0.0/24"), Some(("cidr:10.1.0.0/24".to_owned(), false)));
        assert_eq!(named("10.1.0.4/32"), mapped("host:10.1.0.4::10.1.0.4"));
        assert_eq!(named("20.1.2.3"), mapped("host:20.1.2.3:20.1.2.3:20.1.2.3"));
        assert_eq!(named("20.0.0.0/8"), mapped("network:20.0.0.0/8"));
        assert_eq!(named("2001:db8::/32"), mapped("network:2001:db8::/32"));
        assert_eq!(
            named("AzureLoadBalancer"),
            mapped("service:azure_load_balancer:azureloadbalancer")
        );
        for text in ["", "-", "10.0.0.0/33", "300.1.1.1", "ä", "Tag Tag", "10.0.0.1-10.0.0.9"] {
            assert_eq!(named(text), None, "{text}");
        }
    }

    #[test]
    fn the_words_of_a_tag_are_told_apart() {
        for (tag, words) in [
            ("VirtualNetwork", "virtual_network"),
            ("Storage.WestEurope", "storage_west_europe"),
            ("AzureCloud.eastus2", "azure_cloud_eastus_2"),
            ("HDInsight", "hd_insight"),
            ("Sql", "sql"),
            ("A-b_C.", "a_b_c"),
            ("..-_", ""),
        ] {
            assert_eq!(snake_case(tag), words);
        }
    }

    #[test]
    fn traffic_that_comes_in_points_at_the_group() {
        let [reference] = relate(&json!({})).try_into().unwrap();
        assert_eq!(reference.to, this());
        assert_eq!(reference.class, RelationshipClass::Allows);
        let key = "azure_security_group_rule:/nsg/rules/r:443".to_owned();
        assert_eq!(reference.key, Some(RelationshipKey::Prefix(key)));
        assert_eq!(reference.properties["fromPort"], 443);
        assert_eq!(reference.properties["ipProtocol"], "tcp");
        let [reference] =
            relate(&json!({ "direction": "Outbound", "access": "Deny" })).try_into().unwrap();
        assert_eq!(reference.from, this());
        assert_eq!(reference.class, RelationshipClass::Denies);
    }

    #[test]
    fn a_rule_becomes_a_relationship_for_each_range_and_each_prefix() {
        let references = relate(&json!({
            "sourceAddressPrefix": "",
            "sourceAddressPrefixes": ["10.0.0.0/24", "10.0.1.0/24", "10.0.0.0/24"],
            "destinationPortRange": null,
            "destinationPortRanges": ["80", "443-444"],
        }));
        assert_eq!(references.len(), 4);
        let addresses = r#"["10.0.0.0/24","10.0.1.0/24","10.0.0.0/24"]"#;
        assert_eq!(references[0].properties["sourceAddressPrefixes"], addresses);
    }

    #[test]
    fn odd_rules_do_no_harm() {
        let all_null = json!({
            "protocol": null,
            "priority": null,
            "sourceAddressPrefix": null,
            "sourceAddressPrefixes": null,
            "destinationPortRange": null,
            "destinationPortRanges": null,
        });
        assert!(relate(&all_null).is_empty());
        assert!(relate(&json!({ "access": "Perhaps" })).is_empty());
        assert!(relate(&json!({ "direction": 7 })).is_empty());
        assert!(
            relate(&json!({ "sourceAddressPrefix": 7, "sourceAddressPrefixes": [{}, 7] }))
                .is_empty()
        );
        let [reference] =
            relate(&json!({ "destinationPortRange": "80-", "protocol": 6 })).try_into().unwrap();
        assert_eq!(reference.properties["portRange"], "80-");
        for absent in ["fromPort", "toPort", "protocol"] {
            assert_eq!(reference.properties.get(absent), None, "{absent}");
        }
        for rule in [json!(null), json!([]), json!({ "id": 1 }), json!({ "id": "/r" })] {
            assert!(Rule::read(&rule).is_none());
        }
    }

    #[test]
    fn the_first_rule_about_everything_counts() {
        let everything = json!({ "protocol": "*", "destinationPortRange": "*" });
        let with = |more: Value| {
            let mut properties = everything.clone();
            properties.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            rule(&properties)
        };
        let allow = with(json!({ "priority": 200 }));
        let deny = with(json!({ "priority": 100, "access": "Deny" }));
        let outbound = with(json!({ "priority": 50, "direction": "Outbound" }));
        let default = with(json!({ "priority": 65500, "access": "Deny" }));
        let one_port = with(json!({ "priority": 50, "destinationPortRange": "22" }));
        let is_open = |rules: &[&Value]| {
            let rules: Vec<_> = rules.iter().filter_map(|it| Rule::read(it)).collect();
            is_wide_open(&rules)
        };
        assert!(is_open(&[&allow]));
        assert!(is_open(&[&default, &allow]));
        assert!(!is_open(&[&default, &allow, &deny]));
        assert!(!is_open(&[&outbound]));
        assert!(!is_open(&[&one_port]));
        assert!(!is_open(&[]));
    }
}
