//! The plans of Defender for Cloud that a subscription has.

use graph::Entity;

use crate::arm::resources::subscriptions::of_subscription;
use crate::prelude::*;

pub(crate) static PRICING: EntityType = EntityType {
    kind: "azure_security_center_subscription_pricing",
    class: &["Configuration"],
    doc: "Whether Defender for Cloud protects a sort of resource, and how well.",
    properties: &[
        text("pricingTier", "/properties/", "`Standard` if it does, or else `Free`."),
        text("subPlan", "/properties/", "The plan within the tier, such as `P2`."),
        date("enabledOn", "/properties/enablementTime", "Since when it does."),
        flag("enforce", "/properties/", "Whether resources below cannot do otherwise."),
        flag("inherited", "/properties/", "Whether it comes from above."),
        text("inheritedFrom", "/properties/", "The id of where it comes from."),
        text("resourcesCoverageStatus", "/properties/", "`FullyCovered` if no resource differs."),
        list("extensions", COMPUTED, "The parts of the plan that are switched on."),
        flag("deprecated", "/properties/", "Whether the plan goes on in others."),
        list("replacedBy", "/properties/", "The plans that it goes on in."),
        text("freeTrialRemainingTime", "/properties/", "How long it is free: ISO 8601.").volatile(),
    ],
    ..EntityType::extension("Microsoft.Security/pricings", "2024-01-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-security-center-pricing-configs",
    name: "Security Center Pricing Configurations",
    becomes: Becomes::one(&PRICING)
        .refine(extensions)
        .links(&[of_subscription(RelationshipClass::Has)]),
    ..Step::of(&PRICING, "security")
};

fn extensions(pricing: &Item<'_>, entity: &mut Entity) {
    let extensions = pricing.values("/properties/extensions/*").into_iter().filter(|it| {
        let is_enabled = it["isEnabled"].as_str().unwrap_or_default();
        is_enabled.eq_ignore_ascii_case("true")
    });
    let names: Vec<&str> = extensions.filter_map(|it| it["name"].as_str()).collect();
    entity.set("extensions", Some(names));
}
