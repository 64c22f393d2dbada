//! Privileged Identity Management for Azure resources: who may take on a role when it is needed,
//! and who has.

use crate::arm::authorization::role_definitions::{ROLE_DEFINITION, role_name};
use crate::entity::ADDRESSED;
use crate::entra::groups::GROUP;
use crate::entra::service_principals::SERVICE_PRINCIPAL;
use crate::entra::users::USER;
use crate::prelude::*;

pub(crate) static ELIGIBILITY: EntityType = EntityType {
    kind: "azure_role_eligibility_schedule",
    class: &["AccessPolicy"],
    doc: "A role that a principal may take on at a scope when it is needed.",
    properties: SCHEDULE,
    ..EntityType::extension("Microsoft.Authorization/roleEligibilityScheduleInstances", VERSION)
};

pub(crate) static ASSIGNMENT: EntityType = EntityType {
    kind: "azure_role_assignment_schedule",
    class: &["AccessPolicy"],
    doc: "A role that a principal holds at a scope, for how long, and whether it took it on.",
    shared: &[ADDRESSED, SCHEDULE],
    properties: &[
        text("assignmentType", "/properties/", "`Activated` if it was taken on."),
        text("roleAssignmentId", ORIGIN, "The id of the role assignment that it is."),
    ],
    ..EntityType::of_type("Microsoft.Authorization/roleAssignmentScheduleInstances", VERSION)
};

const VERSION: &str = "2020-10-01";
const ROLE: &str = "/properties/expandedProperties/roleDefinition/displayName";
const PRINCIPAL: &str = "/properties/principalId";
const ORIGIN: &str = "/properties/originRoleAssignmentId";

const SCHEDULE: &[Property] = &[
    text("roleName", ROLE, "The name of the role."),
    text("principalId", PRINCIPAL, "The object id of whom it is for."),
    text("principalType", "/properties/", "Such as `User` or `Group`."),
    text("roleDefinitionId", "/properties/", "The id of the role."),
    text("scope", "/properties/", "The id of where it holds."),
    text("memberType", "/properties/", "`Direct`, `Group` or `Inherited`."),
    text("status", "/properties/", "Such as `Provisioned`."),
    text("condition", "/properties/", "The condition under which the role counts."),
    date("createdOn", "/properties/", "When it was created."),
    date("startsOn", "/properties/startDateTime", "When it begins to hold."),
    date("expiresOn", "/properties/endDateTime", "When it ceases to hold; absent if never."),
];

pub(crate) static STEP: Step = Step {
    id: "rm-authorization-role-eligibility-schedules",
    name: "Role Eligibility Schedules",
    list: List::of(&ELIGIBILITY).filtered(),
    ..Step::of(&ELIGIBILITY, "privileged-identity").links(&LINKS)
};

pub(crate) static ASSIGNMENTS: Step = Step {
    id: "rm-authorization-role-assignment-schedules",
    name: "Role Assignment Schedules",
    list: List::of(&ASSIGNMENT).filtered(),
    ..Step::of(&ASSIGNMENT, "privileged-identity").links(&LINKS)
};

static LINKS: [Link; 3] = [
    Link::new(RelationshipClass::Assigned, &[&USER, &GROUP, &SERVICE_PRINCIPAL], PRINCIPAL),
    Link::new(RelationshipClass::Allows, &[], "/properties/scope"),
    Link::uses(&[&ROLE_DEFINITION], "/properties/roleDefinitionId").by(role_name),
];
