//! Application role assignments: who may use which application, and as what.

use serde_json::{Map, Value};

use crate::entra::groups::GROUP;
use crate::entra::service_principals::SERVICE_PRINCIPAL;
use crate::entra::users::USER;
use crate::prelude::*;

pub(crate) static STEP: Step = Step {
    id: "ad-role-service-principal-access",
    name: "Entra ID Service Principal Access",
    covers: &["ad-role-service_principal_access"],
    list: List::graph("/servicePrincipals/{id}/appRoleAssignedTo")
        .of_each(&[&SERVICE_PRINCIPAL])
        .query("$top=999")
        .also(&["appRoleId", "principalId"]),
    becomes: Becomes::related(&[Link::from_parent(
        RelationshipClass::Assigned,
        &[&USER, &GROUP, &SERVICE_PRINCIPAL],
        "/principalId",
    )
    .with(roles)
    .or_lose("appRoleAssignment.principalId")]),
    needs: Needs::DIRECTORY.graph(&["Application.Read.All"]),
    ..Step::AZURE
};

/// A principal may have several roles of one application. They are one relationship, whose lists of
/// roles are united.
fn roles(_: &str, assignment: &Item<'_>) -> Map<String, Value> {
    let role = assignment.text("/appRoleId");
    role.map(|role| ("appRoleIds".to_owned(), [role].as_slice().into())).into_iter().collect()
}
