//! What applications have been granted: app roles, which application permissions are, and delegated
//! permissions.
//!
//! An assignment of an app role is listed with the one who has it and with the resource that offers
//! it, so that both sides are made of the same numbers.

use serde_json::json;

use super::app_role::app_role;
use super::document::Document;
use super::permission::{ROLES, SCOPES};
use super::reference::Reference;
use super::service_principal::ServicePrincipal;
use crate::world::dates::{DAY, TODAY, fraction};
use crate::world::guid::Kind;
use crate::world::random::{Draw, nth};
use crate::world::tenant::Tenant;

/// The role that stands for access as such, where an application offers no roles.
const DEFAULT_ACCESS: &str = "00000000-0000-0000-0000-000000000000";

/// How many permissions of Microsoft Graph an application of the company has at most.
const MOST: u64 = 4;

/// The app roles that a service principal has.
pub(crate) fn held(tenant: &Tenant, principal: u64) -> Vec<Document> {
    let all = graph_roles(tenant, principal);
    let graph = graph_principal(tenant);
    let mut found: Vec<Document> = all
        .iter()
        .map(|role| {
            document(tenant, &Holder::Here(Reference::ServicePrincipal(principal)), graph, role)
        })
        .collect();
    // Every fourth application may use the next one.
    if let Some(number) = company_number(tenant, principal)
        && number % 4 == 0
        && tenant.applications > 1
    {
        let resource = company_principal(tenant, (number + 1) % tenant.applications);
        let holder = Holder::Here(Reference::ServicePrincipal(principal));
        found.push(document(tenant, &holder, resource, &role_of(tenant, resource, "Write")));
    }
    found
}

