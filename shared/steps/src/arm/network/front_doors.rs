//! Front Doors of before 2021, which Microsoft calls classic, and what stands in them.

use crate::arm::network::front_door_waf_policies::WAF_POLICY;
use crate::prelude::*;

pub(crate) static FRONT_DOOR: EntityType = EntityType {
    kind: "azure_frontdoor",
    class: &["Service"],
    doc: "Takes requests near to those who make them, and hands them on to servers.",
    properties: &[
        always_list("category", &["infrastructure"], "What sort of service it is."),
        always_list("function", &["content-distribution"], "What it does."),
        text("cname", "/properties/cName", "The name that domains of one's own point to."),
        text("enabledState", "/properties/", "`Enabled` or `Disabled`."),
        text("friendlyName", "/properties/", "What people call it."),
        text("frontdoorId", "/properties/", "What it tells servers to be known by."),
        text("resourceState", "/properties/", "Such as `Enabled`."),
        text(
            "backendPoolSettings.enforceCertificateNameCheck",
            "/properties/backendPoolsSettings/enforceCertificateNameCheck",
            "`Enabled` if the certificates of servers have to be for their names.",
        ),
        number(
            "backendPoolSettings.sendRecvTimeoutSeconds",
            "/properties/backendPoolsSettings/sendRecvTimeoutSeconds",
            "How long a server may take.",
        ),
    ],
    ..EntityType::resource("Microsoft.Network/frontDoors", "2021-06-01")
};

pub(crate) static RULES_ENGINE: EntityType = EntityType {
    kind: "azure_frontdoor_rules_engine",
    class: &["Ruleset"],
    doc: "Rules that change requests and answers.",
    properties: &[
        text("resourceState", "/properties/", "Such as `Enabled`."),
        count("ruleCount", "/properties/rules/*", "How many rules there are."),
    ],
    ..EntityType::child("Microsoft.Network/frontDoors/rulesEngines", "2021-06-01")
};

pub(crate) static ROUTING_RULE: EntityType = EntityType {
    kind: "azure_frontdoor_routing_rule",
    class: &["Rule"],
    doc: "Where requests for some paths are handed on to, or redirected to.",
    properties: &[
        text("enabledState", "/properties/", "`Enabled` or `Disabled`."),
        text("resourceState", "/properties/", "Such as `Enabled`."),
        list("acceptedProtocols", "/properties/", "`Http` and `Https`."),
        list("patternsToMatch", "/properties/", "The paths, such as `/*`."),
        each("frontendEndpoints", ENDPOINTS, "The endpoints that it is for."),
        text("rulesEngineId", ENGINE, "The rules that change requests and answers."),
        text(
            "routeConfiguration.odatatype",
            "/properties/routeConfiguration/@odata.type",
            "Which sort.",
        ),
        text("routeConfiguration.customForwardingPath", FORWARD_PATH, "The path at the servers."),
        text("routeConfiguration.forwardingProtocol", FORWARD, "Such as `HttpsOnly`."),
        text("routeConfiguration.cacheConfiguration.backendPoolId", POOL, "The servers."),
        text("routeConfiguration.cacheConfiguration.cacheDuration", CACHE, "How long it is kept."),
        text(
            "routeConfiguration.cacheConfiguration.dynamicCompression",
            "/properties/routeConfiguration/cacheConfiguration/dynamicCompression",
            "`Enabled` if what is kept is compressed.",
        ),
        text(
            "routeConfiguration.cacheConfiguration.queryParameterStripDirective",
            "/properties/routeConfiguration/cacheConfiguration/queryParameterStripDirective",
            "Which parameters of a request do not tell answers apart.",
        ),
        text(
            "routeConfiguration.cacheConfiguration.queryParameters",
            "/properties/routeConfiguration/cacheConfiguration/queryParameters",
            "The parameters that this is about.",
        ),
        text(
            "routeConfiguration.customFragment",
            "/properties/routeConfiguration/customFragment",
            "The fragment that it redirects to.",
        ),
        text(
            "routeConfiguration.customQueryString",
            "/properties/routeConfiguration/customQueryString",
            "The parameters that it redirects with.",
        ),
        text("routeConfiguration.customHost", REDIRECT_HOST, "The host that it redirects to."),
        text("routeConfiguration.customPath", REDIRECT_PATH, "The path that it redirects to."),
        text("routeConfiguration.redirectProtocol", REDIRECT, "Such as `HttpsOnly`."),
        text("routeConfiguration.redirectType", REDIRECT_TYPE, "Such as `Moved`."),
    ],
    ..EntityType::child("Microsoft.Network/frontDoors/routingRules", "2021-06-01")
};

