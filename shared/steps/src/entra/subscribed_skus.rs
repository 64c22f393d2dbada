//! Subscribed SKUs: the licences that the tenant has, and how many of them are assigned.

use graph::Name;

use crate::entra::account;
use crate::prelude::*;

pub(crate) static SUBSCRIBED_SKU: EntityType = EntityType {
    kind: "azure_subscribed_sku",
    class: &["Subscription"],
    doc: "A product that the tenant has licences of, such as Microsoft 365 E5.",
    properties: &[
        text("name", PART_NUMBER, "What Microsoft calls the product, such as `SPE_E5`."),
        text("displayName", PART_NUMBER, "What Microsoft calls the product, such as `SPE_E5`."),
        text("skuId", "/", "The id of the product, which is the same for every tenant."),
        text("skuPartNumber", PART_NUMBER, "What Microsoft calls the product, such as `SPE_E5`."),
        text("appliesTo", "/", "Who can be assigned a licence: `User` or `Company`."),
        text("capabilityStatus", "/", "As `Enabled`, `Warning` or `Suspended`."),
        number("consumedUnits", "/", "How many licences are assigned."),
        number("enabledUnits", "/prepaidUnits/enabled", "How many licences can be used."),
        number("suspendedUnits", "/prepaidUnits/suspended", "How many were not paid for."),
        number("warningUnits", "/prepaidUnits/warning", "How many are about to be suspended."),
        number("lockedOutUnits", "/prepaidUnits/lockedOut", "How many were cancelled."),
        each(
            "servicePlans",
            "/servicePlans/*/servicePlanName",
            "The services that it consists of.",
        ),
    ],
    ..EntityType::OBJECT
};

const PART_NUMBER: &str = "/skuPartNumber";

pub(crate) static STEP: Step = Step {
    id: "ad-subscribed-skus",
    name: "Entra ID Subscribed SKUs",
    list: List::graph("/subscribedSkus").whole(),
    becomes: Becomes::one(&SUBSCRIBED_SKU)
        .aliases(|sku| sku.text("/skuId").map(product).into_iter().collect())
        .links(&[account::HAS]),
    needs: Needs::DIRECTORY.graph(&["Organization.Read.All"]),
    ..Step::AZURE
};

/// The name of the licences of a product, by which users say what they are assigned.
pub(crate) fn product(sku_id: &str) -> Name {
    Name::alias("license", sku_id)
}
