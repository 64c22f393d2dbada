//! Application Insights.

use crate::arm::operational_insights::workspaces::WORKSPACE;
use crate::prelude::*;

pub(crate) static COMPONENT: EntityType = EntityType {
    kind: "azure_application_insights",
    class: &["Service"],
    doc: "What an application tells of itself.",
    properties: &[
        always_list("category", &["monitoring"], "What sort of service it is."),
        always_list("function", &["monitoring"], "What the service does."),
        text("kind", "/", "Such as `web`."),
        text("applicationType", "/properties/Application_Type", "Such as `web`."),
        text("appId", "/properties/AppId", "The id that queries name it by."),
        date("createdOn", "/properties/CreationDate", "When it was created."),
        number("retentionInDays", "/properties/RetentionInDays", "How many days data is kept."),
        text("ingestionMode", "/properties/IngestionMode", "Where data is kept."),
        number("samplingPercentage", "/properties/SamplingPercentage", "How much of it is kept."),
        flag("disableIpMasking", "/properties/DisableIpMasking", "Whether addresses are kept."),
        flag("disableLocalAuth", "/properties/DisableLocalAuth", "Whether keys let nobody in."),
        text("publicNetworkAccessForIngestion", "/properties/", "`Enabled` if the internet sends."),
        text("publicNetworkAccessForQuery", "/properties/", "`Enabled` if the internet may query."),
        text("workspaceId", KEPT, "The workspace of Log Analytics that keeps it."),
    ],
    ..EntityType::resource("Microsoft.Insights/components", "2020-02-02")
};

const KEPT: &str = "/properties/WorkspaceResourceId";

pub(crate) static STEP: Step = Step {
    id: "rm-monitor-application-insights",
    name: "Application Insights",
    becomes: Becomes::one(&COMPONENT).links(&[Link::uses(&[&WORKSPACE], KEPT)]).conceals(&[
        "/properties/InstrumentationKey",
        "/properties/ConnectionString",
        "/properties/HockeyAppToken",
    ]),
    ..Step::of(&COMPONENT, "monitor")
};
