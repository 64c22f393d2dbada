//! Alerts about what queries find in logs.

use crate::arm::monitor::action_groups::ACTION_GROUP;
use crate::prelude::*;

pub(crate) static LOG_ALERT: EntityType = EntityType {
    kind: "azure_monitor_log_alert",
    class: &["Rule"],
    doc: "Who is told when a query finds something in logs.",
    properties: &[
        flag("autoMitigate", "/properties/", "Whether an alert ends by itself."),
        text("description", "/properties/", "What it is for."),
        text("displayName", "/properties/", "The name that people see.").or(&["/name"]),
        flag("enabled", "/properties/", "Whether anybody is told."),
        text("evaluationFrequency", "/properties/", "How often the query is run."),
        text("kind", "/", "`LogAlert`, or `LogToMetric` if it only counts."),
        each("queries", "/properties/criteria/allOf/*/query", "The queries that it runs."),
        list("scopes", "/properties/", "The ids of what is watched."),
        number("severity", "/properties/", "How grave it is: from 0, the gravest, to 4."),
        text("windowSize", "/properties/", "The period that each query is about."),
        each("actionGroupIds", GROUPS, "The ids of the action groups that are told."),
    ],
    ..EntityType::resource("Microsoft.Insights/scheduledQueryRules", "2023-12-01")
};

const GROUPS: &str = "/properties/actions/actionGroups/*";

pub(crate) static STEP: Step = Step {
    id: "rm-monitor-log-alerts",
    name: "Monitor Log Alerts",
    becomes: Becomes::one(&LOG_ALERT)
        .links(&[
            Link::new(RelationshipClass::Monitors, &[], "/properties/scopes/*"),
            Link::uses(&[&ACTION_GROUP], GROUPS),
        ])
        .conceals(&["/properties/actions/customProperties"]),
    ..Step::of(&LOG_ALERT, "monitor")
};
