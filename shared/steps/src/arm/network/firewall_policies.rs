//! Policies of Azure Firewall.

use crate::prelude::*;

pub(crate) static POLICY: EntityType = EntityType {
    kind: "azure_network_firewall_policy",
    class: &["Policy"],
    doc: "The rules and settings of firewalls, which other policies may build on.",
    properties: &[
        text("title", "/name", "The name."),
        always("content", "What its rule collection groups say.", "Where it is written."),
        always("summary", "Which traffic firewalls let through.", "What sort of policy it is."),
        text("basePolicy", BASE, "The policy that it builds on."),
        each("childPolicies", "/properties/childPolicies/*/id", "The policies that build on it."),
        each("firewalls", "/properties/firewalls/*/id", "The firewalls that have it."),
        text("etag", "/", "What changes whenever the policy does."),
        flag("dnsProxyEnabled", "/properties/dnsSettings/enableProxy", "Whether it answers DNS."),
        each("dnsServers", "/properties/dnsSettings/servers/*", "What resolves names for it."),
        flag("insightsEnabled", "/properties/insights/isEnabled", "Whether rules are analysed."),
        text(
            "intrusionDetectionMode",
            "/properties/intrusionDetection/mode",
            "`Alert`, `Deny` or `Off`: what is done about traffic that looks like an attack.",
        ),
        text("skuTier", "/properties/sku/tier", "`Basic`, `Standard` or `Premium`."),
        text("threatIntelMode", "/properties/", "`Alert`, `Deny` or `Off`."),
        text(
            "tlsInspectionCertificate",
            "/properties/transportSecurity/certificateAuthority/name",
            "The certificate with which encrypted traffic is opened, if it is.",
        ),
        text("identityType", "/identity/type", "Which managed identities it has."),
    ],
    ..EntityType::resource("Microsoft.Network/firewallPolicies", "2025-05-01")
};

const BASE: &str = "/properties/basePolicy/id";

pub(crate) static STEP: Step = Step {
    id: "rm-network-firewall-policies",
    name: "Azure Firewall Policies",
    covers: &["rm-network-firewall-policy-relationships"],
    ..Step::of(&POLICY, "network").links(&[Link::new(RelationshipClass::Extends, &[&POLICY], BASE)])
};
