//! Roles of the directory.

use serde_json::Value;

use super::{Endpoint, Read, Reading, plain};
use crate::directory::reference::Reference;
use crate::directory::role::{self, Assignment};
use crate::graph::error::Failure;
use crate::graph::list::{Item, List};
use crate::graph::route::READ_ROLES;

pub(super) static ALL: &[Endpoint] = &[
    plain("rolemanagement/directory/roledefinitions", READ_ROLES, Read::All(definitions))
        .filtered(),
    plain("rolemanagement/directory/roleassignments", READ_ROLES, Read::List(assignments))
        .filtered()
        .expanding(&["principal", "roleDefinition"]),
    plain("directoryroles", READ_ROLES, Read::All(directory_roles)).filtered(),
    plain("directoryroles/{}", READ_ROLES, Read::One("directoryRoles", directory_role)),
    plain("directoryroles/{}/members", READ_ROLES, Read::List(members)),
];

fn definitions<'a>(reading: &Reading<'a>) -> List<'a> {
    let tenant = &reading.cloud.tenant;
    let get = |place| Some(role::definition(tenant, place).into());
    List::new("roleManagement/directory/roleDefinitions", role::DEFINITIONS, get)
}

fn assignments<'a>(reading: &Reading<'a>) -> Result<List<'a>, Failure> {
    let (tenant, query) = (&reading.cloud.tenant, reading.query);
    // Documented: one relationship at a time.
    if query.expands("principal") && query.expands("roleDefinition") {
        return Err(Failure::unsupported_query(
            "Only one property can be expanded in a single query.",
        ));
    }
    let get = move |place| {
        let assignment = Assignment::active(tenant, place);
        // Of a principal that was deleted, nothing is left to show.
        let principal = || match assignment.principal() {
            Some(principal) if principal.exists(tenant) => {
                Item::typed(tenant, principal).json(None)
            }
            _ => Value::Null,
        };
        let definition = || Item::from(assignment.definition_document()).json(None);
        let item = Item::from(assignment.document());
        Some(item.expanded(query, "principal", principal).expanded(
            query,
            "roleDefinition",
            definition,
        ))
    };
    let context = "roleManagement/directory/roleAssignments";
    Ok(List::new(context, Assignment::count(tenant), get))
}

fn directory_roles<'a>(reading: &Reading<'a>) -> List<'a> {
    let tenant = &reading.cloud.tenant;
    let get = |index| Some(Item::of(tenant, Reference::DirectoryRole(index)));
    List::new("directoryRoles", role::IN_USE, get)
}

/// A role by its id.
fn find_role(reading: &Reading<'_>) -> Result<u64, Failure> {
    match Reference::find(&reading.cloud.tenant, reading.id()) {
        Some(Reference::DirectoryRole(index)) => Ok(index),
        _ => Err(reading.not_found()),
    }
}

fn directory_role<'a>(reading: &Reading<'a>) -> Result<Item<'a>, Failure> {
    let role = Reference::DirectoryRole(find_role(reading)?);
    Ok(Item::of(&reading.cloud.tenant, role))
}

fn members<'a>(reading: &Reading<'a>) -> Result<List<'a>, Failure> {
    let role = Reference::DirectoryRole(find_role(reading)?);
    Ok(List::of_members(&reading.cloud.tenant, role))
}
