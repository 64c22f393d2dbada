//! Compliance policies, which say what a device must be like, and what devices are not.

use crate::becomes::Hook;
use crate::list::Report;
use crate::microsoft365::assignments::{self, ASSIGNABLE};
use crate::microsoft365::findings::FINDING;
use crate::microsoft365::states::{Columns, State, links};
use crate::output::Output;
use crate::prelude::*;

pub(crate) static COMPLIANCE_POLICY: EntityType = EntityType {
    kind: "intune_compliance_policy",
    class: &["Configuration", "ControlPolicy"],
    doc: "What devices of one platform have to be like.",
    properties: &[
        text("description", "/", "What it is for, or else its name.").or(&["/displayName"]),
        always("category", "compliance", "What sort of policy it is."),
        always("function", "endpoint-compliance", "What it does."),
        text("policyType", COMPUTED, "Which platform it is for, as `iosCompliancePolicy`."),
        number("version", "/", "How often it was changed."),
        date("createdOn", "/createdDateTime", "When it was created."),
    ],
    shared: ASSIGNABLE,
    ..EntityType::NEW
};

const READ: &[&str] = &["DeviceManagementConfiguration.Read.All"];

pub(crate) static STEP: Step = Step {
    id: "compliance-policies",
    name: "Compliance Policies",
    list: List::graph("/deviceManagement/deviceCompliancePolicies")
        .query(assignments::WITH_ASSIGNMENTS)
        .whole()
        .domain(Domain::Intune),
    becomes: Becomes::one(&COMPLIANCE_POLICY)
        .refine(|policy, entity| {
            entity.set("policyType", type_of(policy));
            assignments::describe(policy, entity);
        })
        .nested(&assignments::TO_GROUPS),
    needs: Needs::intune("compliance_policies").graph(READ),
    ..Step::MICROSOFT365
};

/// How every device stands to every compliance policy.
///
/// The report takes the place of the statuses of each policy, which are pages upon pages.
pub(crate) static FINDINGS: Step = Step {
    id: "compliance-policies-and-findings",
    name: "Compliance Policies' Findings",
    list: List::export(&Report {
        names: &["DevicePoliciesComplianceReport", "DevicePoliciesComplianceReportV3"],
        columns: &["DeviceId", "LastContact", "PolicyId", "PolicyName", "PolicyStatus"],
        filter: "",
    }),
    becomes: Becomes::NOTHING.links(&LINKS).hook(Hook {
        relate: |row, out| add(State::of_row(row, &COLUMNS), row, out),
        adds: &[&FINDING],
        extends: &[],
    }),
    needs: Needs::intune("compliance_policies").graph(READ),
    ..Step::MICROSOFT365
};

/// The same, policy by policy.
pub(crate) static STATUSES: Step = Step {
    id: "compliance-policies-and-findings-statuses",
    name: "Compliance Policies' Statuses",
    list: List::graph("/deviceManagement/deviceCompliancePolicies/{id}/deviceStatuses")
        .of_each(&[&COMPLIANCE_POLICY])
        .whole()
        .domain(Domain::Intune),
    becomes: Becomes::NOTHING.links(&LINKS).hook(Hook {
        relate: |status, out| add(State::of_status(status), status, out),
        adds: &[&FINDING],
        extends: &[],
    }),
    needs: Needs::intune("compliance_policies").graph(READ),
    fallback_for: Some(FINDINGS.id),
    ..Step::MICROSOFT365
};

const COLUMNS: Columns = Columns { device: "DeviceId", reported: "LastContact" };

static LINKS: [Link; 3] = links(&[&COMPLIANCE_POLICY]);

fn add(state: Option<State<'_>>, item: &Item<'_>, out: &mut Output) {
    match state {
        Some(state) => state.add(&LINKS, |_| None, item, out),
        None => out.lose(format!("{}.status", COMPLIANCE_POLICY.kind)),
    }
}

/// What sort of policy or configuration it is: its type at Microsoft Graph.
pub(super) fn type_of<'a>(policy: &Item<'a>) -> Option<&'a str> {
    policy.text("/@odata.type")?.strip_prefix("#microsoft.graph.")
}
