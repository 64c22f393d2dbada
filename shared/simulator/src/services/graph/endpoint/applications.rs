//! Applications, what they have been granted, and how they prove who they are.

use super::definition::{Endpoint, Read, Reading, plain};
use crate::services::graph::error::Failure;
use crate::services::graph::list::{Item, List};
use crate::services::graph::permission::READ_APPLICATIONS;
use crate::world::directory::federation;
use crate::world::directory::grant::{self, Held};
use crate::world::directory::membership;
use crate::world::directory::object_kind::ObjectKind;
use crate::world::directory::owner;
use crate::world::directory::reference::Reference;

const READ_GRANTS: &[&str] = &[
    "DelegatedPermissionGrant.Read.All",
    "DelegatedPermissionGrant.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];

pub(super) static ALL: &[Endpoint] = &[
    plain("applications", &READ_APPLICATIONS, Read::All(applications)).counted().costing(2),
    plain("applications/{}", &READ_APPLICATIONS, Read::One("applications", one)).costing(2),
    plain("applications/{}/owners", &READ_APPLICATIONS, Read::List(application_owners)),
    plain(
        "applications/{}/federatedidentitycredentials",
        &READ_APPLICATIONS,
        Read::List(federated_credentials),
    ),
    plain("serviceprincipals/{}/owners", &READ_APPLICATIONS, Read::List(principal_owners)),
    plain("serviceprincipals/{}/memberof", &READ_APPLICATIONS, Read::List(member_of)),
    plain("serviceprincipals/{}/approleassignedto", &READ_APPLICATIONS, Read::List(assigned_to)),
    plain("serviceprincipals/{}/approleassignments", &READ_APPLICATIONS, Read::List(assignments))
        .costing(2),
    plain("oauth2permissiongrants", READ_GRANTS, Read::All(delegated)).filtered().costing(2),
];

fn applications<'a>(reading: &Reading<'a>) -> List<'a> {
    let tenant = &reading.cloud.tenant;
    List::of_kind(tenant, "applications", ObjectKind::Application, |application| {
        Item::of(tenant, application)
    })
}

fn find_application(reading: &Reading<'_>) -> Result<u64, Failure> {
    match Reference::find(&reading.cloud.tenant, reading.id()) {
        Some(Reference::Application(index)) => Ok(index),
        _ => Err(reading.not_found()),
    }
}

fn find_principal(reading: &Reading<'_>) -> Result<u64, Failure> {
    match Reference::find(&reading.cloud.tenant, reading.id()) {
        Some(Reference::ServicePrincipal(index)) => Ok(index),
        _ => Err(reading.not_found()),
    }
}

fn one<'a>(reading: &Reading<'a>) -> Result<Item<'a>, Failure> {
    let application = Reference::Application(find_application(reading)?);
    Ok(Item::of(&reading.cloud.tenant, application))
}

fn application_owners<'a>(reading: &Reading<'a>) -> Result<List<'a>, Failure> {
    let tenant = &reading.cloud.tenant;
    let application = Reference::Application(find_application(reading)?);
    Ok(List::of_references(tenant, owner::owners(tenant, application)))
}

fn principal_owners<'a>(reading: &Reading<'a>) -> Result<List<'a>, Failure> {
    let tenant = &reading.cloud.tenant;
    let principal = Reference::ServicePrincipal(find_principal(reading)?);
    Ok(List::of_references(tenant, owner::owners(tenant, principal)))
}

fn member_of<'a>(reading: &Reading<'a>) -> Result<List<'a>, Failure> {
    let tenant = &reading.cloud.tenant;
    Ok(List::of_references(tenant, membership::member_of(tenant, find_principal(reading)?)))
}

fn federated_credentials<'a>(reading: &Reading<'a>) -> Result<List<'a>, Failure> {
    let application = find_application(reading)?;
    let credentials = federation::credentials(&reading.cloud.tenant, application);
    let context = format!("applications('{}')/federatedIdentityCredentials", reading.id());
    Ok(List::of_documents(context, credentials))
}

fn assigned_to<'a>(reading: &Reading<'a>) -> Result<List<'a>, Failure> {
    let held = Held::new(&reading.cloud.tenant, find_principal(reading)?);
    let context = format!("servicePrincipals('{}')/appRoleAssignedTo", reading.id());
    let total = held.places();
    let get = move |place| held.get(place).map(Item::from);
    Ok(List::new(context, total, get).sparse())
}

fn assignments<'a>(reading: &Reading<'a>) -> Result<List<'a>, Failure> {
    let held = grant::held(&reading.cloud.tenant, find_principal(reading)?);
    let context = format!("servicePrincipals('{}')/appRoleAssignments", reading.id());
    Ok(List::of_documents(context, held))
}

fn delegated<'a>(reading: &Reading<'a>) -> List<'a> {
    let tenant = &reading.cloud.tenant;
    let get = |place| Some(Item::from(grant::delegated(tenant, place)));
    List::new("oauth2PermissionGrants", grant::delegated_count(tenant), get)
}
