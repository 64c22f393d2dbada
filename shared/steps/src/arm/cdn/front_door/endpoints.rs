//! Endpoints of Front Door Standard and Premium.

use crate::arm::cdn::profiles::{PROFILE, is_front_door};
use crate::prelude::*;

pub(crate) static ENDPOINT: EntityType = EntityType {
    kind: "azure_afd_endpoint",
    class: &["Gateway"],
    doc: "A name at which a Front Door takes requests.",
    properties: &[
        always_list("category", &["data"], "What sort of gateway it is."),
        always_list("function", &["content-distribution"], "What it does."),
        always_flag("public", true, "The internet reaches it."),
        is("active", "/properties/enabledState", "Enabled", "Whether it answers."),
        text("deploymentStatus", "/properties/", "How far its last change is."),
        text("enabledState", "/properties/", "`Enabled` or `Disabled`."),
        text("hostName", "/properties/", "The name."),
    ],
    ..EntityType::child_resource("Microsoft.Cdn/profiles/afdEndpoints", "2025-04-15")
};

pub(crate) static STEP: Step = Step {
    id: "rm-cdn-front-door-endpoints",
    name: "Front Door Endpoints",
    list: List::of(&ENDPOINT).of_each(&[&PROFILE]).only(is_front_door),
    ..Step::of(&ENDPOINT, "cdn").links(&[Link::of_parent(RelationshipClass::Has)])
};
