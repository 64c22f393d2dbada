//! Usage details: what was used on one day, and what it cost.

use crate::arm::resources::subscriptions::SUBSCRIPTION;
use crate::prelude::*;

pub(crate) static USAGE_DETAILS: EntityType = EntityType {
    kind: "azure_usage_details",
    class: &["Site"],
    doc: "What a resource used of a product on the second last day before the job, and what it cost.",
    properties: &[
        text("kind", "/", "`legacy` or `modern`, by the sort of agreement."),
        text("offerId", "/properties/", "The offer that it is billed by."),
        text("productName", "/properties/product", "What was used."),
        text("chargeType", "/properties/", "Such as `Usage` or `Purchase`."),
        date("usageDate", "/properties/date", "The day."),
        number("quantity", "/properties/", "How much was used."),
        number("cost", "/properties/", "What it cost, before taxes.")
            .or(&["/properties/costInBillingCurrency"]),
        text("currency", "/properties/billingCurrency", "The currency of the cost.")
            .or(&["/properties/billingCurrencyCode"]),
        text("resourceId", "/properties/", "The resource that used it.")
            .or(&["/properties/instanceName"]),
    ],
    ..EntityType::extension("Microsoft.Consumption/usageDetails", "2024-08-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-subscription-usage-details",
    name: "Subscription Usage Details",
    // Both bounds are inclusive, so this is one day.
    list: List::of(&USAGE_DETAILS)
        .query(
            "$filter=properties/usageStart%20ge%20'{day}'%20and%20properties/usageEnd%20le%20'{day}'",
        )
        .of_each(&[&SUBSCRIPTION])
        .slow(),
    ..Step::of(&USAGE_DETAILS, "subscriptions_usage").links(&[Link::of_parent(RelationshipClass::Has)])
};
