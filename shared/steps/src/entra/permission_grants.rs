//! What applications are allowed to do at other applications, such as Microsoft Graph: application
//! permissions, which hold for them alone, and delegated ones, which hold for whom they act for.

use graph::{End, Entity, Key, Name, RelationshipClass};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::to_raw_value;

use crate::convert::{Item, Output};
use crate::entity::{COMPUTED, EntityType, OBJECT, flag, list, milliseconds, text};
use crate::entra::service_principals::SERVICE_PRINCIPAL;
use crate::entra::users::USER;
use crate::list::List;
use crate::step::{Link, Permission, Step};

pub(crate) static APP_ROLE: EntityType = EntityType {
    kind: "azure_app_role",
    class: &["AccessRole"],
    doc: "A role that an application knows. One that applications can hold is called an application permission.",
    shared: OBJECT,
    properties: &[
        text("name", COMPUTED, "What tokens call the role, such as `User.Read.All`."),
        text("value", COMPUTED, "What tokens call the role, such as `User.Read.All`."),
        text("description", "/description", "What the role lets its holders do."),
        list("allowedMemberTypes", COMPUTED, "`Application`, `User`, or both."),
        flag("isEnabled", COMPUTED, "Whether the role can be assigned."),
    ],
};

/// The field of a service principal with the roles that it knows.
pub(crate) const ROLES: &str = "appRoles";

/// To the roles that an application knows.
pub(crate) const HAS_ROLE: Link = Link::new(RelationshipClass::Has, APP_ROLES, "");

const APP_ROLES: &[&EntityType] = &[&APP_ROLE];

/// Adds the roles that a service principal knows: the step of service principals calls it.
pub(crate) fn roles(principal: &Item<'_>, out: &mut Output) {
    let Some(key) = principal.key("/id") else { return };
    for json in principal.values("/appRoles/*") {
        let Ok(raw) = to_raw_value(json) else { continue };
        let item = Item { json, raw: &raw, parent: None, scope: principal.scope };
        let Some(id) = item.id().filter(|it| !it.is_empty()) else {
            out.lose(format!("{}.id", APP_ROLE.kind));
            continue;
        };
        let role = Key::new(&role_id(key.as_str(), id));
        let mut entity = APP_ROLE.entity(role.clone(), &item, &mut out.drift);
        let value = item.text("/value").filter(|it| !it.is_empty());
        entity.set("name", value);
        entity.set("value", value);
        entity.set("allowedMemberTypes", Some(item.texts("/allowedMemberTypes/*")));
        entity.set("isEnabled", json.get("isEnabled").and_then(Value::as_bool));
        out.entities.push(entity);
        let known = End::known(&role, APP_ROLE.kind);
        out.references.push(HAS_ROLE.reference(End::known(&key, SERVICE_PRINCIPAL.kind), known));
    }
}

/// The id of a role: it is only unique within the application that knows it.
fn role_id(resource: &str, role: &str) -> String {
    format!("{resource}/{ROLES}/{role}")
}

/// The role of those who are assigned to an application without a role.
const NO_ROLE: &str = "00000000-0000-0000-0000-000000000000";

static ASSIGNED: [Link; 1] = [Link::new(RelationshipClass::Assigned, &[&APP_ROLE], "")];

pub(crate) static APPLICATION_PERMISSIONS: Step = Step {
    id: "ad-application-permissions",
    name: "Entra ID Application Permissions",
    ingestion_source: Some("ad-permission-grants"),
    list: List::graph("/servicePrincipals/{id}/appRoleAssignments")
        .of_each(&[&SERVICE_PRINCIPAL])
        .query("$top=999")
        .also(&["appRoleId", "createdDateTime", "resourceId"]),
    permissions: &[Permission::Graph("Application.Read.All")],
    links: &ASSIGNED,
    relate: assignment,
    ..Step::DIRECTORY
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Assignment {
    app_role_id: String,
    resource_id: String,
    created_date_time: Option<String>,
}

fn assignment(assignment: &Item<'_>, out: &mut Output) {
    let Some(principal) = assignment.parent else { return };
    let Some(it) = assignment.view::<Assignment>("") else {
        return out.lose(format!("{}.id", APP_ROLE.kind));
    };
    if it.app_role_id == NO_ROLE {
        return;
    }
    let [assigned] = &ASSIGNED;
    let role = Name::of_id(&role_id(&it.resource_id, &it.app_role_id));
    let principal = End::known(principal.key, principal.kind);
    let mut reference = assigned.reference(principal, End::named(role));
    let granted = it.created_date_time.as_deref().and_then(milliseconds);
    reference.properties =
        granted.map(|at| ("createdOn".to_owned(), at.into())).into_iter().collect();
    out.references.push(reference);
}

pub(crate) static DELEGATED: EntityType = EntityType {
    kind: "azure_delegated_permission_grant",
    class: &["AccessPolicy"],
    doc: "What an application may do at another one on behalf of one user, or of all.",
    shared: OBJECT,
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
};

pub(crate) static DELEGATED_PERMISSIONS: Step = Step {
    id: "ad-delegated-permission-grants",
    name: "Entra ID Delegated Permission Grants",
    ingestion_source: Some("ad-permission-grants"),
    list: List::graph("/oauth2PermissionGrants").query("$top=999").also(&["scope"]),
    permissions: &[Permission::Graph("Directory.Read.All")],
    emits: Some(&DELEGATED),
    links: &[
        Link::of(&[&SERVICE_PRINCIPAL], "/clientId"),
        Link::new(RelationshipClass::Allows, &[&SERVICE_PRINCIPAL], "/resourceId"),
        Link::new(RelationshipClass::Assigned, &[&USER], "/principalId"),
    ],
    refine: scopes,
    ..Step::DIRECTORY
};

fn scopes(grant: &Item<'_>, entity: &mut Entity) {
    // Consent may be taken back scope by scope, until none is left.
    let scopes: Vec<&str> = grant.text("/scope").unwrap_or_default().split_whitespace().collect();
    let name = if scopes.is_empty() { "nothing".to_owned() } else { scopes.join(" ") };
    entity.set("name", Some(name.as_str()));
    entity.set("displayName", Some(name));
    entity.set("scopes", Some(scopes));
}
