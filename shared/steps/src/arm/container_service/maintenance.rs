//! When clusters of Kubernetes may be changed.

use graph::Entity;
use serde_json::Value;

use crate::arm::container_service::clusters::CLUSTER;
use crate::path;
use crate::prelude::*;

pub(crate) static MAINTENANCE: EntityType = EntityType {
    kind: "azure_kube_maintenance_configuration",
    class: &["Cluster"],
    doc: "When Azure may change a cluster.",
    properties: &[
        number("durationHours", "/properties/maintenanceWindow/", "For how many hours it may."),
        text("schedule", COMPUTED, "How often it may: `daily`, `weekly` and so on."),
        text("startDate", "/properties/maintenanceWindow/", "From which day on it may."),
        text("startTime", "/properties/maintenanceWindow/", "From which hour on it may."),
        text("timeInWeek", COMPUTED, "On which days it may, and in which hours of them."),
        text("utcOffset", "/properties/maintenanceWindow/", "Where these hours are."),
    ],
    ..EntityType::child(
        "Microsoft.ContainerService/managedClusters/maintenanceConfigurations",
        "2025-05-01",
    )
};

pub(crate) static STEP: Step = Step {
    id: "rm-maintenance-configurations",
    name: "Container Maintenance Configurations",
    becomes: Becomes::one(&MAINTENANCE)
        .refine(times)
        .links(&[Link::of_parent(RelationshipClass::Has)]),
    ..Step::of(&MAINTENANCE, "container-services-extras").of_each(&[&CLUSTER])
};

fn times(maintenance: &Item<'_>, entity: &mut Entity) {
    let schedule = path::first(maintenance.json, "/properties/maintenanceWindow/schedule");
    let schedule = schedule.and_then(Value::as_object);
    let schedule = schedule.and_then(|it| it.iter().find(|(_, value)| value.is_object()));
    entity.set("schedule", schedule.map(|(name, _)| name.as_str()));
    let day = |it: &&Value| {
        let hours = it.get("hourSlots").and_then(Value::as_array);
        let hours = hours.into_iter().flatten().map(Value::to_string);
        Some(format!("{} {}", it.get("day")?.as_str()?, hours.collect::<Vec<_>>().join(",")))
    };
    let days = maintenance.values("/properties/timeInWeek/*");
    let days: Vec<String> = days.iter().filter_map(day).collect();
    entity.set("timeInWeek", Some(days.join("; ")).filter(|it| !it.is_empty()));
}
