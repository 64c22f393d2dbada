//! Everything that is known of an entity, and what is not.

use std::collections::BTreeMap;

use query::execute::Thing;
use serde_json::{Value, json};
use steps::{EntityType, Property, STEPS, Step};

use crate::failure::Failure;
use crate::ledger::permissions;
use crate::neighbours::{group, groups};
use crate::request::Parameters;
use crate::site::Site;

/// What the card shows in places of their own.
const APART: [&str; 6] = ["_key", "_type", "_class", "_unknown", "_staleSince", "_staleReason"];

pub(crate) async fn entity(site: &Site, parameters: &Parameters) -> Result<Value, Failure> {
    let number = site.entity(parameters.required("key")?)?;
    let thing = query::execute::entity(&site.tables, number).await?;
    let thing = thing.ok_or_else(|| Failure::NotFound("the entity is not there".to_owned()))?;
    let kind = site.kind(number);
    let of = declared(kind);
    let properties = thing.properties.iter().filter(|(name, _)| !APART.contains(&name.as_str()));
    let properties = properties.map(|(name, value)| {
        let declared = of.and_then(|it| it.property(name)).or_else(|| Some(patched(kind, name)?.1));
        json!({
            "name": name,
            "value": value,
            "doc": declared.map(|it| it.doc),
            "form": declared.map(|it| format!("{:?}", it.ty).to_lowercase()),
        })
    });
    let groups = groups(site, number).await?;
    let groups = groups.iter().map(|(of, links)| group(site, *of, links));
    let mut entity = site.named(number);
    entity["class"] = thing.properties.get("_class").cloned().unwrap_or_default();
    entity["doc"] = json!(of.map(|it| it.doc));
    entity["service"] = json!(site.service(kind));
    entity["properties"] = properties.collect();
    entity["unknown"] = unknown(kind, &thing).into();
    entity["relationships"] = groups.collect();
    if let Some(since) = thing.properties.get("_staleSince") {
        let why = thing.properties.get("_staleReason");
        entity["stale"] = json!({ "since": since, "why": why });
    }
    Ok(entity)
}

fn declared(kind: &str) -> Option<&'static EntityType> {
    STEPS.iter().flat_map(|step| step.entity_types()).find(|it| it.kind == kind)
}

/// The step that adds a property to what another step finds, and what it declares.
fn patched(kind: &str, name: &str) -> Option<(&'static Step, &'static Property)> {
    STEPS.iter().find_map(|step| {
        let mut patches = step.patches().into_iter();
        let patch = patches.find(|(of, it)| of.kind == kind && it.name == name);
        patch.map(|(_, property)| (*step, property))
    })
}

/// The properties that could not be read, each with why, and with what the step needs that would
/// have read it.
fn unknown(kind: &str, thing: &Thing) -> Vec<Value> {
    let unknown = thing.properties.get("_unknown").and_then(Value::as_array);
    let unknown = unknown.into_iter().flatten().filter_map(Value::as_str);
    let mut properties: BTreeMap<&str, Value> = BTreeMap::new();
    for (name, why) in unknown.filter_map(|it| it.split_once(": ")) {
        let finds = || STEPS.iter().find(|step| step.entity_types().any(|it| it.kind == kind));
        let step = patched(kind, name).map(|(step, _)| step).or_else(|| finds().copied());
        properties.insert(
            name,
            json!({
                "name": name,
                "why": why,
                "permissions": permissions(step),
            }),
        );
    }
    properties.into_values().collect()
}