/// Who has the app roles that a resource offers.
pub(crate) enum Held<'a> {
    /// Microsoft Graph: of every service principal, a number of places.
    Graph(&'a Tenant),
    /// One of the company's applications, by its number.
    Company { tenant: &'a Tenant, number: u64 },
    /// A resource that nobody has a role of.
    Nobody,
}

impl<'a> Held<'a> {
    pub(crate) fn new(tenant: &'a Tenant, resource: u64) -> Self {
        if resource == graph_principal(tenant) {
            return Self::Graph(tenant);
        }
        match company_number(tenant, resource) {
            Some(number) => Self::Company { tenant, number },
            None => Self::Nobody,
        }
    }

    /// How many places there are.
    pub(crate) fn places(&self) -> u64 {
        match self {
            Self::Graph(tenant) => {
                let clients = tenant.principals().len() as u64;
                clients * ROLES.len() as u64 + (ServicePrincipal::count(tenant) - clients) * MOST
            }
            Self::Company { tenant, number } => users(tenant, *number) + 3,
            Self::Nobody => 0,
        }
    }

    /// The assignment at a place; nothing where there is none.
    pub(crate) fn get(&self, place: u64) -> Option<Document> {
        match self {
            Self::Graph(tenant) => {
                let clients = tenant.principals().len() as u64;
                let (most, of_clients) = (ROLES.len() as u64, clients * ROLES.len() as u64);
                let (principal, slot) = match place.checked_sub(of_clients) {
                    None => (place / most, place % most),
                    Some(place) => (clients + place / MOST, place % MOST),
                };
                let roles = graph_roles(tenant, principal);
                let role = roles.get(usize::try_from(slot).ok()?)?;
                let holder = Holder::Here(Reference::ServicePrincipal(principal));
                Some(document(tenant, &holder, graph_principal(tenant), role))
            }
            Self::Company { tenant, number } => {
                let resource = company_principal(tenant, *number);
                let holder = holder(tenant, *number, place)?;
                let value = if matches!(holder, Holder::Here(Reference::ServicePrincipal(_))) {
                    "Write"
                } else {
                    "Read"
                };
                Some(document(tenant, &holder, resource, &role_of(tenant, resource, value)))
            }
            Self::Nobody => None,
        }
    }
}

/// Who has a role.
enum Holder {
    Here(Reference),
    /// A user who was deleted, of whom the assignment still tells the name.
    Gone(u64),
}

/// Who has a role of one of the company's applications: users and groups, an application, and one
/// who was deleted.
fn holder(tenant: &Tenant, number: u64, place: u64) -> Option<Holder> {
    let mut draw = tenant.draw("assigned to", number);
    let first = draw.number() >> 32;
    let users = users(tenant, number);
    match place.checked_sub(users) {
        None => Some(Holder::Here(Reference::User((first + place) % tenant.users.max(1)))),
        Some(0) => Some(Holder::Here(Reference::Group(first % tenant.groups))),
        Some(1) => {
            let before = (number + tenant.applications - 1) % tenant.applications;
            let is_held = before.is_multiple_of(4) && tenant.applications > 1;
            let principal = company_principal(tenant, before);
            is_held.then_some(Holder::Here(Reference::ServicePrincipal(principal)))
        }
        _ => (number % 5 == 3).then_some(Holder::Gone(number)),
    }
}

/// How many users have a role of one of the company's applications: many have one of the first.
fn users(tenant: &Tenant, number: u64) -> u64 {
    let count = match number {
        0 => tenant.users / 2,
        _ if number % 6 == 5 => 0,
        _ => 1 + tenant.draw("assigned users", number).below(12),
    };
    count.min(tenant.users)
}

/// The ids of the permissions of Microsoft Graph that a service principal has.
fn graph_roles(tenant: &Tenant, principal: u64) -> Vec<String> {
    if let Some(client) = usize::try_from(principal).ok().and_then(|it| tenant.principals().get(it))
    {
        let granted = |(value, _): &&(&str, &str)| client.graph_roles.iter().any(|it| it == value);
        return ROLES.iter().filter(granted).map(|(_, id)| (*id).to_owned()).collect();
    }
    let mut draw = tenant.draw("graph roles", principal);
    let count = match company_number(tenant, principal) {
        Some(_) => draw.below(MOST + 1),
        // Few managed identities call Microsoft Graph.
        None if ServicePrincipal::new(tenant, principal).is_managed() && draw.below(3) == 0 => 1,
        None => 0,
    };
    let first = draw.number() >> 32;
    (0..count).map(|place| nth(&ROLES, first + place).1.to_owned()).collect()
}

fn role_of(tenant: &Tenant, resource: u64, value: &str) -> String {
    match ServicePrincipal::new(tenant, resource).application() {
        Some(application) if application % 3 == 0 => app_role(tenant, application, value),
        _ => DEFAULT_ACCESS.to_owned(),
    }
}

fn document(tenant: &Tenant, holder: &Holder, resource: u64, role: &str) -> Document {
    let (id, name, kind) = match holder {
        Holder::Here(holder) => {
            let kind = match holder {
                Reference::User(_) => "User",
                Reference::Group(_) => "Group",
                _ => "ServicePrincipal",
            };
            (holder.id(tenant), holder.display_name(tenant), kind)
        }
        Holder::Gone(number) => {
            (tenant.guids.guid(Kind::Deleted, 500 + number), json!("Former colleague"), "User")
        }
    };
    let mut draw = Draw::new(tenant.seed, &format!("{id} {role}"), resource);
    let days = i64::try_from(draw.below(900)).unwrap_or_default();
    Document::new(
        "appRoleAssignment",
        json!({
            "id": format!("{}{}", draw.hex(16), draw.hex(16)),
            "deletedDateTime": null,
            "appRoleId": role,
            "createdDateTime": fraction(TODAY - days * DAY, draw.number()),
            "principalDisplayName": name,
            "principalId": id,
            "principalType": kind,
            "resourceDisplayName": ServicePrincipal::new(tenant, resource).display_name(),
            "resourceId": tenant.service_principal_id(resource),
        }),
    )
}

/// How many grants of delegated permissions there are.
pub(crate) fn delegated_count(tenant: &Tenant) -> u64 {
    tenant.applications * 2
}

/// A grant of delegated permissions: for everyone, or for one user, who may be gone by now.
pub(crate) fn delegated(tenant: &Tenant, place: u64) -> Document {
    let mut draw = tenant.draw("delegated", place);
    let client = company_principal(tenant, place / 2);
    let principal = match (place % 2, draw.below(9)) {
        (0, _) => None,
        (_, 0) => Some(tenant.guids.guid(Kind::Deleted, 800 + place)),
        _ => Some(Reference::User(draw.below(tenant.users)).id(tenant)),
    };
    let first = draw.number() >> 32;
    let scopes: Vec<&str> = (0..=draw.below(4)).map(|at| nth(&SCOPES, first + at).0).collect();
    Document::new(
        "oAuth2PermissionGrant",
        json!({
            "id": format!("{}{}", draw.hex(16), draw.hex(16)),
            "clientId": tenant.service_principal_id(client),
            "consentType": if principal.is_none() { "AllPrincipals" } else { "Principal" },
            "principalId": principal,
            "resourceId": tenant.service_principal_id(graph_principal(tenant)),
            // As the portal stores them, with a blank before the first.
            "scope": format!("{}{}", draw.pick(&[" ", ""]), scopes.join(" ")),
        }),
    )
}

/// The service principal of Microsoft Graph: the first of Microsoft's.
fn graph_principal(tenant: &Tenant) -> u64 {
    tenant.principals().len() as u64
}

/// The service principal of one of the company's applications.
fn company_principal(tenant: &Tenant, number: u64) -> u64 {
    tenant.first_identity() - tenant.applications + number
}

/// Which of the company's applications a service principal is of.
fn company_number(tenant: &Tenant, principal: u64) -> Option<u64> {
    let number = principal.checked_sub(company_principal(tenant, 0))?;
    (number < tenant.applications).then_some(number)
}
