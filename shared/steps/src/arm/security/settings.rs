//! What Defender for Cloud shares with other products.

use crate::arm::resources::subscriptions::of_subscription;
use crate::prelude::*;

pub(crate) static SETTING: EntityType = EntityType {
    kind: "azure_security_center_setting",
    class: &["Configuration"],
    doc: "Whether Defender for Cloud shares data or alerts with another product.",
    properties: &[
        text("kind", "/", "`DataExportSettings` or `AlertSyncSettings`."),
        flag("enabled", "/properties/", "Whether it does."),
    ],
    ..EntityType::extension("Microsoft.Security/settings", "2022-05-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-security-center-settings",
    name: "Security Center Settings",
    ..Step::of(&SETTING, "security").links(&[of_subscription(RelationshipClass::Has)])
};
