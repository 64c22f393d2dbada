//! Device configurations, which set up devices, and where that failed.

use graph::RelationshipKey;

use crate::becomes::Hook;
use crate::list::Report;
use crate::microsoft365::assignments::{self, ASSIGNABLE};
use crate::microsoft365::compliance_policies::type_of;
use crate::microsoft365::findings::FINDING;
use crate::microsoft365::host_agents;
use crate::microsoft365::states::{Columns, State, links};
use crate::output::Output;
use crate::prelude::*;

pub(crate) static DEVICE_CONFIGURATION: EntityType = EntityType {
    kind: "intune_device_configuration",
    class: &["Configuration", "ControlPolicy"],
    doc: "How devices of one platform are set up.",
    properties: &[
        text("description", "/", "What it is for, or else its name.").or(&["/displayName"]),
        always("category", "config", "What sort of policy it is."),
        always("function", "endpoint-configuration", "What it does."),
        text("configurationType", COMPUTED, "Such as `iosCustomConfiguration`."),
        number("version", "/", "How often it was changed."),
        date("createdOn", "/createdDateTime", "When it was created."),
    ],
    shared: ASSIGNABLE,
    ..EntityType::NEW
};

const READ: &[&str] = &["DeviceManagementConfiguration.Read.All"];

pub(crate) static STEP: Step = Step {
    id: "device-configurations",
    name: "Device Configurations",
    list: List::graph("/deviceManagement/deviceConfigurations")
        .query(assignments::WITH_ASSIGNMENTS)
        .whole()
        .domain(Domain::Intune),
    becomes: Becomes::one(&DEVICE_CONFIGURATION)
        .refine(|configuration, entity| {
            entity.set("configurationType", type_of(configuration));
            assignments::describe(configuration, entity);
        })
        // What is told to devices as it stands: profiles, values of settings, and keys of networks.
        .conceals(&["/omaSettings/*/value", "/payload", "/preSharedKey", "/sharedSecret"])
        .nested(&assignments::TO_GROUPS),
    needs: Needs::intune("device_configurations").graph(READ),
    ..Step::MICROSOFT365
};

/// How every device stands to every device configuration.
///
/// The report takes the place of the statuses of each configuration, which Microsoft no longer
/// supports. It tells of other sorts of policy, too, and is asked for the ones that are collected.
pub(crate) static FINDINGS: Step = Step {
    id: "device-configurations-and-findings",
    name: "Device Configurations' Findings",
    list: List::export(&Report {
        names: &["DeviceStatusesByConfigurationProfile", "DeviceStatusesByConfigurationProfileV3"],
        columns: &[
            "IntuneDeviceId",
            "PolicyId",
            "PolicyName",
            "PolicyStatus",
            "PspdpuLastModifiedTimeUtc",
        ],
        filter: "(PolicyBaseTypeName eq 'Microsoft.Management.Services.Api.DeviceConfiguration')",
    }),
    becomes: Becomes::NOTHING.links(&LINKS).hook(Hook {
        relate: |row, out| add(State::of_row(row, &COLUMNS), row, out),
        adds: &[&FINDING],
        extends: &[],
    }),
    needs: Needs::intune("device_configurations").graph(READ),
    ..Step::MICROSOFT365
};

/// The same, configuration by configuration.
pub(crate) static STATUSES: Step = Step {
    id: "device-configurations-and-findings-statuses",
    name: "Device Configurations' Statuses",
    list: List::graph("/deviceManagement/deviceConfigurations/{id}/deviceStatuses")
        .of_each(&[&DEVICE_CONFIGURATION])
        .whole()
        .domain(Domain::Intune),
    becomes: Becomes::NOTHING.links(&LINKS).hook(Hook {
        relate: |status, out| add(State::of_status(status), status, out),
        adds: &[&FINDING],
        extends: &[],
    }),
    needs: Needs::intune("device_configurations").graph(READ),
    fallback_for: Some(FINDINGS.id),
    ..Step::MICROSOFT365
};

const COLUMNS: Columns =
    Columns { device: "IntuneDeviceId", reported: "PspdpuLastModifiedTimeUtc" };

static LINKS: [Link; 3] = links(&[&DEVICE_CONFIGURATION]);

fn add(state: Option<State<'_>>, item: &Item<'_>, out: &mut Output) {
    match state {
        Some(state) => state.add(&LINKS, key, item, out),
        None => out.lose(format!("{}.status", DEVICE_CONFIGURATION.kind)),
    }
}

/// The assignment of a configuration is known by its status, as the reference has it.
#[expect(clippy::unnecessary_wraps, reason = "other assignments have the usual keys")]
fn key(state: &State<'_>) -> Option<RelationshipKey> {
    let agent = host_agents::key(state.device);
    Some(RelationshipKey::whole(&format!("{}|{agent}|{}", state.id, state.policy)))
}
