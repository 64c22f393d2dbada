//! Who owns groups, applications and service principals.
//!
//! An owner of a group decides who is in it; one of an application or a service principal can give
//! it a new credential, and then sign in as it.

use crate::entra::applications::APPLICATION;
use crate::entra::groups::GROUP;
use crate::entra::service_principals::SERVICE_PRINCIPAL;
use crate::entra::users::USER;
use crate::prelude::*;

/// Any other owner, such as a user of another directory whose object is gone, is not collected.
static OWNED: [Link; 1] =
    [Link::from_parent(RelationshipClass::Owns, &[&USER, &SERVICE_PRINCIPAL], "/id").reverse()];

const OWNERS: Needs = Needs::directory("ad-owners");

pub(crate) static OF_GROUPS: Step = Step {
    id: "ad-group-owners",
    name: "Entra ID Group Owners",
    list: List::graph("/groups/{id}/owners").of_each(&[&GROUP]).query("$top=999").expanded(),
    becomes: Becomes::related(&OWNED),
    needs: OWNERS.graph(&["GroupMember.Read.All"]),
    ..Step::AZURE
};

/// The owners that the list of owners leaves out.
///
/// Microsoft Graph's v1.0 does not list service principals as owners of groups (see "List group
/// owners" of its reference); asking for them by their type does, as it does for members. What both
/// lists give is one relationship in the end.
pub(crate) static SERVICE_PRINCIPALS_OF_GROUPS: Step = Step {
    id: "ad-group-service-principal-owners",
    name: "Entra ID Group Owners that are Service Principals",
    list: List::graph("/groups/{id}/owners/microsoft.graph.servicePrincipal")
        .of_each(&[&GROUP])
        .query("$count=true&$top=999")
        .eventual(),
    becomes: Becomes::related(&OWNED),
    needs: OWNERS.graph(&["GroupMember.Read.All", "Application.Read.All"]),
    ..Step::AZURE
};

pub(crate) static OF_APPLICATIONS: Step = Step {
    id: "ad-application-owners",
    name: "Entra ID Application Owners",
    list: List::graph("/applications/{id}/owners").of_each(&[&APPLICATION]).query("$top=999"),
    becomes: Becomes::related(&OWNED),
    needs: OWNERS.graph(&["Application.Read.All"]),
    ..Step::AZURE
};

pub(crate) static OF_SERVICE_PRINCIPALS: Step = Step {
    id: "ad-service-principal-owners",
    name: "Entra ID Service Principal Owners",
    list: List::graph("/servicePrincipals/{id}/owners")
        .of_each(&[&SERVICE_PRINCIPAL])
        .query("$top=999"),
    becomes: Becomes::related(&OWNED),
    needs: OWNERS.graph(&["Application.Read.All"]),
    ..Step::AZURE
};
