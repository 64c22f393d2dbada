//! Groups of servers that a Front Door hands requests on to.

use crate::arm::cdn::profiles::{PROFILE, is_front_door};
use crate::prelude::*;

pub(crate) static ORIGIN_GROUP: EntityType = EntityType {
    kind: "azure_afd_origin_group",
    class: &["Configuration"],
    doc: "Servers that requests are spread over.",
    properties: &[
        text("healthProbeProtocol", PROBE, "How the servers are watched, as `Https`."),
        text("sessionAffinityState", "/properties/", "`Enabled` if a user stays with one server."),
    ],
    ..EntityType::child("Microsoft.Cdn/profiles/originGroups", "2025-04-15")
};

const PROBE: &str = "/properties/healthProbeSettings/probeProtocol";

pub(crate) static STEP: Step = Step {
    id: "rm-cdn-front-door-origin-groups",
    name: "Front Door Origin Groups",
    list: List::of(&ORIGIN_GROUP).of_each(&[&PROFILE]).only(is_front_door),
    ..Step::of(&ORIGIN_GROUP, "cdn").links(&[Link::of_parent(RelationshipClass::Has)])
};
