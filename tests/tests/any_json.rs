//! Whatever Microsoft answers, no step panics, and what is written is as declared.

use graph::Entity;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Map, Value};
use steps::{Output, Parent, STEPS, Step, find};
use tests::Recording;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_json_is_an_item(json in any_json(), id in any_step()) {
        let step = find(id).unwrap();
        check(step, &convert(step, &json))?;
    }

    #[test]
    fn any_change_to_an_item_is_survived(
        id in any_step(),
        item in any::<Index>(),
        changes in prop::collection::vec((any::<Index>(), any_json()), 1..4),
    ) {
        let Some(recording) = Recording::of(find(id).unwrap()) else { return Ok(()) };
        let mut item = recording.items[item.index(recording.items.len())].clone();
        for (place, value) in changes {
            change(&mut item, place, value);
        }
        check(recording.step, &recording.convert_items(&[item]))?;
    }

    #[test]
    fn any_parent_has_an_address_or_none(json in any_json(), id in any_step()) {
        let step = find(id).unwrap();
        let key = graph::Key::new("parent");
        for list in [Some(&step.list), step.list.fallback].into_iter().flatten() {
            let parent = Parent { key: &key, kind: "parent", json: &json };
            if let Some((_, path)) = list.address(step, &tests::instance(), Some(parent)) {
                prop_assert!(path.starts_with('/') && !path.starts_with("//"), "{path}");
            }
        }
    }
}

/// The id of any step, which says more in a report than all that is declared of it.
fn any_step() -> impl Strategy<Value = &'static str> {
    any::<Index>().prop_map(|index| STEPS[index.index(STEPS.len())].id)
}

/// Any JSON, with some preference for what steps look at.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        select(TEXTS).prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        let name = prop_oneof![select(NAMES).prop_map(str::to_owned), any::<String>()];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(name, inner, 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

const NAMES: &[&str] = &["id", "name", "type", "tags", "properties", "location", "@odata.type"];

const TEXTS: &[&str] = &[
    "",
    "/",
    "//",
    "..",
    "*",
    "é\u{0}|%2F?#",
    "/subscriptions//resourceGroups//providers/",
    "/SUBSCRIPTIONS/s/RESOURCEGROUPS/g/providers/a/b/c",
    "https://",
    "https://host/keys/",
    "2026-13-32T25:61:61Z",
    "-999999-01-01T00:00:00Z",
    "10.0.0.0/33",
    "::/0",
    "0-65536",
];

/// Puts a value in some place of another.
fn change(json: &mut Value, place: Index, value: Value) {
    fn count(json: &Value) -> usize {
        let inner: usize = match json {
            Value::Array(items) => items.iter().map(count).sum(),
            Value::Object(fields) => fields.values().map(count).sum(),
            _ => 0,
        };
        inner + 1
    }

    fn at<'v>(json: &'v mut Value, place: &mut usize) -> Option<&'v mut Value> {
        if *place == 0 {
            return Some(json);
        }
        *place -= 1;
        match json {
            Value::Array(items) => items.iter_mut().find_map(|it| at(it, place)),
            Value::Object(fields) => fields.values_mut().find_map(|it| at(it, place)),
            _ => None,
        }
    }

    let mut place = place.index(count(json));
    if let Some(found) = at(json, &mut place) {
        *found = value;
    }
}

fn convert(step: &'static Step, json: &Value) -> Output {
    let owner = Recording::of(step).and_then(|recording| recording.owners.into_iter().next()?);
    let recording =
        Recording { step, items: Vec::new(), owners: vec![owner], instance: tests::instance() };
    recording.convert_items(std::slice::from_ref(json))
}

/// Checks that everything that was found is as declared.
fn check(step: &Step, found: &Output) -> Result<(), TestCaseError> {
    for Entity { key, kind, properties, is_patch, .. } in &found.entities {
        prop_assert!(!key.as_str().is_empty());
        for (name, value) in properties {
            let is_fine = step.property(kind, name).is_some_and(|it| it.admits(value));
            prop_assert!(is_fine, "{kind}.{name} is {value}");
        }
        for name in ["name", "displayName"] {
            let is_named = properties.get(name).is_some_and(Value::is_string);
            prop_assert!(is_named || *is_patch, "{key} has no {name}");
        }
    }
    Ok(())
}
