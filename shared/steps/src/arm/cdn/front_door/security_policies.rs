//! Which names of a Front Door are protected by which policies.

use crate::arm::cdn::front_door::custom_domains::CUSTOM_DOMAIN;
use crate::arm::cdn::front_door::endpoints::ENDPOINT;
use crate::arm::cdn::profiles::{PROFILE, is_front_door};
use crate::arm::network::front_door_waf_policies::WAF_POLICY;
use crate::prelude::*;

pub(crate) static SECURITY_POLICY: EntityType = EntityType {
    kind: "azure_afd_security_policy",
    class: &["Configuration"],
    doc: "Protects names of a Front Door by a policy that looks for attacks.",
    properties: &[
        text("policyType", "/properties/parameters/type", "`WebApplicationFirewall`."),
        text("wafPolicyId", WAF, "The policy by which attacks are looked for."),
        each(
            "patternsToMatch",
            "/properties/parameters/associations/*/patternsToMatch/*",
            "The paths, such as `/*`.",
        ),
    ],
    ..EntityType::child("Microsoft.Cdn/profiles/securityPolicies", "2025-04-15")
};

const WAF: &str = "/properties/parameters/wafPolicy/id";
const DOMAINS: &str = "/properties/parameters/associations/*/domains/*/id";

pub(crate) static STEP: Step = Step {
    id: "rm-cdn-front-door-security-policies",
    name: "Front Door Security Policies",
    list: List::of(&SECURITY_POLICY).of_each(&[&PROFILE]).only(is_front_door),
    ..Step::of(&SECURITY_POLICY, "cdn").links(&[
        Link::of_parent(RelationshipClass::Has),
        Link::uses(&[&WAF_POLICY], WAF),
        Link::new(RelationshipClass::Protects, &[&ENDPOINT, &CUSTOM_DOMAIN], DOMAINS),
        Link::new(RelationshipClass::Protects, &[&ENDPOINT, &CUSTOM_DOMAIN], DOMAINS)
            .subject(&[&WAF_POLICY], WAF),
    ])
};
