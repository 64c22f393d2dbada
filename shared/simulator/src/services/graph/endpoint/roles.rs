//! Roles of the directory.

use serde_json::Value;

use super::definition::{Endpoint, Read, Reading, plain};
use crate::services::graph::error::Failure;
use crate::services::graph::list::{Item, List};
use crate::services::graph::permission::READ_ROLES;
use crate::world::directory::reference::Reference;
use crate::world::directory::role;
use crate::world::directory::role::assignment::Assignment;

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
    let get = |place| Some(role::definition::definition(tenant, place).into());
    List::new("roleManagement/directory/roleDefinitions", role::definition::DEFINITIONS, get)
}

/// Refuses more than one relationship at a time, as documented.
pub(super) fn check_expanded(reading: &Reading<'_>) -> Result<(), Failure> {
    let query = reading.query;
    if query.expands("principal") && query.expands("roleDefinition") {
        return Err(Failure::unsupported_query(
            "Only one property can be expanded in a single query.",
        ));
    }
    Ok(())
}

/// An assignment, or a schedule of one, with its principal or its role if that is asked for.
pub(super) fn expanded<'a>(
    item: Item<'a>,
    assignment: &Assignment<'_>,
    reading: &Reading<'a>,
) -> Item<'a> {
    let (tenant, query) = (&reading.cloud.tenant, reading.query);
    // Of a principal that was deleted, nothing is left to show.
    let principal = || match assignment.principal() {
        Some(principal) if principal.exists(tenant) => {
            Item::typed(tenant, principal).json(query.expanded_select("principal"))
        }
        _ => Value::Null,
    };
    let definition = || {
        Item::from(assignment.definition_document()).json(query.expanded_select("roleDefinition"))
    };
    let item = item.expanded(query, "principal", principal);
    item.expanded(query, "roleDefinition", definition)
}

fn assignments<'a>(reading: &Reading<'a>) -> Result<List<'a>, Failure> {
    let reading = *reading;
    let tenant = &reading.cloud.tenant;
    check_expanded(&reading)?;
    let get = move |place| {
        let assignment = Assignment::active(tenant, place)?;
        Some(expanded(Item::from(assignment.document()), &assignment, &reading))
    };
    let context = "roleManagement/directory/roleAssignments";
    Ok(List::new(context, Assignment::count(tenant), get).sparse())
}

fn directory_roles<'a>(reading: &Reading<'a>) -> List<'a> {
    let tenant = &reading.cloud.tenant;
    let get = |index| Some(Item::of(tenant, Reference::DirectoryRole(index)));
    List::new("directoryRoles", role::definition::IN_USE, get)
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
