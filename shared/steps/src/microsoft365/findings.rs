//! What is wrong with a device by a policy.

use crate::microsoft365::DERIVED;
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
