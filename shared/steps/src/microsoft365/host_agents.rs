//! The agents by which Intune manages devices: one on each.
//!
//! They are no objects of Intune's. A device may be known to others, too, and its agent only to
//! Intune, so what Intune thinks of a device is told of its agent.

use graph::{Entity, Key};

use crate::microsoft365::DERIVED;
use crate::prelude::*;

pub(super) static HOST_AGENT: EntityType = EntityType {
    kind: "intune_host_agent",
    class: &["HostAgent"],
    doc: "The agent by which Intune manages a device.",
    shared: DERIVED,
    properties: &[
        always("name", "intune-host-agent", "The same for every agent."),
        always("displayName", "Intune Host Agent", "The same for every agent."),
        always_list(
            "function",
            &["endpoint-compliance", "endpoint-protection"],
            "What the agent does.",
        ),
        text("managementAgent", "/", "The channel, such as `mdm`."),
        text("state", "/managementState", "Such as `managed` or `retireIssued`."),
        text("registrationState", "/deviceRegistrationState", "Such as `registered`."),
        text("complianceState", "/", "What Intune says of the device."),
        flag("compliant", COMPUTED, "Whether the device complies, if Intune knows."),
        date("lastSeenOn", "/lastSyncDateTime", "When the agent was last heard of."),
    ],
    ..EntityType::NEW
};

/// The key of the agent on the device with an id.
pub(super) fn key(device: &str) -> Key {
    Key::new(&format!("intune-host-agent:{device}"))
}

/// Sets whether the device complies. Of two states Intune does not say: another product decides, or
/// nothing has been evaluated.
pub(super) fn compliance(device: &Item<'_>, agent: &mut Entity) {
    let state = device.text("/complianceState");
    let known = state.filter(|it| !matches!(*it, "unknown" | "configManager"));
    agent.set("compliant", known.map(|it| it == "compliant"));
}
