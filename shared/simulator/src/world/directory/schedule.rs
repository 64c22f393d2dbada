//! Privileged Identity Management: roles and memberships that somebody has, or may take, for a
//! time.

use serde_json::{Value, json};

use super::document::Document;
use super::reference::Reference;
use super::role::assignment::Assignment;
use crate::world::dates::{DAY, TODAY, utc};
use crate::world::random::Draw;
use crate::world::tenant::Tenant;

/// Whether somebody has something or may take it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Grade {
    Active,
    Eligible,
}

/// A schedule of a role, or what of it holds now, which is called an instance.
pub(crate) fn of_role(assignment: &Assignment, grade: Grade, is_instance: bool) -> Document {
    let mut draw = assignment.draw("schedule");
    let (created, end, id) = (begin(&mut draw), end(&mut draw), draw.guid());
    let mut body = json!({
        "id": if is_instance { assignment.id() } else { id.clone() },
        "appScopeId": null,
        "directoryScopeId": assignment.scope(),
        "memberType": "Direct",
        "principalId": assignment.principal_id(),
        "roleDefinitionId": assignment.definition_id(),
    });
    let kind = match (grade, is_instance) {
        (Grade::Active, false) => "unifiedRoleAssignmentSchedule",
        (Grade::Active, true) => "unifiedRoleAssignmentScheduleInstance",
        (Grade::Eligible, false) => "unifiedRoleEligibilitySchedule",
        (Grade::Eligible, true) => "unifiedRoleEligibilityScheduleInstance",
    };
    add(&mut body, grade, is_instance, created, end, &id);
    if is_instance && grade == Grade::Active {
        body["roleAssignmentOriginId"] = json!(assignment.id());
        body["roleAssignmentScheduleId"] = json!(id);
    } else if is_instance {
        body["roleEligibilityScheduleId"] = json!(id);
    }
    Document::new(kind, body)
}

/// The schedules of a group, each with the principal. Only groups for roles are managed like this.
pub(crate) fn of_group(
    tenant: &Tenant,
    grade: Grade,
    is_instance: bool,
    group: u64,
) -> Vec<(Reference, Document)> {
    let label = if grade == Grade::Active { "active members" } else { "eligible members" };
    let mut draw = tenant.draw(label, group);
    let count = if group % 40 == 9 { 1 + draw.below(4) } else { 0 };
    let kind = match (grade, is_instance) {
        (Grade::Active, false) => "privilegedAccessGroupAssignmentSchedule",
        (Grade::Active, true) => "privilegedAccessGroupAssignmentScheduleInstance",
        (Grade::Eligible, false) => "privilegedAccessGroupEligibilitySchedule",
        (Grade::Eligible, true) => "privilegedAccessGroupEligibilityScheduleInstance",
    };
    let one = |_| {
        let principal = Reference::User(draw.below(tenant.users));
        let access = draw.pick(&["member", "member", "owner"]);
        let group = tenant.group_id(group);
        let (created, end) = (begin(&mut draw), end(&mut draw));
        // They are named after the group and the access.
        let id = format!("{group}_{access}_{}", draw.guid());
        let mut body = json!({
            "id": if is_instance { format!("{group}_{access}_{}", draw.guid()) } else { id.clone() },
            "accessId": access,
            "groupId": group,
            "memberType": "direct",
            "principalId": principal.id(tenant),
        });
        add(&mut body, grade, is_instance, created, end, &id);
        if is_instance {
            let name = match grade {
                Grade::Active => "assignmentScheduleId",
                Grade::Eligible => "eligibilityScheduleId",
            };
            body[name] = json!(id);
        }
        (principal, Document::new(kind, body))
    };
    (0..count).map(one).collect()
}

/// Adds what all schedules and all instances have.
fn add(
    body: &mut Value,
    grade: Grade,
    is_instance: bool,
    created: i64,
    end: Option<i64>,
    id: &str,
) {
    let end = end.map(utc);
    if is_instance {
        body["startDateTime"] = json!(utc(created));
        body["endDateTime"] = json!(end);
    } else {
        body["createdDateTime"] = json!(utc(created));
        body["createdUsing"] = json!(id);
        body["modifiedDateTime"] = Value::Null;
        body["status"] = json!("Provisioned");
        body["scheduleInfo"] = json!({
            "expiration": {
                "duration": null,
                "endDateTime": end,
                "type": if end.is_some() { "afterDateTime" } else { "noExpiration" },
            },
            "recurrence": null,
            "startDateTime": utc(created),
        });
    }
    if grade == Grade::Active {
        body["assignmentType"] = json!(if end.is_some() { "Activated" } else { "Assigned" });
    }
}

fn begin(draw: &mut Draw) -> i64 {
    TODAY - DAY * i64::try_from(draw.below(700)).unwrap_or_default() - 3600
}

/// When it ends, for half of them.
fn end(draw: &mut Draw) -> Option<i64> {
    let days = i64::try_from(draw.below(360)).unwrap_or_default();
    draw.chance(50).then_some(TODAY + days * DAY)
}
