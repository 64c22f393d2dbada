//! Whom policies of Intune are assigned to.

use graph::Entity;
use serde_json::Value;

use crate::entity::{LABELLED, NAMED};
use crate::entra::groups::GROUP;
use crate::prelude::*;

/// What a list of policies is asked for. What `$select` leaves of the type of a policy is not
/// documented, and there are few policies, so they are asked for whole.
pub(super) const WITH_ASSIGNMENTS: &str = "$expand=assignments";

/// What is recorded about everything that is assigned.
pub(super) const ASSIGNABLE: &[&[Property]] = &[NAMED, LABELLED, ASSIGNED];

/// What is recorded about whom a policy is assigned to, besides groups.
const ASSIGNED: &[Property] = &[
    flag("assignedToAllDevices", COMPUTED, "Whether it is for all devices."),
    flag("assignedToAllUsers", COMPUTED, "Whether it is for all users that have a licence."),
    list("excludedGroups", COMPUTED, "The ids of groups that it is not for, whoever it is for."),
];

/// The groups that a policy is for.
pub(super) static TO_GROUPS: [Nested; 1] =
    [Nested::at("/assignments/*", Becomes::related(&[TO_GROUP]))];

/// Microsoft lists groups that a policy is not for among the others.
const TO_GROUP: Link = Link::from_parent(RelationshipClass::Assigned, GROUPS, "/target/groupId")
    .reverse()
    .when(|assignment| !is_for(assignment.json, EXCLUSION));

const GROUPS: &[&EntityType] = &[&GROUP];

const EXCLUSION: &str = "#microsoft.graph.exclusionGroupAssignmentTarget";

/// Sets what [`ASSIGNED`] declares, if the answer says whom the policy is assigned to.
pub(super) fn describe(policy: &Item<'_>, entity: &mut Entity) {
    let Some(assignments) = policy.json["assignments"].as_array() else { return };
    let has = |target: &str| assignments.iter().any(|it| is_for(it, target));
    let is_for_devices = has("#microsoft.graph.allDevicesAssignmentTarget");
    let is_for_users = has("#microsoft.graph.allLicensedUsersAssignmentTarget");
    entity.set("assignedToAllDevices", Some(is_for_devices));
    entity.set("assignedToAllUsers", Some(is_for_users));
    let excluded = assignments.iter().filter(|it| is_for(it, EXCLUSION));
    let excluded: Vec<&str> = excluded.filter_map(|it| it["target"]["groupId"].as_str()).collect();
    entity.set("excludedGroups", Some(excluded).filter(|it| !it.is_empty()));
}

/// Whether an assignment has a target of some type.
fn is_for(assignment: &Value, target: &str) -> bool {
    assignment["target"]["@odata.type"] == target
}
