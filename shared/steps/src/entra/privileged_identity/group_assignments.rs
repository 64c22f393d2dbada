//! Who is in a group, for good or for a time.

use super::{ASSIGNMENT_TYPE, OF_GROUP, OF_GROUPS, SCHEDULE, SCHEDULES, of_group};
use crate::prelude::*;

pub(crate) static GROUP_ASSIGNMENT: EntityType = EntityType {
    kind: "azure_group_assignment_schedule",
    class: &["AccessPolicy"],
    doc: "A group that a principal is a member or an owner of, for good or for a time.",
    shared: &[SCHEDULE, OF_GROUP],
    properties: ASSIGNMENT_TYPE,
    ..EntityType::NEW
};

pub(crate) static STEP: Step = Step {
    id: "ad-group-assignment-schedules",
    name: "Entra ID Group Assignment Schedules",
    list: of_group("/identityGovernance/privilegedAccess/group/assignmentSchedules"),
    becomes: Becomes::one(&GROUP_ASSIGNMENT).links(&OF_GROUPS),
    needs: SCHEDULES.graph(&["PrivilegedAssignmentSchedule.Read.AzureADGroup"]),
    ..Step::AZURE
};
