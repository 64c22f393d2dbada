//! Privileged Identity Management: who may take on a role or enter a group when needed, and who
//! has.

pub(crate) mod group_assignments;
pub(crate) mod group_eligibilities;
pub(crate) mod role_assignments;
pub(crate) mod role_eligibilities;

use graph::Name;
use serde_json::Value;

use crate::entra::administrative_units::ADMINISTRATIVE_UNIT;
use crate::entra::applications::APPLICATION;
use crate::entra::directory_roles::ROLE_DEFINITION;
use crate::entra::groups::GROUP;
use crate::entra::service_principals::SERVICE_PRINCIPAL;
use crate::entra::users::USER;
use crate::prelude::*;

/// What is recorded of every schedule.
const SCHEDULE: &[Property] = &[
    text("id", "/", "The id of the schedule."),
    any("tag.*", COMPUTED, "`tag.AccountName`, where the instance asks for it."),
    text("principalId", "/", "The object id of whom it is for."),
    text("memberType", "/", "`Direct`, or how it is inherited, such as by a `Group`."),
    text("status", "/", "Such as `Provisioned`."),
    date("createdOn", "/createdDateTime", "When it was created."),
    date("startsOn", "/scheduleInfo/startDateTime", "When it begins to hold."),
    date("expiresOn", "/scheduleInfo/expiration/endDateTime", "When it ceases to hold."),
    text("expirationType", "/scheduleInfo/expiration/type", "`noExpiration` if it never ends."),
];

const OF_ROLE: &[Property] = &[
    text("name", "/roleDefinition/displayName", "The name of the role."),
    text("displayName", "/roleDefinition/", "The name of the role."),
    text("roleName", "/roleDefinition/displayName", "The name of the role."),
    text("roleDefinitionId", "/", "The id of the role."),
    text("directoryScopeId", "/", "Where the role is held; `/` is everywhere."),
    text("appScopeId", "/", "Where the role is held, as an application spells it."),
];

const OF_GROUP: &[Property] = &[
    text("name", "/accessId", "`member` or `owner` of the group."),
    text("displayName", "/accessId", "`member` or `owner` of the group."),
    text("accessId", "/", "`member` or `owner` of the group."),
    text("groupId", "/", "The object id of the group."),
];

const ASSIGNMENT_TYPE: &[Property] =
    &[text("assignmentType", "/", "`Activated` if it comes of an eligibility.")];

static PRINCIPALS: [&EntityType; 3] = [&USER, &GROUP, &SERVICE_PRINCIPAL];

static OF_ROLES: [Link; 3] = [
    Link::new(RelationshipClass::Assigned, &PRINCIPALS, "/principalId"),
    Link::uses(&[&ROLE_DEFINITION], "/roleDefinitionId"),
    Link::new(
        RelationshipClass::Allows,
        &[&ADMINISTRATIVE_UNIT, &APPLICATION, &SERVICE_PRINCIPAL],
        "/directoryScopeId",
    )
    .by(scope),
];

static OF_GROUPS: [Link; 2] = [
    Link::of_parent(RelationshipClass::Has),
    Link::new(RelationshipClass::Assigned, &PRINCIPALS, "/principalId"),
];

const SCHEDULES: Needs = Needs::directory("ad-privileged-identity").licence(Licence::PremiumP2);

/// Schedules of roles, with the names of the roles. The lists take no `$top`.
const fn schedules(path: &'static str) -> List {
    List::graph(path).query("$expand=roleDefinition($select=displayName)").whole()
}

/// The name of where a role is held: `/administrativeUnits/{id}`, or `/{id}` of an application.
fn scope(scope: &str, _: &Item<'_>) -> Option<Name> {
    scope.rsplit('/').next().filter(|it| !it.is_empty()).map(Name::of_id)
}

const MANAGED: &[&EntityType] = &[&GROUP];

/// Schedules of the groups that can hold roles of the directory.
///
/// Microsoft Graph gives schedules of one group or one principal at a time, and does not say which
/// groups are managed. Those that can hold roles are few, and what they are made for; asking for
/// all would cost as much again as the members of all groups.
const fn of_group(path: &'static str) -> List {
    List::graph(path)
        .of_each(MANAGED)
        .only(|group| group.get("isAssignableToRole") == Some(&Value::Bool(true)))
        .query("$filter=groupId%20eq%20'{id}'")
        .whole()
}
