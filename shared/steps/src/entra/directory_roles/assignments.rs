//! Who holds roles of the directory.

use graph::{Name, RelationshipKey};
use serde_json::{Map, Value};

use super::{READ, ROLE_DEFINITION};
use crate::entra::groups::GROUP;
use crate::entra::service_principals::SERVICE_PRINCIPAL;
use crate::entra::users::USER;
use crate::prelude::*;

fn scopes(_: &str, assignment: &Item<'_>) -> Map<String, Value> {
    let scopes = scope(assignment).into_iter();
    scopes.map(|(name, scope)| (name.to_owned(), scope.into())).collect()
}

/// Who holds a role everywhere may hold it somewhere besides.
fn key(_: &str, assignment: &Item<'_>) -> Option<RelationshipKey> {
    let (_, scope) = scope(assignment).into_iter().rfind(|(_, scope)| *scope != "/")?;
    let principal = Name::of_id(assignment.text("/principalId")?);
    let key = format!("{}|has|{}", principal.as_str(), scope.to_ascii_lowercase());
    Some(RelationshipKey::Prefix(key))
}

/// Where a role is held.
fn scope<'i>(assignment: &Item<'i>) -> Vec<(&'static str, &'i str)> {
    let names = [("directoryScopeId", "/directoryScopeId"), ("appScopeId", "/appScopeId")];
    let scope = |(name, path)| Some((name, assignment.text(path).filter(|it| !it.is_empty())?));
    names.into_iter().filter_map(scope).collect()
}

pub(crate) static STEP: Step = Step {
    id: "ad-role-assignments",
    name: "Entra ID Role Assignments",
    list: List::graph("/roleManagement/directory/roleAssignments").also(&[
        "appScopeId",
        "directoryScopeId",
        "principalId",
        "roleDefinitionId",
    ]),
    becomes: Becomes::related(&[Link::new(
        RelationshipClass::Has,
        &[&ROLE_DEFINITION],
        "/roleDefinitionId",
    )
    // What the principal is, the linker finds out.
    .subject(&[&USER, &GROUP, &SERVICE_PRINCIPAL], "/principalId")
    .with(scopes)
    .key(key)
    .or_lose("unifiedRoleAssignment.principalId")]),
    needs: Needs::DIRECTORY.graph(READ),
    ..Step::AZURE
};
