//! What applications may do for themselves.

use graph::Name;
use serde_json::{Map, Value};

use super::APP_ROLE;
use crate::entra::service_principals::SERVICE_PRINCIPAL;
use crate::prelude::*;
use crate::property::milliseconds;

/// The role of those who are assigned to an application without a role.
const NO_ROLE: &str = "00000000-0000-0000-0000-000000000000";

/// The name of a role: its id is only unique within the application that knows it.
fn role(id: &str, assignment: &Item<'_>) -> Option<Name> {
    Some(Name::of_id(&format!("{}/appRoles/{id}", assignment.text("/resourceId")?)))
}

fn granted(_: &str, assignment: &Item<'_>) -> Map<String, Value> {
    let granted = assignment.text("/createdDateTime").and_then(milliseconds);
    granted.map(|at| ("createdOn".to_owned(), at.into())).into_iter().collect()
}

pub(crate) static STEP: Step = Step {
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
