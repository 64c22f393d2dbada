//! Entitlement management.

use serde_json::Value;

use super::definition::{Endpoint, Read, Reading, plain};
use crate::services::graph::error::Failure;
use crate::services::graph::list::{Item, List};
use crate::world::directory::entitlement::{self, request};
use crate::world::guid::Kind;

/// Documented for the approval of a request is that applications cannot read it. The same
/// permissions were seen to suffice.
const READ: &[&str] = &["EntitlementManagement.Read.All", "EntitlementManagement.ReadWrite.All"];

pub(super) static ALL: &[Endpoint] = &[
    plain("identitygovernance/entitlementmanagement/accesspackages", READ, Read::All(packages))
        .filtered(),
    plain("identitygovernance/entitlementmanagement/assignments", READ, Read::All(assignments))
        .filtered()
        .expanding(&["accessPackage", "assignmentPolicy", "target"]),
    plain("identitygovernance/entitlementmanagement/assignmentpolicies", READ, Read::All(policies))
        .filtered(),
    plain("identitygovernance/entitlementmanagement/assignmentrequests", READ, Read::All(requests))
        .filtered()
        .expanding(&["requestor", "accessPackage"]),
    plain(
        "identitygovernance/entitlementmanagement/accesspackageassignmentapprovals/{}",
        READ,
        Read::One("accessPackageAssignmentApprovals", approval),
    ),
    plain("identitygovernance/entitlementmanagement/catalogs", READ, Read::All(catalogs))
        .filtered()
        .expanding(&["accessPackages"]),
    plain(
        "identitygovernance/entitlementmanagement/catalogs/{}/resources",
        READ,
        Read::List(resources),
    )
    .filtered()
    .expanding(&["scopes", "roles"]),
];

fn packages<'a>(reading: &Reading<'a>) -> List<'a> {
    let tenant = &reading.cloud.tenant;
    let get = |place| Some(entitlement::package(tenant, place).into());
    List::new("accessPackages", entitlement::packages(tenant), get)
}

fn assignments<'a>(reading: &Reading<'a>) -> List<'a> {
    let (tenant, query) = (&reading.cloud.tenant, reading.query);
    let get = move |place| {
        let (assignment, [package, policy, target]) = entitlement::assignment(tenant, place);
        Some(
            Item::from(assignment)
                .expanded(query, "accessPackage", || package)
                .expanded(query, "assignmentPolicy", || policy)
                .expanded(query, "target", || target),
        )
    };
    List::new("assignments", entitlement::assignments(tenant), get)
}

fn policies<'a>(reading: &Reading<'a>) -> List<'a> {
    let tenant = &reading.cloud.tenant;
    let get = |place| entitlement::policy(tenant, place).map(Item::from);
    let total = entitlement::policies(tenant);
    List::new("assignmentPolicies", total, get).sparse()
}

fn requests<'a>(reading: &Reading<'a>) -> List<'a> {
    let (tenant, query) = (&reading.cloud.tenant, reading.query);
    let get = move |place| {
        let (request, [requestor, package]) = request::request(tenant, place);
        Some(Item::from(request).expanded(query, "requestor", || requestor).expanded(
            query,
            "accessPackage",
            || package,
        ))
    };
    List::new("assignmentRequests", request::count(tenant), get)
}

fn find(reading: &Reading<'_>, kind: Kind, count: u64) -> Result<u64, Failure> {
    let index = reading.cloud.tenant.guids.index(kind, reading.id());
    index.filter(|index| *index < count).ok_or_else(|| reading.not_found())
}

fn approval<'a>(reading: &Reading<'a>) -> Result<Item<'a>, Failure> {
    let tenant = &reading.cloud.tenant;
    let place = find(reading, Kind::AccessPackageRequest, request::count(tenant))?;
    let approval = request::approval(tenant, place).ok_or_else(|| reading.not_found())?;
    Ok(approval.into())
}

fn catalogs<'a>(reading: &Reading<'a>) -> List<'a> {
    let (tenant, query) = (&reading.cloud.tenant, reading.query);
    let get = move |place| {
        let packages = || Value::Array(entitlement::packages_in(tenant, place));
        let catalog = Item::from(entitlement::catalog(tenant, place));
        Some(catalog.expanded(query, "accessPackages", packages))
    };
    List::new("catalogs", entitlement::catalogs(tenant), get)
}

fn resources<'a>(reading: &Reading<'a>) -> Result<List<'a>, Failure> {
    let (tenant, query) = (&reading.cloud.tenant, reading.query);
    let catalogs = entitlement::catalogs(tenant);
    let catalog = find(reading, Kind::AccessPackageCatalog, catalogs)?;
    let get = move |place| {
        let (resource, scopes, roles) = entitlement::resource(tenant, catalog, place);
        let item = Item::from(resource);
        Some(item.expanded(query, "scopes", || scopes).expanded(query, "roles", || roles))
    };
    let context = format!("catalogs('{}')/resources", reading.id());
    Ok(List::new(context, entitlement::resources(tenant, catalog), get))
}
