//! The ends of mapped relationships.
//!
//! A mapped relationship says by which properties to find its other end, and what that is if
//! nothing is found. In tables every relationship has two ends, so here they are found or made: the
//! internet, places, principals of other tenants.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;
use serde_json::{Map, Value};

use super::row::{Item, Row};

/// What a mapped relationship says of its ends.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Mapping {
    #[serde(default)]
    relationship_direction: Option<String>,
    #[serde(default)]
    skip_target_creation: bool,
    pub(super) source_entity_key: String,
    target_entity: Map<String, Value>,
    target_filter_keys: Vec<Filter>,
}

/// The properties by which an end is found.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Filter {
    One(String),
    Several(Vec<String>),
}

impl Filter {
    fn names(&self) -> Vec<String> {
        match self {
            Self::One(name) => vec![name.clone()],
            Self::Several(names) => names.clone(),
        }
    }
}

impl Mapping {
    /// Whether it points from its other end to the entity that is known.
    pub(super) fn is_reverse(&self) -> bool {
        self.relationship_direction.as_deref() == Some("REVERSE")
    }

    /// What tells one end from another.
    fn identity(&self) -> String {
        let filters: Vec<_> = self.target_filter_keys.iter().map(Filter::names).collect();
        let skip = self.skip_target_creation;
        serde_json::to_string(&(filters, &self.target_entity, skip)).unwrap_or_default()
    }
}

/// The ends that mapped relationships want.
#[derive(Debug, Default)]
pub(super) struct Targets {
    /// In the order in which they were first seen.
    wanted: Vec<Mapping>,
    numbers: HashMap<String, usize>,
    /// The keys of the entities that have wanted properties: by their names, then by their values.
    found: BTreeMap<Vec<String>, HashMap<String, Vec<String>>>,
    /// The keys of the ends of each.
    keys: Vec<Vec<String>>,
}

/// What an entity has of some properties, as one text.
fn values(names: &[String], of: &Row<'_>) -> String {
    let values: Vec<Option<&Item<'_>>> = names.iter().map(|it| of.get(it)).collect();
    serde_json::to_string(&values).unwrap_or_default()
}

impl Targets {
    /// Adds the end that a relationship wants.
    pub(super) fn want(&mut self, mapping: Mapping) {
        let identity = mapping.identity();
        if self.numbers.contains_key(&identity) {
            return;
        }
        for names in mapping.target_filter_keys.iter().map(Filter::names) {
            let values = values(&names, &(&mapping.target_entity).into());
            self.found.entry(names).or_default().entry(values).or_default();
        }
        self.numbers.insert(identity, self.wanted.len());
        self.wanted.push(mapping);
    }

    /// Looks whether an entity is an end that is wanted.
    pub(super) fn see(&mut self, entity: &Row<'_>) {
        let Some(key) = entity.get("_key").and_then(Item::as_str) else { return };
        for (names, wanted) in &mut self.found {
            if let Some(keys) = wanted.get_mut(&values(names, entity)) {
                keys.push(key.to_owned());
            }
        }
    }

    /// Makes what was not found, once every entity was looked at.
    pub(super) fn made(&mut self) -> Vec<Map<String, Value>> {
        let mut all: Vec<Map<String, Value>> = Vec::new();
        for mapping in std::mem::take(&mut self.wanted) {
            let filters = mapping.target_filter_keys.iter().map(Filter::names);
            let mut matches = filters.filter_map(|names| {
                let values = values(&names, &(&mapping.target_entity).into());
                self.found.get(&names)?.get(&values).filter(|it| !it.is_empty()).cloned()
            });
            let keys = match matches.next() {
                Some(keys) => keys,
                None if mapping.skip_target_creation => Vec::new(),
                None => {
                    let made = make(&mapping);
                    let key = made.get("_key").and_then(Value::as_str).map(str::to_owned);
                    self.see(&Row::from(&made));
                    all.push(made);
                    key.into_iter().collect()
                }
            };
            self.keys.push(keys);
            self.wanted.push(mapping);
        }
        all
    }

    /// The keys of the ends of a relationship.
    pub(super) fn keys(&self, mapping: &Mapping) -> &[String] {
        let number = self.numbers.get(&mapping.identity());
        number.and_then(|it| self.keys.get(*it)).map_or(&[], Vec::as_slice)
    }
}

/// The entity that stands for an end that was not found.
fn make(mapping: &Mapping) -> Map<String, Value> {
    let mut made = mapping.target_entity.clone();
    let text = |made: &Map<String, Value>, name: &str| {
        made.get(name).and_then(Value::as_str).map(str::to_owned)
    };
    if let Some(class) = made.get("_class").filter(|it| it.is_string()).cloned() {
        made.insert("_class".to_owned(), Value::Array(vec![class]));
    }
    let kind = text(&made, "_type").unwrap_or_else(|| UNTYPED.to_owned());
    if !made.contains_key("_key") {
        let names = mapping.target_filter_keys.first().map(Filter::names).unwrap_or_default();
        let key = format!("mapped:{kind}:{}", values(&names, &(&made).into()));
        made.insert("_key".to_owned(), key.into());
    }
    let name = ["displayName", "name", "fullName"].iter().find_map(|it| text(&made, it));
    if let Some(name) = name {
        made.insert("displayName".to_owned(), name.into());
    }
    made.insert("_type".to_owned(), kind.into());
    made.insert("_source".to_owned(), "system-mapper".into());
    made
}

/// The type of what a mapping names no type of.
const UNTYPED: &str = "mapped_entity";

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn mapping(target: &Value, filters: &Value, skip: bool) -> Mapping {
        serde_json::from_value(json!({
            "relationshipDirection": "FORWARD", "skipTargetCreation": skip,
            "sourceEntityKey": "s", "targetEntity": target, "targetFilterKeys": filters,
        }))
        .unwrap()
    }

    #[test]
    fn an_end_is_found_by_the_first_properties_that_match() {
        let by_id =
            mapping(&json!({ "id": "1", "email": "e" }), &json!([["id"], ["email"]]), false);
        let mut targets = Targets::default();
        targets.want(by_id.clone());
        for entity in [json!({ "_key": "b", "email": "e" }), json!({ "_key": "a", "id": "1" })] {
            targets.see(&entity.as_object().unwrap().into());
        }
        assert!(targets.made().is_empty());
        assert_eq!(targets.keys(&by_id), ["a"]);
    }

    #[test]
    fn what_is_not_found_is_made_once() {
        let place = mapping(&json!({ "_type": "place", "_key": "p" }), &json!(["_key"]), false);
        let again = mapping(
            &json!({ "_type": "place", "_key": "p", "name": "P" }),
            &json!([["_type", "_key"]]),
            false,
        );
        let skipped = mapping(&json!({ "_type": "place", "id": "x" }), &json!([["id"]]), true);
        let mut targets = Targets::default();
        for it in [&place, &again, &skipped] {
            targets.want(it.clone());
        }
        let made = targets.made();
        assert_eq!(made.len(), 1);
        assert_eq!(made[0]["_source"], "system-mapper");
        assert_eq!(targets.keys(&place), ["p"]);
        assert_eq!(targets.keys(&again), ["p"]);
        assert!(targets.keys(&skipped).is_empty());
    }
}
