//! Application gateways.

use graph::{Entity, Key, Name};

use crate::arm::network::express_route;
use crate::arm::network::interfaces::INTERFACE;
use crate::arm::network::public_ips::{PUBLIC_IP, interface};
use crate::arm::network::virtual_networks::SUBNET;
use crate::arm::network::waf_policies::WAF_POLICY;
use crate::prelude::*;

pub(crate) static APPLICATION_GATEWAY: EntityType = EntityType {
    kind: "azure_application_gateway",
    class: &["Network"],
    doc: "What takes requests for web applications, and hands them on to servers.",
    properties: &[
        text("CIDR", COMPUTED, "Nothing: a gateway is no range of addresses.").or_null(),
        flag("public", COMPUTED, "Whether the internet reaches it."),
        flag("internal", COMPUTED, "Whether only virtual networks reach it."),
        text("etag", "/", "What changes whenever the gateway does."),
        text("operationalState", "/properties/", "Such as `Running`."),
        text("resourceGuid", "/properties/", "An id that no other gateway has."),
        text("skuName", "/properties/sku/name", "Such as `WAF_v2`."),
        text("skuTier", "/properties/sku/tier", "Such as `WAF_v2`."),
        list("zones", "/", "The zones that it is spread over."),
        flag("http2Enabled", "/properties/enableHttp2", "Whether it speaks HTTP/2."),
        each(
            "listenerProtocols",
            "/properties/httpListeners/*/properties/protocol",
            "Such as `Https`.",
        ),
        each("backendProtocols", BACKEND_PROTOCOLS, "How it speaks with the servers behind it."),
        text("sslPolicyName", "/properties/sslPolicy/policyName", "The predefined policy for TLS."),
        text(
            "sslPolicyType",
            "/properties/sslPolicy/policyType",
            "`Predefined`, `Custom` or `CustomV2`; where it is not set, an old default holds.",
        ),
        text("minimumTlsVersion", "/properties/sslPolicy/minProtocolVersion", "Such as `TLSv1_2`."),
        flag(
            "wafEnabled",
            "/properties/webApplicationFirewallConfiguration/enabled",
            "Whether attacks are looked for, where it has no policy for that.",
        ),
        text(
            "wafMode",
            "/properties/webApplicationFirewallConfiguration/firewallMode",
            "`Detection` or `Prevention`, where it has no policy for that.",
        ),
        text("firewallPolicyId", WAF, "The policy by which attacks are looked for."),
        text("identityType", "/identity/type", "Which managed identities it has."),
    ],
    ..EntityType::resource("Microsoft.Network/applicationGateways", "2025-05-01")
};

const BACKEND_PROTOCOLS: &str = "/properties/backendHttpSettingsCollection/*/properties/protocol";
const WAF: &str = "/properties/firewallPolicy/id";
const PUBLIC: &str = "/properties/frontendIPConfigurations/*/properties/publicIPAddress/id";
const BEHIND: &str = "/properties/backendAddressPools/*/properties/backendIPConfigurations/*/id";

pub(crate) static STEP: Step = Step {
    id: "rm-azure-application-gateway",
    name: "Application Gateways",
    covers: &["rm-azure-express-route-has-azure-application-gateway-relation"],
    becomes: Becomes::one(&APPLICATION_GATEWAY)
        .refine(reach)
        .links(&[
            express_route::HAS,
            Link::uses(&[&PUBLIC_IP], PUBLIC),
            Link::of(&[&SUBNET], "/properties/gatewayIPConfigurations/*/properties/subnet/id"),
            Link::new(RelationshipClass::Protects, &[&WAF_POLICY], WAF).reverse(),
            // It knows the configurations of the interfaces behind it.
            Link::new(RelationshipClass::Connects, &[&INTERFACE], BEHIND)
                .by(|id, _| interface(id).map(|it: Key| Name::from(&it))),
        ])
        .nested(&[express_route::BESIDES])
        .conceals(&[
            "/properties/sslCertificates/*/properties/data",
            "/properties/sslCertificates/*/properties/password",
        ]),
    ..Step::of(&APPLICATION_GATEWAY, "express-route")
};

fn reach(gateway: &Item<'_>, entity: &mut Entity) {
    let is_public = gateway.text(PUBLIC).is_some();
    entity.set("public", Some(is_public));
    entity.set("internal", Some(!is_public));
}