pub(crate) static BACKEND_POOL: EntityType = EntityType {
    kind: "azure_frontdoor_backend_pool",
    class: &["Configuration"],
    doc: "Servers that requests are handed on to.",
    properties: &[
        each("backendAddresses", "/properties/backends/*/address", "The servers."),
        text("healthProbeSettingsId", "/properties/healthProbeSettings/id", "How it watches them."),
        text(
            "loadBalancingSettingsId",
            "/properties/loadBalancingSettings/id",
            "How requests are spread over them.",
        ),
        text("resourceState", "/properties/", "Such as `Enabled`."),
    ],
    ..EntityType::child("Microsoft.Network/frontDoors/backendPools", "2021-06-01")
};

pub(crate) static FRONTEND_ENDPOINT: EntityType = EntityType {
    kind: "azure_frontdoor_frontend_endpoint",
    class: &["Gateway"],
    doc: "A name at which requests are taken.",
    properties: &[
        always_list("category", &["data"], "What sort of gateway it is."),
        always_list("function", &["content-distribution"], "What it does."),
        always_flag("public", true, "The internet reaches it."),
        text("hostName", "/properties/", "The name."),
        text("resourceState", "/properties/", "Such as `Enabled`."),
        text("customHttpsProvisioningState", "/properties/", "Whether a certificate is there."),
        text("customHttpsProvisioningSubstate", "/properties/", "How far it is with it."),
        text("minimumTlsVersion", "/properties/customHttpsConfiguration/", "As `1.2`."),
        text("sessionAffinityEnabledState", "/properties/", "`Enabled` if users stay on a server."),
        number("sessionAffinityTtlSeconds", "/properties/", "For how long."),
        text("wafPolicyId", WAF, "The policy by which attacks are looked for."),
    ],
    ..EntityType::child("Microsoft.Network/frontDoors/frontendEndpoints", "2021-06-01")
};

const ENDPOINTS: &str = "/properties/frontendEndpoints/*/id";
const ENGINE: &str = "/properties/rulesEngine/id";
const POOL: &str = "/properties/routeConfiguration/backendPool/id";
const FORWARD: &str = "/properties/routeConfiguration/forwardingProtocol";
const FORWARD_PATH: &str = "/properties/routeConfiguration/customForwardingPath";
const CACHE: &str = "/properties/routeConfiguration/cacheConfiguration/cacheDuration";
const REDIRECT: &str = "/properties/routeConfiguration/redirectProtocol";
const REDIRECT_TYPE: &str = "/properties/routeConfiguration/redirectType";
const REDIRECT_HOST: &str = "/properties/routeConfiguration/customHost";
const REDIRECT_PATH: &str = "/properties/routeConfiguration/customPath";
const WAF: &str = "/properties/webApplicationFirewallPolicyLink/id";

pub(crate) static STEP: Step = Step {
    id: "rm-fetch-frontdoors",
    name: "Front Doors",
    covers: &[
        "rm-fetch-frontdoor-backend-pools",
        "rm-fetch-frontdoor-frontend-endpoints",
        "rm-fetch-frontdoor-routing-rules",
        "rm-fetch-frontdoor-rules-engines",
    ],
    becomes: Becomes::one(&FRONT_DOOR).nested(&[
        Nested::at("/properties/rulesEngines/*", Becomes::one(&RULES_ENGINE).links(&[HAS])),
        Nested::at(
            "/properties/routingRules/*",
            Becomes::one(&ROUTING_RULE).links(&[
                HAS,
                Link::uses(&[&RULES_ENGINE], ENGINE),
                Link::new(RelationshipClass::Connects, &[&BACKEND_POOL], POOL),
                Link::uses(&[&FRONTEND_ENDPOINT], ENDPOINTS).reverse(),
            ]),
        ),
        Nested::at("/properties/backendPools/*", Becomes::one(&BACKEND_POOL).links(&[HAS])),
        Nested::at(
            "/properties/frontendEndpoints/*",
            Becomes::one(&FRONTEND_ENDPOINT).links(&[
                HAS,
                Link::new(RelationshipClass::Protects, &[&WAF_POLICY], WAF).reverse(),
            ]),
        ),
    ]),
    ..Step::of(&FRONT_DOOR, "frontdoor")
};

const HAS: Link = Link::of_parent(RelationshipClass::Has);
