//! Workspaces of Log Analytics.

use crate::prelude::*;

pub(crate) static WORKSPACE: EntityType = EntityType {
    kind: "azure_log_analytics_workspace",
    class: &["DataStore", "Logs"],
    doc: "Where logs are kept and asked.",
    properties: &[
        CLASSIFICATION.or_null(),
        always_flag("encrypted", true, "Azure encrypts every workspace."),
        text("customerId", "/properties/", "An id that no other workspace has."),
        text("sku", "/properties/sku/name", "Such as `PerGB2018`."),
        number("retentionInDays", "/properties/", "How many days logs are kept."),
        number("dailyQuotaGb", "/properties/workspaceCapping/", "The most of a day."),
        text("publicNetworkAccessForIngestion", "/properties/", "`Enabled` if the internet sends."),
        text("publicNetworkAccessForQuery", "/properties/", "`Enabled` if the internet may query."),
        flag("disableLocalAuth", "/properties/features/", "Whether keys let nobody in."),
        flag(
            "enableLogAccessUsingOnlyResourcePermissions",
            "/properties/features/",
            "Whether who may read a resource may read its logs.",
        ),
        text("clusterId", "/properties/features/clusterResourceId", "The cluster that it is on."),
        date("createdOn", "/properties/createdDate", "When it was created."),
        date("updatedOn", "/properties/modifiedDate", "When it was last changed."),
    ],
    ..EntityType::resource("Microsoft.OperationalInsights/workspaces", "2023-09-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-operational-insights-workspaces",
    name: "Log Analytics Workspaces",
    ..Step::of(&WORKSPACE, "log-analytics")
};
