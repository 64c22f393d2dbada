//! Hubs of Azure `IoT`.

use crate::prelude::*;

pub(crate) static HUB: EntityType = EntityType {
    kind: "azure_iot_hub",
    class: &["Service"],
    doc: "A hub that devices report to, and are controlled through.",
    properties: &[
        always_list("category", &["platform"], "What sort of service it is."),
        always_list("function", &["event-delivery"], "What the service does."),
        each("allowedIpRanges", ALLOWED, "The addresses that reach it."),
        each("authorizationPolicies", POLICIES, "The names of its shared access policies."),
        text("networkDefaultAction", NETWORK, "`Deny` if only some addresses reach it."),
        flag("disableDeviceSAS", "/properties/", "Whether keys of devices let nobody in."),
        flag("disableLocalAuth", "/properties/", "Whether keys of the hub let nobody in."),
        flag("disableModuleSAS", "/properties/", "Whether keys of modules let nobody in."),
        flag("enableDataResidency", "/properties/", "Whether no other region has its data."),
        text("hostName", "/properties/", "The name at which it is reached."),
        text("minTlsVersion", "/properties/", "The oldest TLS that it speaks."),
        text("publicNetworkAccess", "/properties/", "`Disabled`: only private endpoints reach it."),
        flag("restrictOutboundNetworkAccess", "/properties/", "Whether its calls are restricted."),
        text("sku", "/sku/name", "Such as `S1`."),
        text("state", "/properties/", "Such as `Active`."),
    ],
    ..EntityType::resource("Microsoft.Devices/IotHubs", "2023-06-30")
};

const ALLOWED: &str = "/properties/networkRuleSets/ipRules/*/ipMask";
const NETWORK: &str = "/properties/networkRuleSets/defaultAction";
const POLICIES: &str = "/properties/authorizationPolicies/*/keyName";

pub(crate) static STEP: Step = Step {
    id: "rm-devices-iot-hubs",
    name: "IoT Hubs",
    becomes: Becomes::one(&HUB).conceals(&[
        "/properties/authorizationPolicies/*/primaryKey",
        "/properties/authorizationPolicies/*/secondaryKey",
        "/properties/routing/endpoints/*/*/connectionString",
        "/properties/routing/endpoints/*/*/primaryKey",
        "/properties/routing/endpoints/*/*/secondaryKey",
        "/properties/storageEndpoints/*/connectionString",
    ]),
    ..Step::of(&HUB, "iot-hub")
};
