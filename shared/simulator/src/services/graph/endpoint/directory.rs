//! Domains, devices, administrative units, owners of groups, and reports.

use super::definition::{Endpoint, Family, Read, Reading, plain};
use crate::services::graph::error::Failure;
use crate::services::graph::list::{Item, List};
use crate::services::graph::permission::{READ_DEVICES, READ_GROUPS, READ_UNITS};
use crate::world::directory::administrative_unit::{self, AdministrativeUnit};
use crate::world::directory::device::Device;
use crate::world::directory::object_kind::ObjectKind;
use crate::world::directory::reference::Reference;
use crate::world::directory::{domain, licence, owner, registration};
use crate::world::tenant::Tenant;

const READ_DOMAINS: &[&str] =
    &["Domain.Read.All", "Domain.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"];

const READ_LICENCES: &[&str] = &[
    "LicenseAssignment.Read.All",
    "LicenseAssignment.ReadWrite.All",
    "Organization.Read.All",
    "Organization.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];

const READ_REPORTS: &[&str] = &["AuditLog.Read.All"];

pub(super) static ALL: &[Endpoint] = &[
    plain("domains", READ_DOMAINS, Read::All(domains)),
    plain("subscribedskus", READ_LICENCES, Read::All(subscribed_skus)),
    plain("devices", &READ_DEVICES, Read::All(devices))
        .counted()
        .expanding(&["registeredOwners", "registeredUsers"]),
    plain("devices/{}", &READ_DEVICES, Read::One("devices", device))
        .expanding(&["registeredOwners", "registeredUsers"]),
    plain("devices/{}/registeredowners", &READ_DEVICES, Read::List(registered_owners)),
    plain("devices/{}/registeredusers", &READ_DEVICES, Read::List(registered_users)),
    plain("groups/{}/owners", &READ_GROUPS, Read::List(group_owners)),
    plain(
        "groups/{}/owners/microsoft.graph.serviceprincipal",
        &READ_GROUPS,
        Read::List(group_principal_owners),
    ),
    plain("directory/administrativeunits", READ_UNITS, Read::All(units)).counted(),
    plain(
        "directory/administrativeunits/{}",
        READ_UNITS,
        Read::One("directory/administrativeUnits", unit),
    ),
    plain("directory/administrativeunits/{}/members", READ_UNITS, Read::List(unit_members))
        .counted(),
    plain(
        "directory/administrativeunits/{}/scopedrolemembers",
        READ_UNITS,
        Read::List(scoped_members),
    ),
    plain(
        "reports/authenticationmethods/userregistrationdetails",
        READ_REPORTS,
        Read::List(registrations),
    )
    .filtered()
    .of(Family::Reports),
];

fn subscribed_skus<'a>(reading: &Reading<'a>) -> List<'a> {
    let tenant = &reading.cloud.tenant;
    List::new("subscribedSkus", licence::COUNT, |place| {
        Some(licence::subscribed_sku(tenant, place)?.into())
    })
}

fn domains<'a>(reading: &Reading<'a>) -> List<'a> {
    let tenant = &reading.cloud.tenant;
    let get = |place| Some(domain::domain(tenant, place).into());
    List::new("domains", domain::COUNT, get)
}

fn devices<'a>(reading: &Reading<'a>) -> List<'a> {
    let reading = *reading;
    List::of_kind(&reading.cloud.tenant, "devices", ObjectKind::Device, move |device| {
        with_users(&reading, device)
    })
}

/// A device, with its users and owners if they are asked for.
fn with_users<'a>(reading: &Reading<'a>, device: Reference) -> Item<'a> {
    let (tenant, query) = (&reading.cloud.tenant, reading.query);
    let first = |most| move || registrations_of(tenant, device).take(most).collect();
    Item::of(tenant, device).related(tenant, query, "registeredOwners", first(1)).related(
        tenant,
        query,
        "registeredUsers",
        first(usize::MAX),
    )
}

/// Who was registered with a device, still there or not. The first one owns it.
fn registrations_of(tenant: &Tenant, device: Reference) -> impl Iterator<Item = Reference> {
    let device = match device {
        Reference::Device(index) => Some(Device::new(tenant, index)),
        _ => None,
    };
    device.into_iter().flat_map(|it| (0..it.users()).map(move |place| it.user(place)))
}

