//! Microsoft.Synapse: workspaces, their pools, and what these mask.
//!
//! Keys begin with the type, as the reference has them.

pub(crate) mod keys;
pub(crate) mod masking_policies;
pub(crate) mod masking_rules;
pub(crate) mod sql_pools;
pub(crate) mod workspaces;

use graph::{Entity, Key, Name};

use crate::arm::synapse::workspaces::SERVICE;
use crate::item::Item;

/// The key of something of a type that has a name.
fn key(kind: &str, name: &str) -> Key {
    Key::new(&format!("{kind}:{name}"))
}

/// The service of the instance.
fn service(item: &Item<'_>) -> Key {
    key(SERVICE.kind, &item.instance.instance_id)
}

/// What others call it: by its id.
fn by_id(item: &Item<'_>) -> Vec<Name> {
    item.id().map(Name::of_id).into_iter().collect()
}

/// Sets the resource group, which the key does not tell.
fn place(item: &Item<'_>, entity: &mut Entity) {
    let group = item.id().and_then(|id| Key::new(id).resource_group());
    entity.set("resourceGroup", group.as_ref().and_then(|it| it.as_str().rsplit('/').next()));
}

/// Sets the resource group, and the id of the workspace that what it belongs to is of.
fn place_within(item: &Item<'_>, entity: &mut Entity) {
    place(item, entity);
    let workspace = item.parent.and_then(|it| it.json.get("workspaceUID")?.as_str());
    entity.set("workspaceUID", workspace);
}
