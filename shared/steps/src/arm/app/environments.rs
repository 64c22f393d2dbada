//! The environments of container apps.

use crate::arm::network::virtual_networks::SUBNET;
use crate::prelude::*;

pub(crate) static ENVIRONMENT: EntityType = EntityType {
    kind: "azure_container_app_environment",
    class: &["Cluster"],
    doc: "What container apps share: a network, and where their logs go.",
    properties: &[
        text("defaultDomain", "/properties/", "What the names of its apps end with."),
        flag("internal", "/properties/vnetConfiguration/", "Whether only its network reaches it."),
        text("logDestination", "/properties/appLogsConfiguration/destination", "Where logs go."),
        flag(
            "mutualTlsEnabled",
            "/properties/peerAuthentication/mtls/enabled",
            "Whether its apps prove to each other who they are.",
        ),
        text("publicNetworkAccess", "/properties/", "`Disabled`: only private endpoints reach it."),
        text("staticIp", "/properties/", "The address at which its apps are reached."),
        flag("zoneRedundant", "/properties/", "Whether it survives that a zone fails."),
    ],
    ..EntityType::resource("Microsoft.App/managedEnvironments", "2025-01-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-container-app-environments",
    name: "Container App Environments",
    becomes: Becomes::one(&ENVIRONMENT)
        .conceals(&[
            "/properties/appInsightsConfiguration/connectionString",
            "/properties/appLogsConfiguration/logAnalyticsConfiguration/sharedKey",
            "/properties/customDomainConfiguration/certificatePassword",
            "/properties/customDomainConfiguration/certificateValue",
            "/properties/daprAIConnectionString",
            "/properties/daprAIInstrumentationKey",
            "/properties/openTelemetryConfiguration/destinationsConfiguration",
        ])
        .links(&[Link::of(&[&SUBNET], "/properties/vnetConfiguration/infrastructureSubnetId")]),
    ..Step::of(&ENVIRONMENT, "container-apps")
};