fn find_device(reading: &Reading<'_>) -> Result<Reference, Failure> {
    let found = Reference::find(&reading.cloud.tenant, reading.id());
    found.filter(|it| matches!(it, Reference::Device(_))).ok_or_else(|| reading.not_found())
}

fn device<'a>(reading: &Reading<'a>) -> Result<Item<'a>, Failure> {
    Ok(with_users(reading, find_device(reading)?))
}

fn registered<'a>(reading: &Reading<'a>, most: usize) -> Result<List<'a>, Failure> {
    let tenant = &reading.cloud.tenant;
    let users = registrations_of(tenant, find_device(reading)?).take(most);
    Ok(List::of_references(tenant, users.filter(|user| user.exists(tenant)).collect()))
}

fn registered_owners<'a>(reading: &Reading<'a>) -> Result<List<'a>, Failure> {
    registered(reading, 1)
}

fn registered_users<'a>(reading: &Reading<'a>) -> Result<List<'a>, Failure> {
    registered(reading, usize::MAX)
}

/// The owners of a group.
fn owners_of_group(reading: &Reading<'_>) -> Result<Vec<Reference>, Failure> {
    let tenant = &reading.cloud.tenant;
    match Reference::find(tenant, reading.id()) {
        Some(group @ Reference::Group(_)) => Ok(owner::owners(tenant, group)),
        _ => Err(reading.not_found()),
    }
}

fn group_owners<'a>(reading: &Reading<'a>) -> Result<List<'a>, Failure> {
    let mut owners = owners_of_group(reading)?;
    // Version 1.0 shows service principals among them only if they are asked for by their type, or
    // expanded ("List group owners", and issue 19619 of microsoftgraph/microsoft-graph-docs).
    owners.retain(|it| !matches!(it, Reference::ServicePrincipal(_)));
    Ok(List::of_references(&reading.cloud.tenant, owners))
}

fn group_principal_owners<'a>(reading: &Reading<'a>) -> Result<List<'a>, Failure> {
    let mut owners = owners_of_group(reading)?;
    owners.retain(|it| matches!(it, Reference::ServicePrincipal(_)));
    Ok(List::of_references(&reading.cloud.tenant, owners))
}

fn units<'a>(reading: &Reading<'a>) -> List<'a> {
    let tenant = &reading.cloud.tenant;
    let get = |index| Some(Item::of(tenant, Reference::AdministrativeUnit(index)));
    List::new("directory/administrativeUnits", administrative_unit::count(tenant), get)
}

fn find_unit(reading: &Reading<'_>) -> Result<u64, Failure> {
    match Reference::find(&reading.cloud.tenant, reading.id()) {
        Some(Reference::AdministrativeUnit(index)) => Ok(index),
        _ => Err(reading.not_found()),
    }
}

fn unit<'a>(reading: &Reading<'a>) -> Result<Item<'a>, Failure> {
    let unit = Reference::AdministrativeUnit(find_unit(reading)?);
    Ok(Item::of(&reading.cloud.tenant, unit))
}

fn unit_members<'a>(reading: &Reading<'a>) -> Result<List<'a>, Failure> {
    let unit = Reference::AdministrativeUnit(find_unit(reading)?);
    Ok(List::of_members(&reading.cloud.tenant, unit))
}

fn scoped_members<'a>(reading: &Reading<'a>) -> Result<List<'a>, Failure> {
    let unit = AdministrativeUnit::new(&reading.cloud.tenant, find_unit(reading)?);
    Ok(List::of_documents("scopedRoleMemberships", unit.scoped_members()))
}

fn registrations<'a>(reading: &Reading<'a>) -> Result<List<'a>, Failure> {
    let tenant = &reading.cloud.tenant;
    if !tenant.is_premium {
        return Err(Failure::not_premium());
    }
    let get = |user| Some(registration::row(tenant, user).into());
    let context = "reports/authenticationMethods/userRegistrationDetails";
    Ok(List::new(context, tenant.users, get))
}
