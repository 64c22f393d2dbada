//! Whether Defender for Cloud installs its agent.

use crate::arm::resources::subscriptions::of_subscription;
use crate::prelude::*;

pub(crate) static AUTO_PROVISIONING: EntityType = EntityType {
    kind: "azure_security_center_auto_provisioning_setting",
    class: &["Configuration"],
    doc: "Whether Defender for Cloud installs its agent on machines.",
    properties: &[text("autoProvision", "/properties/", "`On` if it does.")],
    ..EntityType::extension("Microsoft.Security/autoProvisioningSettings", "2017-08-01-preview")
};

pub(crate) static STEP: Step = Step {
    id: "rm-security-center-auto-provisioning-settings",
    name: "Security Center Auto-Provisioning Settings",
    ..Step::of(&AUTO_PROVISIONING, "security").links(&[of_subscription(RelationshipClass::Has)])
};
