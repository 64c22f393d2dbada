//! Administrative units: parts of the directory that are administered by themselves.

use graph::Name;

use crate::delta::Watch;
use crate::entra::account;
use crate::entra::devices::DEVICE;
use crate::entra::directory_roles::ROLE_DEFINITION;
use crate::entra::groups::GROUP;
use crate::entra::service_principals::SERVICE_PRINCIPAL;
use crate::entra::users::USER;
use crate::prelude::*;

pub(crate) static ADMINISTRATIVE_UNIT: EntityType = EntityType {
    kind: "azure_administrative_unit",
    class: &["Group"],
    doc: "A part of the directory. Roles can be held for what is in it alone.",
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
    ..EntityType::OBJECT
};

pub(crate) static STEP: Step = Step {
    id: "ad-administrative-units",
    name: "Entra ID Administrative Units",
    // Not every cloud knows every property yet, and one that is not known fails the list.
    list: List::graph("/directory/administrativeUnits")
        .query("$top=999")
        .whole()
        .delta(&[Watch::items("/directory/administrativeUnits/delta")]),
    becomes: Becomes::one(&ADMINISTRATIVE_UNIT).links(&[account::HAS]),
    needs: Needs::directory("ad-administrative-units").graph(&["AdministrativeUnit.Read.All"]),
    ..Step::AZURE
};

pub(crate) static MEMBERS: Step = Step {
    id: "ad-administrative-unit-members",
    name: "Entra ID Administrative Unit Members",
    list: List::graph("/directory/administrativeUnits/{id}/members")
        .of_each(&[&ADMINISTRATIVE_UNIT])
        .query("$top=999")
        .delta(&[Watch::parents("/directory/administrativeUnits/delta", "members")]),
    becomes: Becomes::related(&[Link::from_parent(
        RelationshipClass::Has,
        &[&USER, &GROUP, &DEVICE],
        "/id",
    )]),
    needs: Needs::directory("ad-administrative-units").graph(&["AdministrativeUnit.Read.All"]),
    ..Step::AZURE
};

pub(crate) static SCOPED_ROLE: EntityType = EntityType {
    kind: "azure_administrative_unit_role_assignment",
    class: &["AccessPolicy"],
    doc: "A role that a principal holds for what is in an administrative unit.",
    properties: &[
        text("name", COMPUTED, "The name of who holds the role."),
        text("displayName", COMPUTED, "The name of who holds the role."),
        text("roleId", "/roleId", "The id of the role, as this directory spells it."),
        text("principalId", "/roleMemberInfo/id", "The object id of who holds the role."),
    ],
    ..EntityType::OBJECT
};

pub(crate) static SCOPED_ROLES: Step = Step {
    id: "ad-administrative-unit-role-assignments",
    name: "Entra ID Administrative Unit Role Assignments",
    list: List::graph("/directory/administrativeUnits/{id}/scopedRoleMembers")
        .of_each(&[&ADMINISTRATIVE_UNIT])
        .whole(),
    becomes: Becomes::one(&SCOPED_ROLE)
        .refine(|assignment, entity| {
            let holder = assignment.text("/roleMemberInfo/displayName");
            entity.set("name", holder);
            entity.set("displayName", holder);
        })
        .links(&[
            Link::of_parent(RelationshipClass::Has),
            Link::new(
                RelationshipClass::Assigned,
                &[&USER, &GROUP, &SERVICE_PRINCIPAL],
                "/roleMemberInfo/id",
            ),
            Link::uses(&[&ROLE_DEFINITION], "/roleId"),
        ]),
    needs: Needs::directory("ad-administrative-units").graph(&["RoleManagement.Read.Directory"]),
    ..Step::AZURE
};

/// What this directory calls the roles that were ever held in it. Assignments for administrative units
/// know roles by these ids only.
pub(crate) static ACTIVATED_ROLES: Step = Step {
    id: "ad-directory-roles",
    name: "Entra ID Directory Roles",
    // It takes no `$top`.
    list: List::graph("/directoryRoles")
        .also(&["roleTemplateId"])
        .delta(&[Watch::items("/directoryRoles/delta")]),
    becomes: Becomes::patch(
        &ROLE_DEFINITION,
        &[text("directoryRoleId", "/id", "The id of the role, as this directory spells it.")],
    )
    .key(|role| role.key("/roleTemplateId"))
    .aliases(|role| role.id().map(Name::of_id).into_iter().collect()),
    needs: Needs::directory("ad-administrative-units").graph(&["RoleManagement.Read.Directory"]),
    ..Step::AZURE
};
