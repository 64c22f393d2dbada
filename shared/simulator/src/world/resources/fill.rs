//! Fills the holes of a template for one resource.
//!
//! Every hole is drawn for its own place in the template, so that what is added to a template
//! changes nothing of what was there.

use serde_json::{Map, Value, json};

use super::catalog;
use super::collection::Collection;
use super::kind::{Kind, Spelling};
use super::resource::{Owner, Resource};
use super::template::{Fact, Field, Form, Hole, Identity, Node, Piece, Principal, Text};
use crate::world::dates::{DAY, TODAY, fraction, offset, utc};
use crate::world::guid::Kind as Guid;
use crate::world::random::Draw;

/// How often a parent is looked for that has what is wanted below it.
const TRIES: u32 = 8;

impl<'a> Resource<'a> {
    /// What the template of its type says of it.
    pub(super) fn filled(&self) -> Map<String, Value> {
        Filler { resource: self, turn: 0 }.fields(&self.kind.item.fields)
    }

    /// A text filled for it; nothing if something in it refers to nothing.
    pub(super) fn text(&self, text: &Text) -> Option<String> {
        Filler { resource: self, turn: 0 }.text(text)
    }

    /// Some resource of a type in the same subscription.
    fn some(&self, kind: &'static Kind, draw: &mut Draw) -> Option<Self> {
        let of = Collection::of(self.tenant, self.inventory, kind);
        let pick = |of: &Collection<'a>, draw: &mut Draw| {
            let count = of.count();
            (count > 0).then(|| of.item(draw.below(count)))
        };
        let Some((parent, _)) = kind.parent() else { return pick(&of, draw) };
        let parent = catalog::find(parent)?;
        for _ in 0..TRIES {
            let owner = Owner::resource(&self.some(parent, draw)?);
            if let Some(found) = pick(&Collection { owner, ..of.clone() }, draw) {
                return Some(found);
            }
        }
        None
    }
}

/// Fills a template for a resource.
struct Filler<'r, 'a> {
    resource: &'r Resource<'a>,
    /// Which repetition of a part of a list this is, from 1; 0 outside of such.
    turn: u64,
}

impl Filler<'_, '_> {
    /// What is drawn for a label.
    fn draw(&self, label: &str) -> Draw {
        let mut draw = self.resource.draw(label);
        if self.turn == 0 { draw } else { Draw::new(draw.number(), "turn", self.turn) }
    }

    /// The properties that there are. One whose value refers to nothing is left out.
    fn fields(&self, fields: &[Field]) -> Map<String, Value> {
        let mut object = Map::new();
        for Field { name, percent, node, place } in fields {
            let is_there = *percent == 100 || self.draw(&format!("{place}?")).chance(*percent);
            let filled = is_there.then(|| self.text(name).zip(self.node(node))).flatten();
            object.extend(filled);
        }
        object
    }

    fn node(&self, node: &Node) -> Option<Value> {
        match node {
            Node::Value(value) => Some(value.clone()),
            Node::Text(text) => match &text.0[..] {
                [Piece::Hole(hole, label)] => self.hole(hole, label),
                _ => self.text(text).map(Value::String),
            },
            Node::Object(fields) => {
                let object = self.fields(fields);
                // What has lost all that it had is lost, too.
                (fields.is_empty() || !object.is_empty()).then_some(Value::Object(object))
            }
            Node::List(nodes) => {
                let list: Vec<Value> = nodes.iter().filter_map(|node| self.node(node)).collect();
                (nodes.is_empty() || !list.is_empty()).then_some(Value::Array(list))
            }
            Node::Times { from, to, of, label } => {
                let times = from + self.draw(label).below(to.saturating_sub(*from) + 1);
                let turns = (1..=times).map(|turn| Filler { turn, ..*self });
                let list = turns.flat_map(|turn| {
                    of.iter().filter_map(|node| turn.node(node)).collect::<Vec<_>>()
                });
                Some(list.collect())
            }
            Node::Pick { of, label } => {
                let place = self.draw(label).below(of.len() as u64);
                self.node(of.get(usize::try_from(place).ok()?)?)
            }
        }
    }

    fn text(&self, text: &Text) -> Option<String> {
        let pieces = text.0.iter().map(|piece| match piece {
            Piece::Text(text) => Some(text.clone()),
            Piece::Hole(hole, label) => Some(match self.hole(hole, label)? {
                Value::String(text) => text,
                value => value.to_string(),
            }),
        });
        pieces.collect()
    }

