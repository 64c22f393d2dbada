//! Role assignments: who holds which role, and where.

use graph::{Key, Unresolved};
use serde_json::json;

use crate::arm::authorization::role_definitions::{ROLE_DEFINITION, role_name};
use crate::entra::groups::GROUP;
use crate::entra::service_principals::SERVICE_PRINCIPAL;
use crate::entra::users::USER;
use crate::prelude::*;

pub(crate) static ROLE_ASSIGNMENT: EntityType = EntityType {
    kind: "azure_role_assignment",
    class: &["AccessPolicy"],
    doc: "A role that a principal holds at a scope, and at everything below it.",
    properties: &[
        text("principalId", "/properties/", "The object id of who holds the role."),
        text("principalType", "/properties/", "Such as `User` or `Group`."),
        text("roleDefinitionId", "/properties/", "The id of the role."),
        text("scope", "/properties/", "The id of where the role is held; `/` is everywhere."),
        text("description", "/properties/", "Why the role is held."),
        text("condition", "/properties/", "The condition under which the role counts."),
        text("conditionVersion", "/properties/", "The language of `condition`."),
        date("createdOn", "/properties/", "When the role was assigned."),
        date("updatedOn", "/properties/", "When the assignment was last changed."),
        list("actions", COMPUTED, "What the role lets its holders do to resources."),
        list("notActions", COMPUTED, "What `actions` does not include after all."),
        list("dataActions", COMPUTED, "What the role lets its holders do to data in resources."),
        list("notDataActions", COMPUTED, "What `dataActions` does not include after all."),
    ],
    ..EntityType::extension("Microsoft.Authorization/roleAssignments", "2022-04-01")
};

pub(crate) static STEP: Step =
    Step {
        id: "rm-authorization-role-assignments",
        name: "Role Assignments",
        // Classic administrators are gone: who is left of them holds a role.
        covers: &[
            "rm-authorization-classic-administrators",
            "rm-authorization-role-assignment-definition-relationships",
            "rm-authorization-role-assignment-principal-relationships",
            "rm-authorization-role-assignment-scope-relationships",
        ],
        list: List::of(&ROLE_ASSIGNMENT).filtered(),
        becomes: Becomes::one(&ROLE_ASSIGNMENT).links(&[
            Link::new(
                RelationshipClass::Assigned,
                &[&USER, &GROUP, &SERVICE_PRINCIPAL],
                "/properties/principalId",
            )
            .or_map(MAPPED_PRINCIPALS, principal),
            Link::new(RelationshipClass::Allows, &[], "/properties/scope")
                .or_map(&["mapping_source_allows_azure_scope"], scope),
            Link::uses(&[&ROLE_DEFINITION], "/properties/roleDefinitionId")
                .by(role_name)
                .inherits(&["actions", "notActions", "dataActions", "notDataActions"]),
        ]),
        needs: Needs::subscription("authorization"),
        ..Step::AZURE
    };

/// What a principal is by its type, where it is not collected.
const PRINCIPALS: &[(&str, &str)] = &[
    ("Application", "azure_application"),
    ("DirectoryObjectOrGroup", "azure_directory"),
    ("DirectoryRoleTemplate", "azure_directory_role_template"),
    ("Everyone", "azure_everyone"),
    ("ForeignGroup", "azure_foreign_group"),
    ("Group", GROUP.kind),
    ("MSI", "azure_msi"),
    ("ServicePrincipal", SERVICE_PRINCIPAL.kind),
    ("Unknown", "azure_unknown"),
    ("User", USER.kind),
];

const MAPPED_PRINCIPALS: &[&str] = &[
    "mapping_source_assigned_azure_application",
    "mapping_source_assigned_azure_directory",
    "mapping_source_assigned_azure_directory_role_template",
    "mapping_source_assigned_azure_everyone",
    "mapping_source_assigned_azure_foreign_group",
    "mapping_source_assigned_azure_msi",
    "mapping_source_assigned_azure_service_principal",
    "mapping_source_assigned_azure_unknown",
    "mapping_source_assigned_azure_unknown_principal_type",
    "mapping_source_assigned_azure_user",
    "mapping_source_assigned_azure_user_group",
];

fn principal(id: &str, assignment: &Item<'_>) -> Unresolved {
    let name = assignment.text("/properties/principalType").unwrap_or_default();
    let kind = PRINCIPALS.iter().find(|(principal, _)| *principal == name);
    let kind = kind.map_or("azure_unknown_principal_type", |(_, kind)| kind);
    let target = json!({ "_type": kind, "_key": Key::new(id) });
    map(&format!("mapping_source_assigned_{kind}"), &[&["_type", "_key"]], target)
}

fn scope(id: &str, _: &Item<'_>) -> Unresolved {
    let target = json!({ "_type": "azure_scope", "_key": id.to_ascii_lowercase(), "id": id });
    map("mapping_source_allows_azure_scope", &[&["id"]], target)
}
