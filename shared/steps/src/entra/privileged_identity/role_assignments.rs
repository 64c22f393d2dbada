//! Who has a role of the directory, for good or for a time.

use super::{ASSIGNMENT_TYPE, OF_ROLE, OF_ROLES, SCHEDULE, SCHEDULES, schedules};
use crate::prelude::*;

pub(crate) static ROLE_ASSIGNMENT: EntityType = EntityType {
    kind: "azure_ad_role_assignment_schedule",
    class: &["AccessPolicy"],
    doc: "A role of the directory that a principal has, for good or for a time.",
    shared: &[SCHEDULE, OF_ROLE],
    properties: ASSIGNMENT_TYPE,
    ..EntityType::NEW
};

pub(crate) static STEP: Step = Step {
    id: "ad-role-assignment-schedules",
    name: "Entra ID Role Assignment Schedules",
    list: schedules("/roleManagement/directory/roleAssignmentSchedules"),
    becomes: Becomes::one(&ROLE_ASSIGNMENT).links(&OF_ROLES),
    needs: SCHEDULES.graph(&["RoleAssignmentSchedule.Read.Directory"]),
    ..Step::AZURE
};