    fn hole(&self, hole: &Hole, label: &str) -> Option<Value> {
        let Resource { tenant, inventory, .. } = self.resource;
        let mut draw = self.draw(label);
        Some(match hole {
            Hole::Fact(fact) => self.fact(*fact)?,
            Hole::Guid => json!(draw.guid()),
            Hole::Hex(digits) => {
                let mut text = String::new();
                while text.len() < *digits {
                    text.push_str(&draw.hex(16.min(digits - text.len())));
                }
                json!(text)
            }
            Hole::Int(from, to) => json!(from + draw.below(to.saturating_sub(*from) + 1)),
            Hole::Bool(percent) => json!(draw.chance(*percent)),
            Hole::Pick(values) => {
                let place = draw.below(values.len() as u64);
                json!(values.get(usize::try_from(place).ok()?)?)
            }
            Hole::Date(form) => json!(date(*form, &mut draw)),
            Hole::Address => {
                // The ranges reserved for documentation: nobody's addresses.
                let network = draw.pick(&["192.0.2", "198.51.100", "203.0.113"]);
                json!(format!("{network}.{}", 1 + draw.below(254)))
            }
            Hole::Turn => json!(self.turn),
            Hole::Reference { to, percent } => {
                let found = self.resource.some(catalog::find(to)?, &mut draw)?;
                // Ids are compared without case, and whoever refers to one spells it in his way.
                let spelling = match draw.below(10) {
                    0 => Spelling::Lower,
                    1 => Spelling::UpperGroup,
                    _ => Spelling::Created,
                };
                let exists = draw.chance(*percent);
                json!(format!("{}{}", found.id(spelling), if exists { "" } else { "-deleted" }))
            }
            Hole::Peer(to) => {
                let all = Collection::of(tenant, inventory, catalog::find(to)?);
                let place = self.resource.index.checked_rem(all.count())?;
                json!(all.item(place).id(Spelling::Created))
            }
            Hole::Principal(principal) => json!(self.principal(*principal, &mut draw)),
            Hole::Identity(told) => {
                let number = self.resource.index.checked_rem(inventory.user_identities())?;
                let index = tenant.user_identity(inventory, number);
                json!(match told {
                    Identity::Principal => tenant.service_principal_id(index),
                    Identity::Client => tenant.guids.guid(Guid::Application, index + 1),
                })
            }
        })
    }

    fn fact(&self, fact: Fact) -> Option<Value> {
        let resource = self.resource;
        let Resource { tenant, inventory, index, .. } = resource;
        Some(match fact {
            Fact::Id => json!(resource.id(Spelling::Created)),
            Fact::Name => json!(resource.name()),
            Fact::Parent => json!(resource.parent()?.id(Spelling::Created)),
            Fact::ParentName => json!(resource.parent()?.name()),
            Fact::Index => json!(index),
            Fact::Number => json!(format!("{:02}", index + 1)),
            Fact::Code => json!(resource.code()),
            Fact::Workload => json!(resource.group().workload()),
            Fact::Environment => json!(resource.group().environment()),
            Fact::ResourceGroup => json!(resource.group().name()),
            Fact::ResourceGroupId => json!(resource.group().id()),
            Fact::Subscription => json!(tenant.subscription_id(inventory.subscription)),
            Fact::Tenant => json!(tenant.id()),
            Fact::Domain => json!(tenant.default_domain()),
            Fact::Location => json!(resource.location()),
        })
    }

    /// The id of an object of the directory.
    fn principal(&self, principal: Principal, draw: &mut Draw) -> String {
        let tenant = self.resource.tenant;
        let principal = match principal {
            Principal::Any => {
                draw.pick(&[Principal::User, Principal::Group, Principal::Application])
            }
            principal => principal,
        };
        match principal {
            Principal::Group => tenant.group_id(draw.below(tenant.groups)),
            Principal::Application => {
                tenant.service_principal_id(draw.below(tenant.service_principals_at_first()))
            }
            Principal::Any | Principal::User => tenant.user_id(draw.below(tenant.users)),
        }
    }
}

