//! What is wrong with a device by a policy.

use graph::{Entity, Key};

use crate::microsoft365::DERIVED;
use crate::microsoft365::states::State;
use crate::prelude::*;

pub(super) static FINDING: EntityType = EntityType {
    kind: "intune_noncompliance_finding",
    class: &["Finding"],
    doc: "What a policy found wrong with a device.",
    shared: DERIVED,
    properties: &[
        text("id", COMPUTED, "The id of the status: of the account, the policy and the device."),
        text("name", COMPUTED, "`Latest finding from`, and the name of the policy."),
        text("displayName", COMPUTED, "`Latest finding from`, and the name of the policy."),
        text("assessment", COMPUTED, "The name of the policy."),
        always("category", "endpoint", "What it is about."),
        text("status", COMPUTED, "Such as `nonCompliant`, `error` or `conflict`."),
        text("severity", COMPUTED, "`high`, or `medium` if the status is not known."),
        number("numericSeverity", COMPUTED, "The severity as a number up to 10."),
        always_flag("open", true, "Whether it is still so."),
        date("lastTestedOn", COMPUTED, "When the device last said so."),
        date("lastProcessedOn", COMPUTED, "When the device last said so."),
        date("lastUpdatedOn", COMPUTED, "When the device last said so."),
    ],
    ..EntityType::NEW
};

/// The finding that a state is, if it is one of a severity that the instance asks for.
pub(super) fn finding(
    state: &State<'_>,
    item: &Item<'_>,
    drift: &mut Vec<String>,
) -> Option<Entity> {
    let (severity, number) = state.status.severity()?;
    let asked = &item.scope.vulnerability_severities;
    if !asked.is_empty() && !asked.iter().any(|it| it == severity) {
        return None;
    }
    let mut finding = FINDING.entity(Key::new(&state.id), item, drift);
    let name = state.policy_name.unwrap_or(state.policy);
    let title = format!("Latest finding from {name}");
    finding.set("id", Some(state.id.as_str()));
    finding.set("name", Some(title.as_str()));
    finding.set("displayName", Some(title));
    finding.set("assessment", Some(name));
    finding.set("status", Some(state.status.as_str()));
    finding.set("severity", Some(severity));
    finding.set("numericSeverity", Some(number));
    for property in ["lastTestedOn", "lastProcessedOn", "lastUpdatedOn"] {
        finding.set(property, state.reported);
    }
    Some(finding)
}
