//! Privileged Identity Management.

use super::definition::{Endpoint, Read, Reading, plain};
use super::roles;
use crate::services::filter::Filter;
use crate::services::graph::error::Failure;
use crate::services::graph::list::{Item, List};
use crate::world::directory::reference::Reference;
use crate::world::directory::role::assignment::Assignment;
use crate::world::directory::schedule::{self, Grade};

const READ_ELIGIBLE_ROLES: &[&str] = &[
    "RoleEligibilitySchedule.Read.Directory",
    "RoleEligibilitySchedule.ReadWrite.Directory",
    "RoleManagement.Read.Directory",
    "RoleManagement.Read.All",
    "RoleManagement.ReadWrite.Directory",
];

const READ_ACTIVE_ROLES: &[&str] = &[
    "RoleAssignmentSchedule.Read.Directory",
    "RoleAssignmentSchedule.ReadWrite.Directory",
    "RoleManagement.Read.Directory",
    "RoleManagement.Read.All",
    "RoleManagement.ReadWrite.Directory",
];

const READ_ELIGIBLE_MEMBERS: &[&str] = &[
    "PrivilegedEligibilitySchedule.Read.AzureADGroup",
    "PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup",
    "PrivilegedAccess.Read.AzureADGroup",
    "PrivilegedAccess.ReadWrite.AzureADGroup",
];

const READ_ACTIVE_MEMBERS: &[&str] = &[
    "PrivilegedAssignmentSchedule.Read.AzureADGroup",
    "PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup",
    "PrivilegedAccess.Read.AzureADGroup",
    "PrivilegedAccess.ReadWrite.AzureADGroup",
];

pub(super) static ALL: &[Endpoint] = &[
    plain(
        "rolemanagement/directory/roleeligibilityschedules",
        READ_ELIGIBLE_ROLES,
        Read::List(|reading| roles(reading, Grade::Eligible, false)),
    )
    .filtered()
    .expanding(&["principal", "roleDefinition"]),
    plain(
        "rolemanagement/directory/roleeligibilityscheduleinstances",
        READ_ELIGIBLE_ROLES,
        Read::List(|reading| roles(reading, Grade::Eligible, true)),
    )
    .filtered()
    .expanding(&["principal", "roleDefinition"]),
    plain(
        "rolemanagement/directory/roleassignmentschedules",
        READ_ACTIVE_ROLES,
        Read::List(|reading| roles(reading, Grade::Active, false)),
    )
    .filtered()
    .expanding(&["principal", "roleDefinition"]),
    plain(
        "rolemanagement/directory/roleassignmentscheduleinstances",
        READ_ACTIVE_ROLES,
        Read::List(|reading| roles(reading, Grade::Active, true)),
    )
    .filtered()
    .expanding(&["principal", "roleDefinition"]),
    plain(
        "identitygovernance/privilegedaccess/group/eligibilityschedules",
        READ_ELIGIBLE_MEMBERS,
        Read::List(|reading| members(reading, Grade::Eligible, false)),
    )
    .filtered(),
    plain(
        "identitygovernance/privilegedaccess/group/eligibilityscheduleinstances",
        READ_ELIGIBLE_MEMBERS,
        Read::List(|reading| members(reading, Grade::Eligible, true)),
    )
    .filtered(),
    plain(
        "identitygovernance/privilegedaccess/group/assignmentschedules",
        READ_ACTIVE_MEMBERS,
        Read::List(|reading| members(reading, Grade::Active, false)),
    )
    .filtered(),
    plain(
        "identitygovernance/privilegedaccess/group/assignmentscheduleinstances",
        READ_ACTIVE_MEMBERS,
        Read::List(|reading| members(reading, Grade::Active, true)),
    )
    .filtered(),
];

/// The schedules of roles. Those who may take a role are a third as many as those who have one.
fn roles<'a>(reading: &Reading<'a>, grade: Grade, is_instance: bool) -> Result<List<'a>, Failure> {
    let reading = *reading;
    let tenant = &reading.cloud.tenant;
    if !tenant.is_premium {
        return Err(Failure::license_required());
    }
    roles::check_expanded(&reading)?;
    let eligible = Assignment::count_at_first(tenant) / 3;
    let (context, total) = match (grade, is_instance) {
        (Grade::Eligible, false) => ("roleEligibilitySchedules", eligible),
        (Grade::Eligible, true) => ("roleEligibilityScheduleInstances", eligible),
        (Grade::Active, false) => ("roleAssignmentSchedules", Assignment::count(tenant)),
        (Grade::Active, true) => ("roleAssignmentScheduleInstances", Assignment::count(tenant)),
    };
    let get = move |place| {
        let assignment = match grade {
            Grade::Active => Assignment::active(tenant, place)?,
            Grade::Eligible => Assignment::eligible(tenant, place),
        };
        let schedule = Item::from(schedule::of_role(&assignment, grade, is_instance));
        Some(roles::expanded(schedule, &assignment, &reading))
    };
    Ok(List::new(format!("roleManagement/directory/{context}"), total, get).sparse())
}

/// The schedules of groups, of which only those of one group or of one principal can be asked for.
fn members<'a>(
    reading: &Reading<'a>,
    grade: Grade,
    is_instance: bool,
) -> Result<List<'a>, Failure> {
    let tenant = &reading.cloud.tenant;
    if !tenant.is_premium {
        return Err(Failure::license_required());
    }
    let value = |name| reading.query.filter().and_then(|filter: &Filter| filter.value_of(name));
    let (group, principal) = (value("groupId"), value("principalId"));
    let groups = match (group, principal) {
        (Some(group), _) => match Reference::find(tenant, group) {
            Some(Reference::Group(index)) => index..index + 1,
            _ => 0..0,
        },
        (None, Some(_)) => 0..tenant.groups,
        (None, None) => return Err(Failure::missing_filter("GroupId or PrincipalId")),
    };
    let schedules = groups.flat_map(|group| schedule::of_group(tenant, grade, is_instance, group));
    let wanted = |id: &str| principal.is_none_or(|principal| id.eq_ignore_ascii_case(principal));
    let documents: Vec<_> = schedules
        .filter(|(principal, _)| wanted(&principal.id(tenant)))
        .map(|(_, document)| document)
        .collect();
    let context = match (grade, is_instance) {
        (Grade::Eligible, false) => "eligibilitySchedules",
        (Grade::Eligible, true) => "eligibilityScheduleInstances",
        (Grade::Active, false) => "assignmentSchedules",
        (Grade::Active, true) => "assignmentScheduleInstances",
    };
    let context = format!("identityGovernance/privilegedAccess/group/{context}");
    Ok(List::of_documents(context, documents))
}
