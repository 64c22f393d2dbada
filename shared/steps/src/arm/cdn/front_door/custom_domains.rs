//! Names of one's own at which a Front Door takes requests.

use crate::arm::cdn::profiles::{PROFILE, is_front_door};
use crate::arm::network::dns_zones::DNS_ZONE;
use crate::prelude::*;

pub(crate) static CUSTOM_DOMAIN: EntityType = EntityType {
    kind: "azure_afd_custom_domain",
    class: &["Domain"],
    doc: "A name of one's own at which a Front Door takes requests.",
    properties: &[
        text("domainName", "/properties/hostName", "The name."),
        text("hostName", "/properties/", "The name."),
        text("certificateType", "/properties/tlsSettings/", "As `ManagedCertificate`."),
        text("minimumTlsVersion", "/properties/tlsSettings/", "Such as `TLS12`."),
        text("domainValidationState", "/properties/", "As `Approved`."),
        text("deploymentStatus", "/properties/", "How far its last change is."),
    ],
    ..EntityType::child("Microsoft.Cdn/profiles/customDomains", "2025-04-15")
};

pub(crate) static STEP: Step = Step {
    id: "rm-cdn-front-door-custom-domains",
    name: "Front Door Custom Domains",
    list: List::of(&CUSTOM_DOMAIN).of_each(&[&PROFILE]).only(is_front_door),
    becomes: Becomes::one(&CUSTOM_DOMAIN)
        .links(&[
            Link::of_parent(RelationshipClass::Has),
            Link::uses(&[&DNS_ZONE], "/properties/azureDnsZone/id"),
        ])
        // Who knows it can prove to own the name.
        .conceals(&["/properties/validationProperties/validationToken"]),
    ..Step::of(&CUSTOM_DOMAIN, "cdn")
};
