//! Roles that are held for what is in administrative units alone.

use super::ADMINISTRATIVE_UNIT;
use crate::entra::directory_roles::ROLE_DEFINITION;
use crate::entra::groups::GROUP;
use crate::entra::service_principals::SERVICE_PRINCIPAL;
use crate::entra::users::USER;
use crate::prelude::*;

pub(crate) static SCOPED_ROLE: EntityType = EntityType {
    kind: "azure_administrative_unit_role_assignment",
    class: &["AccessPolicy"],
    doc: "A role that a principal holds for what is in an administrative unit.",
    properties: &[
        text("name", COMPUTED, "The name of who holds the role."),
        text("displayName", COMPUTED, "The name of who holds the role."),
        text("roleId", "/", "The id of the role, as this directory spells it."),
        text("principalId", "/roleMemberInfo/id", "The object id of who holds the role."),
    ],
    ..EntityType::OBJECT
};

pub(crate) static STEP: Step = Step {
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
