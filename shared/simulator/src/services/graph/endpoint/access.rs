//! Conditional access, and the policy for access across tenants.

use super::definition::{Endpoint, Family, Read, Reading, plain};
use crate::services::graph::list::{Item, List};
use crate::world::directory::{conditional_access, conditional_access_template, cross_tenant};

const READ_POLICIES: &[&str] = &["Policy.Read.All"];

/// "List authenticationContextClassReferences": the first is the least that will do.
const READ_CONTEXTS: &[&str] = &[
    "AuthenticationContext.Read.All",
    "AuthenticationContext.ReadWrite.All",
    "Policy.Read.ConditionalAccess",
    "Policy.ReadWrite.ConditionalAccess",
];

const READ_CONDITIONAL_ACCESS: &[&str] = &["Policy.Read.ConditionalAccess", "Policy.Read.All"];

pub(super) static ALL: &[Endpoint] = &[
    plain("identity/conditionalaccess/policies", READ_CONDITIONAL_ACCESS, Read::All(policies))
        .filtered()
        .of(Family::Policies),
    plain(
        "identity/conditionalaccess/namedlocations",
        READ_CONDITIONAL_ACCESS,
        Read::All(locations),
    )
    .filtered()
    .of(Family::Policies),
    plain("identity/conditionalaccess/templates", READ_POLICIES, Read::All(templates))
        .filtered()
        .of(Family::Policies),
    plain(
        "identity/conditionalaccess/authenticationcontextclassreferences",
        READ_CONTEXTS,
        Read::All(contexts),
    )
    .filtered()
    .of(Family::Policies),
    plain(
        "policies/crosstenantaccesspolicy",
        READ_POLICIES,
        Read::One("policies/crossTenantAccessPolicy", |_| Ok(cross_tenant::policy().into())),
    )
    .of(Family::Policies),
    plain(
        "policies/crosstenantaccesspolicy/default",
        READ_POLICIES,
        Read::One("policies/crossTenantAccessPolicy/default", |_| {
            Ok(cross_tenant::default().into())
        }),
    )
    .of(Family::Policies),
    plain(
        "policies/crosstenantaccesspolicy/partners",
        READ_POLICIES,
        Read::All(cross_tenant_partners),
    )
    .of(Family::Policies)
    .expanding(&["identitySynchronization"]),
];

fn policies<'a>(reading: &Reading<'a>) -> List<'a> {
    let tenant = &reading.cloud.tenant;
    let get = |place| Some(conditional_access::policy(tenant, place).into());
    let total = conditional_access::policies(tenant);
    List::new("identity/conditionalAccess/policies", total, get)
}

fn locations<'a>(reading: &Reading<'a>) -> List<'a> {
    let tenant = &reading.cloud.tenant;
    let get = |place| Some(conditional_access::location(tenant, place).into());
    let context = "identity/conditionalAccess/namedLocations";
    List::new(context, conditional_access::LOCATIONS, get)
}

fn templates<'a>(_: &Reading<'a>) -> List<'a> {
    let get = |place| Some(conditional_access_template::template(place).into());
    let context = "identity/conditionalAccess/templates";
    List::new(context, conditional_access_template::COUNT, get)
}

fn contexts<'a>(_: &Reading<'a>) -> List<'a> {
    let get = |place| Some(conditional_access::context(place).into());
    let context = "identity/conditionalAccess/authenticationContextClassReferences";
    List::new(context, conditional_access::CONTEXTS, get)
}

fn cross_tenant_partners<'a>(reading: &Reading<'a>) -> List<'a> {
    let tenant = &reading.cloud.tenant;
    let query = reading.query;
    let get = move |place| {
        let partner = Item::from(cross_tenant::partner(tenant, place));
        let synchronization = || cross_tenant::synchronization(tenant, place);
        Some(partner.expanded(query, "identitySynchronization", synchronization))
    };
    let context = "policies/crossTenantAccessPolicy/partners";
    List::new(context, cross_tenant::PARTNERS, get)
}
