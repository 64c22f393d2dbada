//! The list of all resources, whatever their type, without what their providers know of them.

use serde_json::{Map, Value};

use super::items::Items;
use super::target::Target;
use crate::world::resources::catalog;
use crate::world::resources::collection::Collection;
use crate::world::resources::inventory::Inventory;
use crate::world::tenant::Tenant;

/// What the list has of a resource.
const FIELDS: [&str; 10] =
    ["id", "name", "type", "location", "tags", "sku", "kind", "identity", "managedBy", "zones"];

/// The resources of a subscription, or those of one of its resource groups. Some types that lie
/// below others are in the list of the real service, too: which ones is not documented.
pub(super) fn all<'a>(
    tenant: &'a Tenant,
    inventory: &'a Inventory,
    target: &'a Target,
) -> Items<'a> {
    let kinds = catalog::all().iter().filter(|kind| kind.lies_in_group());
    let all: Vec<Collection> = kinds.map(|kind| Collection::of(tenant, inventory, kind)).collect();
    let total = all.iter().map(Collection::count).sum();
    Items::new(total, move |place| {
        let mut rest = place;
        let collection = all.iter().find(|collection| {
            let count = collection.count();
            let is_here = rest < count;
            rest = if is_here { rest } else { rest - count };
            is_here
        })?;
        let resource = collection.item(rest);
        target.scope.holds(&resource).then(|| reduced(resource.json()))
    })
}

fn reduced(mut resource: Value) -> Value {
    let fields: Map<String, Value> = FIELDS
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), resource.get_mut(*name)?.take())))
        .collect();
    fields.into()
}
