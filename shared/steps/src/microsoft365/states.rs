//! How devices stand to policies: what agents were assigned, and what is wrong.
//!
//! Policies of both sorts are told of in the same way, by two lists: a report for all policies at
//! once, and where that cannot be read, the statuses of each policy by itself. Both become the
//! same.

use graph::{End, Entity, Key, Name, Reference, RelationshipClass, RelationshipKey};

use crate::entity::EntityType;
use crate::item::Item;
use crate::link::Link;
use crate::microsoft365::device_types::DEVICES;
use crate::microsoft365::findings::FINDING;
use crate::microsoft365::host_agents::{self, HOST_AGENT};
use crate::microsoft365::report::cell;
use crate::microsoft365::status::Status;
use crate::output::Output;
use crate::property::milliseconds;

/// How a device stands to a policy.
pub(super) struct State<'a> {
    /// The id of the status.
    pub(super) id: String,
    /// The id of the policy.
    pub(super) policy: &'a str,
    /// The name of the policy, if it is known.
    pub(super) policy_name: Option<&'a str>,
    /// The id of the device.
    pub(super) device: &'a str,
    pub(super) status: Status,
    /// When the device said so, in milliseconds since 1970.
    pub(super) reported: Option<i64>,
}

/// What relates by the states of policies of a type: the agent that was assigned the policy, the
/// policy that identified a finding, and the device that has it.
pub(super) const fn links(policy: &'static [&'static EntityType]) -> [Link; 3] {
    const FINDINGS: &[&EntityType] = &[&FINDING];
    const AGENTS: &[&EntityType] = &[&HOST_AGENT];
    [
        Link::by_hook(RelationshipClass::Assigned, policy).subject_by_hook(AGENTS),
        Link::by_hook(RelationshipClass::Identified, FINDINGS).subject_by_hook(policy),
        Link::by_hook(RelationshipClass::Has, DEVICES).subject_by_hook(FINDINGS).reverse(),
    ]
}

/// The columns of a report that say which device it is about, and when.
pub(super) struct Columns {
    pub(super) device: &'static str,
    pub(super) reported: &'static str,
}

impl<'a> State<'a> {
    /// The state that a row of a report tells of. Nothing if it lacks what a state is made of.
    pub(super) fn of_row(row: &Item<'a>, columns: &Columns) -> Option<Self> {
        let (policy, device) = (text(row, "PolicyId")?, text(row, columns.device)?);
        Some(Self {
            id: id(row, policy, device).unwrap_or_else(|| format!("{policy}_{device}")),
            policy,
            policy_name: text(row, "PolicyName"),
            device,
            status: Status::of_row(row)?,
            reported: cell(row, columns.reported).and_then(|it| milliseconds(&it)),
        })
    }

    /// The state that a status of a policy tells of. Nothing if it lacks what a state is made of.
    pub(super) fn of_status(status: &Item<'a>) -> Option<Self> {
        let parent = status.parent?.json;
        let policy = parent.get("id")?.as_str()?;
        let own_id = status.id()?;
        let (_, device) = own_id.rsplit_once('_')?;
        Some(Self {
            id: id(status, policy, device).unwrap_or_else(|| own_id.to_owned()),
            policy,
            policy_name: parent.get("displayName").and_then(|it| it.as_str()),
            device,
            status: Status::of(status.text("/status")?)?,
            reported: status.text("/lastReportedDateTime").and_then(milliseconds),
        })
    }

    /// Adds what the state becomes. An assignment has `key` for its key, unless that is composed as
    /// usual.
    pub(super) fn add(
        &self,
        [assigned, identified, has]: &[Link; 3],
        key: fn(&Self) -> Option<RelationshipKey>,
        item: &Item<'_>,
        out: &mut Output,
    ) {
        if !self.status.is_assigned() {
            return;
        }
        let agent = End::named(Name::from(&host_agents::key(self.device)));
        let policy = End::named(Name::of_id(self.policy));
        let mut assignment = assigned.reference(agent, policy.clone());
        assignment.key = key(self);
        self.describe(&mut assignment);
        out.references.push(assignment);

        if let Some(finding) = finding(self, item, &mut out.drift) {
            let this = || End::known(&finding.key, FINDING.kind);
            out.references.push(identified.reference(policy, this()));
            let device = End::named(Name::from(&Key::new(self.device)));
            out.references.push(has.reference(this(), device));
            out.entities.push(finding);
        }
    }

    fn describe(&self, assignment: &mut Reference) {
        let properties = &mut assignment.properties;
        properties.insert("complianceStatus".to_owned(), self.status.as_str().into());
        if let Some(compliant) = self.status.is_compliant() {
            properties.insert("compliant".to_owned(), compliant.into());
        }
    }
}

/// The id of a status as Intune composes it: of the ids of the tenant's account at Intune, the
/// policy and the device. Reports do not tell it, and both lists are to find the same.
fn id(item: &Item<'_>, policy: &str, device: &str) -> Option<String> {
    Some(format!("{}_{policy}_{device}", item.instance.intune_account_id.as_deref()?))
}

fn text<'a>(row: &Item<'a>, column: &str) -> Option<&'a str> {
    row.json.get(column)?.as_str().filter(|it| !it.is_empty())
}

/// The finding that a state is, if it is one of a severity that the instance asks for.
fn finding(state: &State<'_>, item: &Item<'_>, drift: &mut Vec<String>) -> Option<Entity> {
    let (severity, number) = state.status.severity()?;
    let asked = &item.instance.vulnerability_severities;
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
