//! The names that queries can use, for completing them.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::site::Site;

pub(crate) fn model(site: &Site) -> Value {
    let manifest = &site.tables.manifest;
    let mut types = Map::new();
    let mut classes = BTreeSet::new();
    for (kind, of) in site.model.types() {
        classes.extend(of);
        let table = manifest.entities.iter().find(|it| it.kind == kind);
        let properties: Vec<&str> = site.model.properties(kind).collect();
        let entry = json!({
            "classes": of,
            "count": table.map_or(0, |it| it.count),
            "properties": properties,
        });
        types.insert(kind.to_owned(), entry);
    }
    let verbs: Vec<&str> = site.model.verbs().collect();
    json!({ "types": types, "classes": classes, "verbs": verbs })
}
