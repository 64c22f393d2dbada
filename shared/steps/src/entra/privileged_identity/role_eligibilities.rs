//! Who may take on a role of the directory when it is needed.

use super::{OF_ROLE, OF_ROLES, SCHEDULE, SCHEDULES, schedules};
use crate::prelude::*;

pub(crate) static ROLE_ELIGIBILITY: EntityType = EntityType {
    kind: "azure_ad_role_eligibility_schedule",
    class: &["AccessPolicy"],
    doc: "A role of the directory that a principal may take on when it is needed.",
    shared: &[SCHEDULE],
    properties: OF_ROLE,
    ..EntityType::NEW
};

pub(crate) static STEP: Step = Step {
    id: "ad-role-eligibility-schedules",
    name: "Entra ID Role Eligibility Schedules",
    list: schedules("/roleManagement/directory/roleEligibilitySchedules"),
    becomes: Becomes::one(&ROLE_ELIGIBILITY).links(&OF_ROLES),
    needs: SCHEDULES.graph(&["RoleEligibilitySchedule.Read.Directory"]),
    ..Step::AZURE
};
