//! Subscribed SKUs: the licences that the tenant has, and who has them.

use serde_json::{Value, json};

use super::document::Document;
use crate::world::random::Draw;
use crate::world::tenant::Tenant;

/// A product, with the ids that it has for every tenant.
/// Source: Microsoft Entra, "Product names and service plan identifiers for licensing".
struct Product {
    id: &'static str,
    name: &'static str,
    /// The ids and names of the services that it consists of.
    plans: &'static [(&'static str, &'static str)],
    /// How many of a hundred users have it.
    percent: u64,
}

const EXCHANGE: (&str, &str) = ("efb87545-963c-4e0d-99df-69c6916d9eb0", "EXCHANGE_S_ENTERPRISE");
const INTUNE: (&str, &str) = ("c1ec4a95-1f05-45b3-a911-aa3fa01094f5", "INTUNE_A");
const PREMIUM: (&str, &str) = ("41781fb2-bc02-4b7c-bd55-b576c07bb09d", "AAD_PREMIUM");

const PREMIUM_P2: (&str, &str) = ("eec0eb4f-6444-4f95-aba0-50c24d67f998", "AAD_PREMIUM_P2");

const PRODUCTS: [Product; 4] = [
    Product {
        id: "06ebc4ee-1bb5-47dd-8120-11324bc54e06",
        name: "SPE_E5",
        plans: &[EXCHANGE, INTUNE, PREMIUM, PREMIUM_P2],
        percent: 40,
    },
    Product {
        id: "6fd2c87f-b296-42f0-b197-1e91e994b900",
        name: "ENTERPRISEPACK",
        plans: &[EXCHANGE],
        percent: 30,
    },
    Product {
        id: "078d2b04-f1bd-4111-bbd4-b4b1b354cef4",
        name: "AAD_PREMIUM",
        plans: &[PREMIUM],
        percent: 10,
    },
    Product {
        id: "f30db892-07e9-47e9-837c-80727f46fd3d",
        name: "FLOW_FREE",
        plans: &[],
        percent: 0,
    },
];

/// How many products there are.
pub(crate) const COUNT: u64 = PRODUCTS.len() as u64;

/// A product by its place.
pub(crate) fn subscribed_sku(tenant: &Tenant, place: u64) -> Option<Document> {
    let product = PRODUCTS.get(usize::try_from(place).ok()?)?;
    let consumed = tenant.users * product.percent / 100;
    let plan = |(id, name): &(&str, &str)| {
        let is_usable = tenant.is_premium || !name.starts_with(PREMIUM.1);
        json!({
            "servicePlanId": id,
            "servicePlanName": name,
            "provisioningStatus": if is_usable { "Success" } else { "Disabled" },
            "appliesTo": "User",
        })
    };
    Some(Document::new(
        "subscribedSku",
        json!({
            "accountId": tenant.id(),
            "accountName": tenant.company().1,
            "appliesTo": "User",
            "capabilityStatus": "Enabled",
            "consumedUnits": consumed,
            "id": format!("{}_{}", tenant.id(), product.id),
            "skuId": product.id,
            "skuPartNumber": product.name,
            "subscriptionIds": [],
            "prepaidUnits": {
                "enabled": consumed + 10,
                "suspended": 0,
                "warning": 0,
                "lockedOut": 0,
            },
            "servicePlans": product.plans.iter().map(plan).collect::<Vec<_>>(),
        }),
    ))
}

/// The licences of one user. Some have one service switched off.
pub(crate) fn assigned(mut draw: Draw) -> Value {
    let assigned = PRODUCTS.iter().filter(|product| draw.below(100) < product.percent);
    let assigned = assigned.map(|product| {
        let disabled = product.plans.first().filter(|_| product.plans.len() > 2);
        let disabled: Vec<&str> = disabled.iter().map(|(id, _)| *id).collect();
        json!({ "disabledPlans": disabled, "skuId": product.id })
    });
    assigned.collect()
}
