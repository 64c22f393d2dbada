//! The plans that apps run on.

use crate::prelude::*;

pub(crate) static PLAN: EntityType = EntityType {
    kind: "azure_app_service_plan",
    class: &["Configuration"],
    doc: "The machines that apps run on, and what they cost.",
    properties: &[
        split("kind", "/", ",", "What it is for, such as `app` or `linux`."),
        number("numberOfSites", "/properties/", "How many apps run on it."),
        number("sku.capacity", "/sku/capacity", "How many machines there are."),
        text("sku.family", "/sku/family", "Such as `P`."),
        text("sku.name", "/sku/name", "Such as `P1v3`."),
        text("sku.size", "/sku/size", "Such as `P1v3`."),
        text("sku.tier", "/sku/tier", "Such as `PremiumV3`."),
        text("status", "/properties/", "Such as `Ready`."),
        flag("zoneRedundant", "/properties/", "Whether it survives that a zone fails."),
    ],
    ..EntityType::resource("Microsoft.Web/serverfarms", "2024-04-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-appservice-app-service-plans",
    name: "App Service Plans",
    ..Step::of(&PLAN, "app-service")
};
