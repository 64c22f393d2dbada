//! Alerts about what the activity log says.

use graph::Entity;
use serde_json::Value;

use crate::arm::monitor::action_groups::ACTION_GROUP;
use crate::prelude::*;

pub(crate) static ACTIVITY_LOG_ALERT: EntityType = EntityType {
    kind: "azure_monitor_activity_log_alert",
    class: &["Rule"],
    doc: "Who is told when something is done to resources, and of what.",
    properties: &[
        flag("enabled", "/properties/", "Whether anybody is told."),
        text("description", "/properties/", "What it is for."),
        list("scopes", "/properties/", "The ids of what is watched."),
        text("condition.category", COMPUTED, "The sort of event, such as `Administrative`."),
        text("condition.operationName", COMPUTED, "What is done, or `ANY`."),
        text("condition.resourceType", COMPUTED, "What it is done to, by type, or `ANY`."),
        text("condition.level", COMPUTED, "How grave it is, such as `critical`, or `ANY`."),
        text("condition.status", COMPUTED, "How it ends, such as `failed`, or `ANY`."),
        text("condition.caller", COMPUTED, "Who does it, or `ANY`."),
        each("actionGroupIds", GROUPS, "Who is told."),
    ],
    ..EntityType::resource("Microsoft.Insights/activityLogAlerts", "2020-10-01")
};

const GROUPS: &str = "/properties/actions/actionGroups/*/actionGroupId";

pub(crate) static STEP: Step = Step {
    id: "rm-monitor-activity-log-alerts",
    name: "Monitor Activity Log Alerts",
    covers: &["rm-monitor-activity-log-alert-scope-relationships"],
    becomes: Becomes::one(&ACTIVITY_LOG_ALERT)
        .refine(condition)
        .links(&[
            Link::new(RelationshipClass::Monitors, &[], "/properties/scopes/*"),
            Link::uses(&[&ACTION_GROUP], GROUPS),
        ])
        .conceals(&["/properties/actions/actionGroups/*/webhookProperties"]),
    ..Step::of(&ACTIVITY_LOG_ALERT, "monitor")
};

/// What has to be so for anybody to be told. What is not said may be anything.
fn condition(alert: &Item<'_>, entity: &mut Entity) {
    let all = alert.values("/properties/condition/allOf/*");
    for field in ["category", "operationName", "resourceType", "level", "status", "caller"] {
        let is_of =
            |it: &&Value| it["field"].as_str().is_some_and(|name| name.eq_ignore_ascii_case(field));
        // Several that will do stand in the field, or each in one of its own.
        let said = all.iter().copied().chain(all.iter().flat_map(|it| any_of(it))).filter(is_of);
        let said: Vec<&str> = said.flat_map(words).collect();
        let said = if said.is_empty() { "ANY".to_owned() } else { said.join(",") };
        entity.set(&format!("condition.{field}"), Some(said));
    }
}

fn any_of(part: &Value) -> impl Iterator<Item = &Value> {
    part.get("anyOf").and_then(Value::as_array).into_iter().flatten()
}

fn words(part: &Value) -> impl Iterator<Item = &str> {
    let several = part.get("containsAny").and_then(Value::as_array).into_iter().flatten();
    part.get("equals").into_iter().chain(several).filter_map(Value::as_str)
}
