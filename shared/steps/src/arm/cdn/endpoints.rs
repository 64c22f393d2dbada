//! Endpoints of content delivery networks.

use crate::arm::cdn::profiles::{PROFILE, is_front_door};
use crate::prelude::*;

pub(crate) static ENDPOINT: EntityType = EntityType {
    kind: "azure_cdn_endpoint",
    class: &["Gateway"],
    doc: "A name at which content is handed out, near to those who ask for it.",
    properties: &[
        always_list("category", &["data"], "What sort of gateway it is."),
        always_list("function", &["content-distribution"], "What it does."),
        always_flag("public", true, "The internet reaches it."),
        list("contentTypesToCompress", "/properties/", "What is compressed."),
        each(
            "customDomains",
            "/properties/customDomains/*/properties/hostName",
            "Its other names.",
        ),
        text("hostName", "/properties/", "The name."),
        flag("isCompressionEnabled", "/properties/", "Whether content is compressed."),
        flag("isHttpAllowed", "/properties/", "Whether it answers without encryption."),
        flag("isHttpsAllowed", "/properties/", "Whether it answers with encryption."),
        text("optimizationType", "/properties/", "Such as `GeneralWebDelivery`."),
        each("origins", "/properties/origins/*/properties/hostName", "The servers of the content."),
        text("originHostHeader", "/properties/", "By what name servers are asked."),
        text("originPath", "/properties/", "The directory at the servers."),
        text("queryStringCachingBehavior", "/properties/", "As `IgnoreQueryString`."),
        text("resourceState", "/properties/", "Such as `Running`."),
        text("wafPolicyId", WAF, "The policy by which attacks are looked for."),
    ],
    ..EntityType::child_resource("Microsoft.Cdn/profiles/endpoints", "2025-04-15")
};

const WAF: &str = "/properties/webApplicationFirewallPolicyLink/id";

pub(crate) static STEP: Step = Step {
    id: "rm-cdn-endpoints",
    name: "CDN Endpoints",
    list: List::of(&ENDPOINT).of_each(&[&PROFILE]).only(|profile| !is_front_door(profile)),
    ..Step::of(&ENDPOINT, "cdn").links(&[
        Link::of_parent(RelationshipClass::Has),
        Link::uses(&[], "/properties/origins/*/properties/privateLinkResourceId"),
    ])
};
