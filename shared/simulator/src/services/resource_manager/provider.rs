//! The resource providers that a subscription knows.

use serde_json::{Value, json};

use super::items::Items;
use crate::world::names::LOCATIONS;
use crate::world::resources::catalog;
use crate::world::resources::inventory::Inventory;
use crate::world::resources::kind::Kind;
use crate::world::tenant::Tenant;

/// Every namespace that has types. All are registered.
pub(super) fn all<'a>(tenant: &'a Tenant, inventory: &'a Inventory) -> Items<'a> {
    let mut namespaces: Vec<&str> = catalog::all().iter().map(|kind| kind.split().0).collect();
    namespaces.dedup();
    let total = namespaces.len() as u64;
    Items::new(total, move |place| {
        let namespace = *namespaces.get(usize::try_from(place).ok()?)?;
        Some(json(&tenant.subscription_id(inventory.subscription), namespace))
    })
}

fn json(subscription: &str, namespace: &str) -> Value {
    let kinds = catalog::all().iter().filter(|kind| kind.split().0 == namespace);
    json!({
        "id": format!("/subscriptions/{subscription}/providers/{namespace}"),
        "namespace": namespace,
        "registrationState": "Registered",
        "registrationPolicy": "RegistrationRequired",
        "resourceTypes": kinds.map(resource_type).collect::<Vec<_>>(),
    })
}

/// A type, with its versions from the newest on.
fn resource_type(kind: &Kind) -> Value {
    let places = LOCATIONS.iter().filter(|it| it.place.is_some());
    json!({
        "resourceType": kind.split().1,
        "locations": places.map(|it| it.display).collect::<Vec<_>>(),
        "apiVersions": kind.versions.iter().rev().collect::<Vec<_>>(),
        "capabilities": if kind.lies_in_group() {
            "CrossResourceGroupResourceMove, CrossSubscriptionResourceMove, SupportsTags, \
             SupportsLocation"
        } else {
            "None"
        },
    })
}
