//! Administrative units: parts of the directory that are administered by themselves.

use graph::{Name, RelationshipClass};

use crate::delta::Watch;
use crate::entity::{COMPUTED, EntityType, OBJECT, flag, text};
use crate::entra::account::{ACCOUNT, account_name};
use crate::entra::devices::DEVICE;
use crate::entra::directory_roles::ROLE_DEFINITION;
use crate::entra::groups::GROUP;
use crate::entra::service_principals::SERVICE_PRINCIPAL;
use crate::entra::users::USER;
use crate::list::List;
use crate::step::{Link, Permission, Step};

pub(crate) static ADMINISTRATIVE_UNIT: EntityType = EntityType {
    kind: "azure_administrative_unit",
    class: &["Group"],
    doc: "A part of the directory. Roles can be held for what is in it alone.",
    shared: OBJECT,
    properties: &[
        text("description", "/description", "What the unit is for."),
        text("visibility", "/visibility", "`HiddenMembership` if only members see who is in it."),
        text("membershipType", "/membershipType", "`Dynamic` if a rule decides what is in it."),
        text("membershipRule", "/membershipRule", "The rule that decides what is in it."),
        flag(
            "isMemberManagementRestricted",
            "/isMemberManagementRestricted",
            "Whether only administrators of the unit may change what is in it.",
        ),
    ],
};

pub(crate) static STEP: Step = Step {
    id: "ad-administrative-units",
    name: "Entra ID Administrative Units",
    ingestion_source: Some("ad-administrative-units"),
    // Not every cloud knows every property yet, and one that is not known fails the list.
    list: List::graph("/directory/administrativeUnits")
        .query("$top=999")
        .whole()
        .delta(&[Watch::items("/directory/administrativeUnits/delta")]),
    permissions: &[Permission::Graph("AdministrativeUnit.Read.All")],
    emits: Some(&ADMINISTRATIVE_UNIT),
    links: &[Link::of(&[&ACCOUNT], "/id").by(account_name)],
    ..Step::DIRECTORY
};

static CONTAINS: [Link; 1] = [Link::new(RelationshipClass::Has, &[&USER, &GROUP, &DEVICE], "")];

pub(crate) static MEMBERS: Step = Step {
    id: "ad-administrative-unit-members",
    name: "Entra ID Administrative Unit Members",
    ingestion_source: Some("ad-administrative-units"),
    list: List::graph("/directory/administrativeUnits/{id}/members")
        .of_each(&[&ADMINISTRATIVE_UNIT])
        .query("$top=999")
        .delta(&[Watch::parents("/directory/administrativeUnits/delta", "members")]),
    permissions: &[Permission::Graph("AdministrativeUnit.Read.All")],
    links: &CONTAINS,
    relate: |member, out| {
        let [has] = &CONTAINS;
        has.relate_parent(member, out);
    },
    ..Step::DIRECTORY
};

pub(crate) static SCOPED_ROLE: EntityType = EntityType {
    kind: "azure_administrative_unit_role_assignment",
    class: &["AccessPolicy"],
    doc: "A role that a principal holds for what is in an administrative unit.",
    shared: OBJECT,
    properties: &[
        text("name", COMPUTED, "The name of who holds the role."),
        text("displayName", COMPUTED, "The name of who holds the role."),
        text("roleId", "/roleId", "The id of the role, as this directory spells it."),
        text("principalId", "/roleMemberInfo/id", "The object id of who holds the role."),
    ],
};

pub(crate) static SCOPED_ROLES: Step = Step {
    id: "ad-administrative-unit-role-assignments",
    name: "Entra ID Administrative Unit Role Assignments",
    ingestion_source: Some("ad-administrative-units"),
    list: List::graph("/directory/administrativeUnits/{id}/scopedRoleMembers")
        .of_each(&[&ADMINISTRATIVE_UNIT])
        .whole(),
    permissions: &[Permission::Graph("RoleManagement.Read.Directory")],
    emits: Some(&SCOPED_ROLE),
    links: &[
        Link::of_parent(RelationshipClass::Has),
        Link::new(
            RelationshipClass::Assigned,
            &[&USER, &GROUP, &SERVICE_PRINCIPAL],
            "/roleMemberInfo/id",
        ),
        Link::uses(&[&ROLE_DEFINITION], "/roleId"),
    ],
    refine: |assignment, entity| {
        let holder = assignment.text("/roleMemberInfo/displayName");
        entity.set("name", holder);
        entity.set("displayName", holder);
    },
    ..Step::DIRECTORY
};

/// What this directory calls the roles that were ever held in it. Assignments for administrative units
/// know roles by these ids only.
pub(crate) static ACTIVATED_ROLES: Step = Step {
    id: "ad-directory-roles",
    name: "Entra ID Directory Roles",
    ingestion_source: Some("ad-administrative-units"),
    // It takes no `$top`.
    list: List::graph("/directoryRoles")
        .also(&["roleTemplateId"])
        .delta(&[Watch::items("/directoryRoles/delta")]),
    permissions: &[Permission::Graph("RoleManagement.Read.Directory")],
    emits: Some(&ROLE_DEFINITION),
    patches: &[text("directoryRoleId", "/id", "The id of the role, as this directory spells it.")],
    key: |role| role.key("/roleTemplateId"),
    aliases: |role| role.id().map(Name::of_id).into_iter().collect(),
    ..Step::DIRECTORY
};
