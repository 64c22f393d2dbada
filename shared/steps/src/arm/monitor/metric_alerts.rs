//! Alerts about metrics.

use crate::arm::monitor::action_groups::ACTION_GROUP;
use crate::prelude::*;

pub(crate) static METRIC_ALERT: EntityType = EntityType {
    kind: "azure_monitor_metric_alert",
    class: &["Rule"],
    doc: "Who is told when a metric of resources is out of bounds.",
    properties: &[
        flag("autoMitigate", "/properties/", "Whether an alert ends by itself."),
        text("description", "/properties/", "What it is for."),
        flag("enabled", "/properties/", "Whether anybody is told."),
        text("evaluationFrequency", "/properties/", "How often the metric is evaluated."),
        each("metrics", "/properties/criteria/allOf/*/metricName", "The metrics that it watches."),
        list("scopes", "/properties/", "The ids of what is watched."),
        number("severity", "/properties/", "How grave it is: from 0, the gravest, to 4."),
        text("targetResourceType", "/properties/", "The type of what is watched."),
        text("windowSize", "/properties/", "The period that is evaluated each time."),
        each("actionGroupIds", GROUPS, "The ids of the action groups that are told."),
    ],
    ..EntityType::resource("Microsoft.Insights/metricAlerts", "2018-03-01")
};

const GROUPS: &str = "/properties/actions/*/actionGroupId";

pub(crate) static STEP: Step = Step {
    id: "rm-monitor-metric-alerts",
    name: "Monitor Metric Alerts",
    becomes: Becomes::one(&METRIC_ALERT)
        .links(&[
            Link::new(RelationshipClass::Monitors, &[], "/properties/scopes/*"),
            Link::uses(&[&ACTION_GROUP], GROUPS),
        ])
        .conceals(&["/properties/actions/*/webHookProperties"]),
    ..Step::of(&METRIC_ALERT, "monitor")
};
