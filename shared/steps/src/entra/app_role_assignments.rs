//! Application role assignments: who may use which application, and as what.

use graph::{End, Name, RelationshipClass};

use crate::convert::{Item, Output};
use crate::entra::groups::GROUP;
use crate::entra::service_principals::SERVICE_PRINCIPAL;
use crate::entra::users::USER;
use crate::list::List;
use crate::step::{Link, Permission, Step};

pub(crate) static STEP: Step = Step {
    id: "ad-role-service-principal-access",
    name: "Entra ID Service Principal Access",
    covers: &["ad-role-service_principal_access"],
    list: List::graph("/servicePrincipals/{id}/appRoleAssignedTo")
        .of_each(&[&SERVICE_PRINCIPAL])
        .query("$top=999")
        .also(&["appRoleId", "principalId"]),
    permissions: &[Permission::Graph("Application.Read.All")],
    links: &ASSIGNED,
    relate: assignment,
    ..Step::DIRECTORY
};

static ASSIGNED: [Link; 1] =
    [Link::new(RelationshipClass::Assigned, &[&USER, &GROUP, &SERVICE_PRINCIPAL], "")];

/// A principal may have several roles of one application. They are one relationship, whose lists of
/// roles are united.
fn assignment(item: &Item<'_>, out: &mut Output) {
    let (Some(application), Some(principal)) = (item.parent, item.text("/principalId")) else {
        return out.lose("appRoleAssignment.principalId".to_owned());
    };
    let [assigned] = &ASSIGNED;
    let application = End::known(application.key, application.kind);
    let mut reference = assigned.reference(application, End::named(Name::of_id(principal)));
    if let Some(role) = item.text("/appRoleId") {
        reference.properties.insert("appRoleIds".to_owned(), [role].as_slice().into());
    }
    out.references.push(reference);
}
