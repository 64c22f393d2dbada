//! Role assignments: who holds which role, and where.

use graph::{Key, RelationshipClass, Unresolved};
use serde_json::json;

use crate::arm::authorization::role_definitions::{ROLE_DEFINITION, role_name};
use crate::convert::Item;
use crate::entity::{COMPUTED, EntityType, SUBRESOURCE, date, list, text};
use crate::entra::groups::GROUP;
use crate::entra::service_principals::SERVICE_PRINCIPAL;
use crate::entra::users::USER;
use crate::list::List;
use crate::step::{Link, Permission, Step};

pub(crate) static ROLE_ASSIGNMENT: EntityType = EntityType {
    kind: "azure_role_assignment",
    class: &["AccessPolicy"],
    doc: "A role that a principal holds at a scope, and at everything below it.",
    shared: SUBRESOURCE,
    properties: &[
        text("principalId", "/properties/principalId", "The object id of who holds the role."),
        text("principalType", "/properties/principalType", "Such as `User` or `Group`."),
        text("roleDefinitionId", "/properties/roleDefinitionId", "The id of the role."),
        text("scope", "/properties/scope", "The id of where the role is held; `/` is everywhere."),
        text("description", "/properties/description", "Why the role is held."),
        text("condition", "/properties/condition", "The condition under which the role counts."),
        text("conditionVersion", "/properties/conditionVersion", "The language of `condition`."),
        date("createdOn", "/properties/createdOn", "When the role was assigned."),
        date("updatedOn", "/properties/updatedOn", "When the assignment was last changed."),
        list("actions", COMPUTED, "What the role lets its holders do to resources."),
        list("notActions", COMPUTED, "What `actions` does not include after all."),
        list("dataActions", COMPUTED, "What the role lets its holders do to data in resources."),
        list("notDataActions", COMPUTED, "What `dataActions` does not include after all."),
    ],
};

pub(crate) static STEP: Step =
    Step {
        id: "rm-authorization-role-assignments",
        name: "Role Assignments",
        covers: &[
            "rm-authorization-role-assignment-definition-relationships",
            "rm-authorization-role-assignment-principal-relationships",
            "rm-authorization-role-assignment-scope-relationships",
        ],
        ingestion_source: Some("authorization"),
        list: List::resource_manager(
            "/subscriptions/{subscription}/providers/Microsoft.Authorization/roleAssignments",
            // Older versions leave out conditions, and thus show more access than there is.
            "2022-04-01",
        )
        .filtered(),
        permissions: &[Permission::Action("Microsoft.Authorization/roleAssignments/read")],
        emits: Some(&ROLE_ASSIGNMENT),
        links: &[
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
                .borrow(&["actions", "notActions", "dataActions", "notDataActions"]),
        ],
        ..Step::SUBSCRIPTION
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
    Unresolved::Map {
        kind: format!("mapping_source_assigned_{kind}"),
        filters: vec![vec!["_type".to_owned(), "_key".to_owned()]],
        target: target.as_object().cloned().unwrap_or_default(),
        skip_creation: false,
    }
}

fn scope(id: &str, _: &Item<'_>) -> Unresolved {
    let target = json!({ "_type": "azure_scope", "_key": id.to_ascii_lowercase(), "id": id });
    Unresolved::Map {
        kind: "mapping_source_allows_azure_scope".to_owned(),
        filters: vec![vec!["id".to_owned()]],
        target: target.as_object().cloned().unwrap_or_default(),
        skip_creation: false,
    }
}