/// A moment of the last years.
fn date(form: Form, draw: &mut Draw) -> String {
    let days = i64::try_from(draw.below(1500)).unwrap_or_default();
    let seconds = i64::try_from(draw.below(86_400)).unwrap_or_default();
    let moment = TODAY - DAY * (days + 1) + seconds;
    match form {
        Form::Fraction => fraction(moment, draw.number()),
        Form::Utc => utc(moment),
        Form::Offset => offset(moment, draw.number()),
        Form::Day => utc(moment)[..10].to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::options::Options;
    use crate::world::resources::coded::Coded;
    use crate::world::tenant::Tenant;

    fn tenant() -> Tenant {
        Tenant::new(&Options { subscriptions: 3, resources: 300, ..Options::default() })
    }

    /// A type that lies in resource groups, whose items look as a template says.
    fn kind(item: &Value) -> &'static Kind {
        let file = json!({
            "versions": ["2024-01-01"],
            "count": 100,
            "name": "thing-${number}",
            "item": item,
        });
        Box::leak(Box::new(Kind::parse("A.B/things", &file.to_string()).unwrap()))
    }

    /// What the first items look like.
    fn items(item: &Value) -> Vec<Value> {
        let tenant = tenant();
        let all = Collection::of(&tenant, &tenant.inventories()[0], kind(item));
        (0..100).map(|index| Value::Object(all.item(index).filled())).collect()
    }

    fn values<'a>(items: &'a [Value], name: &str) -> HashSet<&'a Value> {
        items.iter().filter_map(|item| item.get(name)).collect()
    }

    #[test]
    fn what_is_drawn_depends_on_its_place_alone() {
        let before = items(&json!({ "a": "${guid}", "b": "${int 1..5}" }));
        let after = items(&json!({ "a": "${guid}", "aa": "${guid}", "b": "${int 1..5}" }));
        for (before, after) in before.iter().zip(&after) {
            assert_eq!((&before["a"], &before["b"]), (&after["a"], &after["b"]));
            assert_ne!(after["a"], after["aa"]);
        }
        assert_eq!(values(&before, "a").len(), 100);
        let all: HashSet<Value> = (1..=5).map(Value::from).collect();
        assert_eq!(values(&before, "b"), all.iter().collect());
    }

    #[test]
    fn holes_with_one_label_agree_and_others_do_not() {
        for item in items(&json!({
            "a": "${pick#sku x y|z}",
            "b": { "c": "(${pick#sku x y|z})" },
            "d": { "$pick#other": ["one", 1] },
            "e": { "$pick#other": [true, false] },
        })) {
            assert_eq!(item["b"]["c"], format!("({})", item["a"].as_str().unwrap()));
            assert_eq!(item["d"] == "one", item["e"] == true);
        }
    }

    #[test]
    fn a_share_of_all_items_has_a_property_and_lists_differ_in_length() {
        let items = items(&json!({ "rare?20": 1, "list": ["${times 0..2}", { "n": "${turn}" }] }));
        let rare = items.iter().filter(|item| item.get("rare").is_some()).count();
        assert!((5..40).contains(&rare), "{rare}");
        let lists = values(&items, "list");
        let expected = [json!([]), json!([{ "n": 1 }]), json!([{ "n": 1 }, { "n": 2 }])];
        assert_eq!(lists, expected.iter().collect());
    }

    #[test]
    fn what_refers_to_nothing_is_left_out_with_what_holds_nothing_else() {
        let template = json!({
            "kept": 1,
            "properties": { "subnet": { "id": "${ref Microsoft.Network/virtualNetworks/subnets}" } },
            "list": [{ "id": "${ref Microsoft.KeyVault/vaults}" }],
            "${ref Microsoft.KeyVault/vaults}": {},
        });
        let full = items(&template);
        assert!(full[0]["properties"]["subnet"]["id"].as_str().unwrap().contains("/subnets/"));
        assert_eq!(full[0].as_object().unwrap().len(), 4);
        // The third subscription has nothing in it.
        let tenant = tenant();
        let all = Collection::of(&tenant, &tenant.inventories()[2], kind(&template));
        assert_eq!(all.count(), 0);
        assert_eq!(Value::Object(all.item(0).filled()), json!({ "kept": 1 }));
    }

    #[test]
    fn references_are_spelt_in_ways_and_some_lead_nowhere() {
        let items = items(&json!({ "id": "${ref Microsoft.KeyVault/vaults 50}" }));
        let ids: Vec<&str> = items.iter().map(|item| item["id"].as_str().unwrap()).collect();
        assert!(ids.iter().any(|id| *id == id.to_lowercase()));
        assert!(ids.iter().any(|id| *id != id.to_lowercase()));
        let gone = ids.iter().filter(|id| id.ends_with("-deleted")).count();
        assert!((20..80).contains(&gone), "{gone}");
    }

    #[test]
    fn user_assigned_identities_are_those_that_machines_and_the_directory_name() {
        let tenant = tenant();
        let inventory = &tenant.inventories()[0];
        let kind = catalog::find("Microsoft.ManagedIdentity/userAssignedIdentities").unwrap();
        let identities = Collection::of(&tenant, inventory, kind);
        let machines = Collection::of(&tenant, inventory, Coded::VirtualMachine.kind());
        let machine = machines.item(3).json();
        let (id, of_machine) = machine["identity"]["userAssignedIdentities"]
            .as_object()
            .unwrap()
            .iter()
            .next()
            .unwrap();
        let found = (0..identities.count()).map(|index| identities.item(index).json());
        let identity = found.into_iter().find(|it| it["id"] == id.as_str()).unwrap();
        for name in ["principalId", "clientId"] {
            assert_eq!(identity["properties"][name], of_machine[name]);
        }
    }
}
