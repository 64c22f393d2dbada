//! Servers that a Front Door hands requests on to.

use crate::arm::cdn::front_door::origin_groups::ORIGIN_GROUP;
use crate::prelude::*;

pub(crate) static ORIGIN: EntityType = EntityType {
    kind: "azure_afd_origin",
    class: &["Configuration"],
    doc: "A server that requests are handed on to.",
    properties: &[
        is("active", "/properties/enabledState", "Enabled", "Whether requests are handed to it."),
        flag("enforceCertificateNameCheck", "/properties/", "Whether a certificate must name it."),
        text("hostName", "/properties/", "The server."),
        number("httpPort", "/properties/", "Its port for HTTP."),
        number("httpsPort", "/properties/", "Its port for HTTPS."),
        text("originHostHeader", "/properties/", "By what name it is asked."),
        number("priority", "/properties/", "Lower ones come first."),
        text("privateLinkId", PRIVATE, "What it is reached by, without the internet."),
    ],
    ..EntityType::child("Microsoft.Cdn/profiles/originGroups/origins", "2025-04-15")
};

const PRIVATE: &str = "/properties/sharedPrivateLinkResource/privateLink/id";

pub(crate) static STEP: Step = Step {
    id: "rm-cdn-front-door-origins",
    name: "Front Door Origins",
    ..Step::of(&ORIGIN, "cdn").of_each(&[&ORIGIN_GROUP]).links(&[
        Link::of_parent(RelationshipClass::Has),
        Link::new(RelationshipClass::Connects, &[], "/properties/azureOrigin/id"),
        Link::uses(&[], PRIVATE),
    ])
};
