//! Who may enter a group when it is needed.

use super::{OF_GROUP, OF_GROUPS, SCHEDULE, SCHEDULES, of_group};
use crate::prelude::*;

pub(crate) static GROUP_ELIGIBILITY: EntityType = EntityType {
    kind: "azure_group_eligibility_schedule",
    class: &["AccessPolicy"],
    doc: "A group that a principal may become a member or an owner of when it is needed.",
    shared: &[SCHEDULE],
    properties: OF_GROUP,
    ..EntityType::NEW
};

pub(crate) static STEP: Step = Step {
    id: "ad-group-eligibility-schedules",
    name: "Entra ID Group Eligibility Schedules",
    list: of_group("/identityGovernance/privilegedAccess/group/eligibilitySchedules"),
    becomes: Becomes::one(&GROUP_ELIGIBILITY).links(&OF_GROUPS),
    needs: SCHEDULES.graph(&["PrivilegedEligibilitySchedule.Read.AzureADGroup"]),
    ..Step::AZURE
};
