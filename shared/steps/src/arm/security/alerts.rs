//! Attacks that Defender for Cloud has noticed.

use graph::{Entity, Key};
use serde_json::json;

use crate::arm::resources::subscriptions::of_subscription;
use crate::entity::SUBRESOURCE;
use crate::link::map_if_there;
use crate::prelude::*;

pub(crate) static ALERT: EntityType = EntityType {
    kind: "azure_defender_alert",
    class: &["Vulnerability"],
    doc: "Something that may be an attack.",
    properties: &[
        text("name", "/properties/alertName", "The sort of alert.").or(&["/properties/alertType"]),
        text("displayName", "/properties/alertName", "The name that people see.")
            .or(&["/properties/alertDisplayName"]),
        text("description", "/properties/", "What happened, and what it means."),
        text("severity", SEVERITY, "`High`, `Medium`, `Low` or `Informational`.")
            .or(&["/properties/reportedSeverity"]),
        text("status", STATUS, "Such as `Active`, `InProgress`, `Dismissed` or `Resolved`.")
            .or(&["/properties/state"]),
        text("category", "/properties/compromisedEntity", "The name of what is attacked."),
        text("intent", "/properties/", "What is behind it, such as `InitialAccess`."),
        list("techniques", "/properties/", "The techniques of MITRE ATT&CK."),
        text("productName", "/properties/", "The product that noticed it."),
        each("resourceIds", RESOURCES, "The ids of what is attacked.")
            .or(&["/properties/associatedResource"]),
        date("startedOn", "/properties/startTimeUtc", "When it began."),
        date("endedOn", "/properties/endTimeUtc", "When it was last seen.").volatile(),
        date("reportedOn", "/properties/timeGeneratedUtc", "When it was noticed.")
            .or(&["/properties/reportedTimeUtc"]),
        flag("isIncident", "/properties/", "Whether it puts several alerts together."),
        flag("open", COMPUTED, "Whether nobody has resolved or dismissed it."),
        flag("production", COMPUTED, "Whether it is no sample."),
        always_flag("blocking", false, "It keeps nothing from going on."),
        always_flag("public", false, "It is told to nobody else."),
    ],
    shared: SUBRESOURCE,
    ..EntityType::NEW
};

/// They are listed by another type than their ids are of, which name a location.
const LISTED: ResourceType = ResourceType::new("Microsoft.Security/alerts", "2022-01-01");

const SEVERITY: &str = "/properties/severity";
const STATUS: &str = "/properties/status";
const RESOURCES: &str = "/properties/resourceIdentifiers/*/azureResourceId";
const MAPPED: &str = "mapping_source_has_defender_alert";

pub(crate) static STEP: Step = Step {
    id: "rm-security-defender-alerts",
    name: "Defender Alerts",
    list: List::of_type(LISTED),
    becomes: Becomes::one(&ALERT)
        .when(is_asked_for)
        .refine(describe)
        .links(&[
            of_subscription(RelationshipClass::Has),
            // What is attacked is not named by its type; another instance may collect it.
            Link::new(RelationshipClass::Has, &[], RESOURCES).reverse().or_map(
                &[MAPPED],
                |id, _| {
                    let target = json!({ "_key": Key::new(id), "id": id });
                    map_if_there(MAPPED, &[&["_key"]], target)
                },
            ),
        ])
        // Names, addresses and command lines of people.
        .conceals(&["/properties/entities", "/properties/extendedProperties"]),
    needs: Needs::subscription("defender_alerts"),
    ..Step::AZURE
};

fn severity<'a>(alert: &Item<'a>) -> Option<&'a str> {
    alert.text(SEVERITY).or_else(|| alert.text("/properties/reportedSeverity"))
}

/// Whether it is of a severity that the instance asks for.
fn is_asked_for(alert: &Item<'_>) -> bool {
    let asked = &alert.instance.defender_alerts_severities;
    let severity = severity(alert).unwrap_or_default();
    asked.is_empty() || asked.iter().any(|it| it.eq_ignore_ascii_case(severity))
}

fn describe(alert: &Item<'_>, entity: &mut Entity) {
    let status = alert.text(STATUS).or_else(|| alert.text("/properties/state"));
    let is_over = matches!(status, Some("Dismissed" | "Resolved"));
    entity.set("open", status.map(|_| !is_over));
    // Defender for Cloud makes samples for whoever wants to see some.
    let name = entity.text("name").unwrap_or_default().to_lowercase();
    entity.set("production", Some(!name.starts_with("simulated")));
}
