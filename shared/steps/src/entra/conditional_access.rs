//! Conditional access: under which conditions users may sign in.
//!
//! Its lists may be asked once in a second, and few of them take `$top` or `$select`.

pub(crate) mod authentication_contexts;
pub(crate) mod named_locations;
pub(crate) mod policies;
pub(crate) mod templates;
pub(crate) mod users;

use graph::{Key, Name};

use crate::prelude::*;

pub(crate) static SERVICE: EntityType = EntityType {
    kind: "azure_conditional_access_service",
    class: &["Service"],
    doc: "The conditional access of the directory, which has its policies.",
    properties: &[
        always("name", "Conditional Access Service", "What it is called."),
        always("displayName", "Conditional Access Service", "What it is called."),
        always_list("category", &["other"], "What sort of service it is."),
        always_list("function", &["access-review"], "What the service does."),
    ],
    ..EntityType::IMPLIED
};

/// The service has what it consists of.
const OF_SERVICE: Link =
    Link::found(RelationshipClass::Has, SERVICES, |it| vec![Name::from(&service(it))]).reverse();

const SERVICES: &[&EntityType] = &[&SERVICE];

/// The service, which is known by what it consists of: no list has it.
const BESIDES: Nested = Nested::besides(Becomes::one(&SERVICE).key(|it| Some(service(it))));

fn service(item: &Item<'_>) -> Key {
    Key::new(&format!("{}:{}", SERVICE.kind, item.instance.instance_id))
}

/// The key of an item: its type and its id.
fn key(of: &EntityType, item: &Item<'_>) -> Option<Key> {
    item.id().and_then(|id| key_of(of, id))
}

/// The key of what has an id, which may be as short as `c1`.
fn key_of(of: &EntityType, id: &str) -> Option<Key> {
    (!id.is_empty()).then(|| Key::new(&format!("{}:{id}", of.kind)))
}
