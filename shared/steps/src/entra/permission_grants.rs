//! What applications are allowed to do at other applications, such as Microsoft Graph: application
//! permissions, which hold for them alone, and delegated ones, which hold for whom they act for.

use graph::{Entity, Name};
use serde_json::{Map, Value};

use crate::entity::milliseconds;
use crate::entra::service_principals::SERVICE_PRINCIPAL;
use crate::entra::users::USER;
use crate::prelude::*;

pub(crate) static APP_ROLE: EntityType = EntityType {
    kind: "azure_app_role",
    class: &["AccessRole"],
    doc: "A role that an application knows. One that applications can hold is called an application permission.",
    properties: &[
        text("name", COMPUTED, "What tokens call the role, such as `User.Read.All`."),
        text("value", COMPUTED, "What tokens call the role, such as `User.Read.All`."),
        text("description", "/description", "What the role lets its holders do."),
        list("allowedMemberTypes", "/allowedMemberTypes", "`Application`, `User`, or both."),
        flag("isEnabled", "/isEnabled", "Whether the role can be assigned."),
    ],
    ..EntityType::OBJECT
};

/// The roles that a service principal knows.
pub(crate) const ROLES: Part = Part::at(
    "/appRoles/*",
    Becomes::one(&APP_ROLE)
        .key(|role| role.key_below("appRoles", "/id"))
        .refine(|role, entity| {
            let value = role.text("/value").filter(|it| !it.is_empty());
            entity.set("name", value);
            entity.set("value", value);
        })
        .links(&[Link::of_parent(RelationshipClass::Has)]),
);

/// The role of those who are assigned to an application without a role.
const NO_ROLE: &str = "00000000-0000-0000-0000-000000000000";

pub(crate) static APPLICATION_PERMISSIONS: Step = Step {
    id: "ad-application-permissions",
    name: "Entra ID Application Permissions",
    list: List::graph("/servicePrincipals/{id}/appRoleAssignments")
        .of_each(&[&SERVICE_PRINCIPAL])
        .query("$top=999")
        .also(&["appRoleId", "createdDateTime", "resourceId"]),
    becomes: Becomes::related(&[Link::from_parent(
        RelationshipClass::Assigned,
        &[&APP_ROLE],
        "/appRoleId",
    )
    .by(role)
    .with(granted)
    .when(|assignment| assignment.text("/appRoleId") != Some(NO_ROLE))
    .or_lose("azure_app_role.id")]),
    needs: Needs::directory("ad-permission-grants").graph(&["Application.Read.All"]),
    ..Step::AZURE
};

/// The name of a role: its id is only unique within the application that knows it.
fn role(id: &str, assignment: &Item<'_>) -> Option<Name> {
    Some(Name::of_id(&format!("{}/appRoles/{id}", assignment.text("/resourceId")?)))
}

fn granted(_: &str, assignment: &Item<'_>) -> Map<String, Value> {
    let granted = assignment.text("/createdDateTime").and_then(milliseconds);
    granted.map(|at| ("createdOn".to_owned(), at.into())).into_iter().collect()
}

pub(crate) static DELEGATED: EntityType = EntityType {
    kind: "azure_delegated_permission_grant",
    class: &["AccessPolicy"],
    doc: "What an application may do at another one on behalf of one user, or of all.",
    properties: &[
        text("name", COMPUTED, "The permissions that are granted."),
        text("displayName", COMPUTED, "The permissions that are granted."),
        text("clientId", "/clientId", "The object id of the service principal that acts."),
        text("resourceId", "/resourceId", "The object id of the service principal acted upon."),
        text("principalId", "/principalId", "The object id of the user on whose behalf it acts."),
        text(
            "consentType",
            "/consentType",
            "`AllPrincipals` for all users, or `Principal` for one.",
        ),
        list("scopes", COMPUTED, "The permissions that are granted, such as `Mail.Read`."),
    ],
    ..EntityType::OBJECT
};

pub(crate) static DELEGATED_PERMISSIONS: Step = Step {
    id: "ad-delegated-permission-grants",
    name: "Entra ID Delegated Permission Grants",
    list: List::graph("/oauth2PermissionGrants").query("$top=999").also(&["scope"]),
    becomes: Becomes::one(&DELEGATED).refine(scopes).links(&[
        Link::of(&[&SERVICE_PRINCIPAL], "/clientId"),
        Link::new(RelationshipClass::Allows, &[&SERVICE_PRINCIPAL], "/resourceId"),
        Link::new(RelationshipClass::Assigned, &[&USER], "/principalId"),
    ]),
    needs: Needs::directory("ad-permission-grants").graph(&["Directory.Read.All"]),
    ..Step::AZURE
};

fn scopes(grant: &Item<'_>, entity: &mut Entity) {
    // Consent may be taken back scope by scope, until none is left.
    let scopes: Vec<&str> = grant.text("/scope").unwrap_or_default().split_whitespace().collect();
    let name = if scopes.is_empty() { "nothing".to_owned() } else { scopes.join(" ") };
    entity.set("name", Some(name.as_str()));
    entity.set("displayName", Some(name));
    entity.set("scopes", Some(scopes));
}
