//! What differs between two snapshots of an entity or a relationship.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::line::{ALIASES, RAW, STALE, STALE_PROPERTIES};

/// The values of properties before and after.
pub type Values = BTreeMap<String, (Option<Value>, Option<Value>)>;

/// Properties that say how a snapshot was made, and nothing of the tenant.
const NOT_COMPARED: [&str; 5] = [RAW, ALIASES, STALE[0], STALE[1], STALE_PROPERTIES];

/// The properties that differ between two snapshots of an entity or a relationship.
#[must_use]
pub fn differing(old: &Map<String, Value>, new: &Map<String, Value>) -> Values {
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let names = names.into_iter().filter(|it| !NOT_COMPARED.contains(&it.as_str()));
    let differing = names.filter(|it| old.get(*it) != new.get(*it));
    differing.map(|it| (it.clone(), (old.get(it).cloned(), new.get(it).cloned()))).collect()
}
