//! The service principals in groups.

use super::GROUP;
use crate::entra::service_principals::SERVICE_PRINCIPAL;
use crate::prelude::*;
use crate::watch::Watch;

/// Directory roles and administrative units come as well, and steps of their own read who is in
/// them.
fn is_group(item: &Item<'_>) -> bool {
    item.text("/@odata.type") == Some("#microsoft.graph.group")
}

/// The members that the list of members may leave out: Microsoft Graph's v1.0 does not list service
/// principals as members of every group.
///
/// So each service principal is asked which groups it is in. There are far fewer of them than of
/// groups, each of which could be asked for its members of that type. What both lists give is one
/// relationship in the end.
pub(crate) static STEP: Step = Step {
    id: "ad-group-service-principal-members",
    name: "Entra ID Group Members that are Service Principals",
    list: List::graph("/servicePrincipals/{id}/memberOf")
        .of_each(&[&SERVICE_PRINCIPAL])
        .query("$top=999")
        .delta(&[Watch::containers("/groups/delta", "members")]),
    becomes: Becomes::related(&[Link::from_parent(RelationshipClass::Has, &[&GROUP], "/id")
        .reverse()
        .when(is_group)]),
    needs: Needs::directory("ad-groups").graph(&["Application.Read.All"]),
    ..Step::AZURE
};
