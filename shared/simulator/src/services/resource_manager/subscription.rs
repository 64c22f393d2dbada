//! Subscriptions, and where their resources may lie.

use serde_json::{Value, json};

use super::caller::Caller;
use super::error::Failure;
use super::items::Items;
use crate::services::answer::Answer;
use crate::services::cloud::Cloud;
use crate::services::request::Request;
use crate::world::life::Life;
use crate::world::names::{LOCATIONS, Location};
use crate::world::resources::inventory::Inventory;
use crate::world::tenant::Tenant;

/// The subscriptions in which the caller has a role, whatever their state. Who has none anywhere is
/// not refused, but told of none.
pub(super) fn list(cloud: &Cloud, request: &Request, caller: &Caller) -> Result<Answer, Failure> {
    let tenant = &cloud.tenant;
    // A place belongs to one subscription for good. So a list that is being read lacks nothing but
    // what has vanished, and a page may hold fewer than it could.
    let item = |place| {
        let inventory = tenant.inventory_at(place)?;
        let life = tenant.life(inventory);
        let is_seen = !life.has_vanished && caller.sees(&id_of(tenant, inventory));
        is_seen.then(|| json(tenant, inventory, &life))
    };
    Items::new(tenant.subscriptions_ever(), item).page(cloud, request, 500)
}

/// The tenants that the caller belongs to: this one.
pub(super) fn tenants(cloud: &Cloud, request: &Request) -> Result<Answer, Failure> {
    let tenant = &cloud.tenant;
    let item = |_| {
        Some(json!({
            "id": format!("/tenants/{}", tenant.id()),
            "tenantId": tenant.id(),
            "tenantCategory": "Home",
            "displayName": tenant.company().0,
            "countryCode": "DE",
            "defaultDomain": tenant.default_domain(),
            "domains": [tenant.default_domain(), tenant.initial_domain()],
            "tenantType": "AAD",
        }))
    };
    Items::new(1, item).page(cloud, request, 100)
}

/// The id of a subscription.
pub(super) fn id_of(tenant: &Tenant, inventory: &Inventory) -> String {
    format!("/subscriptions/{}", tenant.subscription_id(inventory.subscription))
}

pub(super) fn json(tenant: &Tenant, inventory: &Inventory, life: &Life) -> Value {
    let id = tenant.subscription_id(inventory.subscription);
    let quota = match inventory.subscription {
        _ if life.is_legacy => "AAD_2015-09-01",
        1 => "MSDNDevTest_2014-09-01",
        _ => "EnterpriseAgreement_2014-09-01",
    };
    let mut body = json!({
        "id": format!("/subscriptions/{id}"),
        "subscriptionId": id,
        "tenantId": tenant.id(),
        "displayName": life.name,
        "state": life.state.as_str(),
        "subscriptionPolicies": {
            "locationPlacementId": "Public_2014-09-01",
            "quotaId": quota,
            "spendingLimit": "Off",
        },
        "authorizationSource": "RoleBased",
        "managedByTenants": [],
    });
    if let Some(tags) = &life.tags {
        body["tags"] = json!(tags);
    }
    body
}

/// The locations that a subscription may use.
pub(super) fn locations(scope: &str) -> Items<'_> {
    Items::new(LOCATIONS.len() as u64, move |place| {
        let Location { name, display, geography_group, place } =
            LOCATIONS.get(usize::try_from(place).ok()?)?;
        let metadata = match place {
            None => json!({ "regionCategory": "Other", "regionType": "Logical" }),
            Some(place) => json!({
                "geographyGroup": geography_group,
                "physicalLocation": place.name,
                "latitude": place.latitude,
                "longitude": place.longitude,
                "pairedRegion":
                    [{ "name": place.pair, "id": format!("{scope}/locations/{}", place.pair) }],
                "regionCategory": "Recommended",
                "regionType": "Physical",
            }),
        };
        let regional = match *geography_group {
            "" => String::new(),
            group => format!("({group}) "),
        };
        Some(json!({
            "id": format!("{scope}/locations/{name}"),
            "name": name,
            "type": "Region",
            "displayName": display,
            "regionalDisplayName": format!("{regional}{display}"),
            "metadata": metadata,
        }))
    })
}
