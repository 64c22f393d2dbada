//! Which servers the requests to an endpoint of Front Door are handed on to.

use crate::arm::cdn::front_door::custom_domains::CUSTOM_DOMAIN;
use crate::arm::cdn::front_door::endpoints::ENDPOINT;
use crate::arm::cdn::front_door::origin_groups::ORIGIN_GROUP;
use crate::prelude::*;

pub(crate) static ROUTE: EntityType = EntityType {
    kind: "azure_afd_route",
    class: &["Rule"],
    doc: "Hands requests for some paths on to a group of servers.",
    properties: &[
        is("active", "/properties/enabledState", "Enabled", "Whether it holds."),
        text("forwardingProtocol", "/properties/", "Such as `HttpsOnly`."),
        is("httpsRedirect", "/properties/", "Enabled", "Whether HTTP leads to HTTPS."),
        list("patternsToMatch", "/properties/", "The paths, such as `/*`."),
        list("supportedProtocols", "/properties/", "`Http` and `Https`."),
        is("linkToDefaultDomain", "/properties/", "Enabled", "Whether it serves Azure's name too."),
        text("originPath", "/properties/", "The directory at the servers."),
    ],
    ..EntityType::child("Microsoft.Cdn/profiles/afdEndpoints/routes", "2025-04-15")
};

pub(crate) static STEP: Step = Step {
    id: "rm-cdn-front-door-routes",
    name: "Front Door Routes",
    ..Step::of(&ROUTE, "cdn").of_each(&[&ENDPOINT]).links(&[
        Link::of_parent(RelationshipClass::Has),
        Link::new(RelationshipClass::Connects, &[&ORIGIN_GROUP], "/properties/originGroup/id"),
        Link::uses(&[&CUSTOM_DOMAIN], "/properties/customDomains/*/id"),
    ])
};
