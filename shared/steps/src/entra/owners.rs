//! Who owns groups, applications and service principals.
//!
//! An owner of a group decides who is in it; one of an application or a service principal can give it
//! a new credential, and then sign in as it.

use graph::RelationshipClass;

use crate::convert::{Item, Output};
use crate::entra::applications::APPLICATION;
use crate::entra::groups::GROUP;
use crate::entra::service_principals::SERVICE_PRINCIPAL;
use crate::entra::users::USER;
use crate::list::List;
use crate::step::{Link, Permission, Step};

/// Any other owner, such as a user of another directory whose object is gone, is not collected.
static OWNS: [Link; 1] =
    [Link::new(RelationshipClass::Owns, &[&USER, &SERVICE_PRINCIPAL], "").reverse()];

const OWNERS: Step =
    Step { ingestion_source: Some("ad-owners"), links: &OWNS, relate: owner, ..Step::DIRECTORY };

pub(crate) static OF_GROUPS: Step = Step {
    id: "ad-group-owners",
    name: "Entra ID Group Owners",
    list: List::graph("/groups/{id}/owners").of_each(&[&GROUP]).query("$top=999"),
    permissions: &[Permission::Graph("GroupMember.Read.All")],
    ..OWNERS
};

/// The owners that the list of owners leaves out.
///
/// Microsoft Graph's v1.0 does not list service principals as owners of groups (see "List group owners"
/// of its reference); asking for them by their type does, as it does for members. What both lists give
/// is one relationship in the end.
pub(crate) static SERVICE_PRINCIPALS_OF_GROUPS: Step = Step {
    id: "ad-group-service-principal-owners",
    name: "Entra ID Group Owners that are Service Principals",
    list: List::graph("/groups/{id}/owners/microsoft.graph.servicePrincipal")
        .of_each(&[&GROUP])
        .query("$count=true&$top=999")
        .eventual(),
    permissions: &[
        Permission::Graph("GroupMember.Read.All"),
        Permission::Graph("Application.Read.All"),
    ],
    ..OWNERS
};

pub(crate) static OF_APPLICATIONS: Step = Step {
    id: "ad-application-owners",
    name: "Entra ID Application Owners",
    list: List::graph("/applications/{id}/owners").of_each(&[&APPLICATION]).query("$top=999"),
    permissions: &[Permission::Graph("Application.Read.All")],
    ..OWNERS
};

pub(crate) static OF_SERVICE_PRINCIPALS: Step = Step {
    id: "ad-service-principal-owners",
    name: "Entra ID Service Principal Owners",
    list: List::graph("/servicePrincipals/{id}/owners")
        .of_each(&[&SERVICE_PRINCIPAL])
        .query("$top=999"),
    permissions: &[Permission::Graph("Application.Read.All")],
    ..OWNERS
};

fn owner(owner: &Item<'_>, out: &mut Output) {
    let [owns] = &OWNS;
    owns.relate_parent(owner, out);
}
