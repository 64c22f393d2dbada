//! Which resource of Microsoft Graph a path names, what reading it costs, and who may.

use super::delta::collection::Collection;
use super::endpoint::definition::Family;
use super::endpoint::{self, Match};
use super::error::Failure;
use super::permission::{READ_APPLICATIONS, READ_CONTACTS, READ_DEVICES, READ_GROUPS, READ_USERS};
use super::query::{Honoured, Query};
use crate::services::token::Claims;
use crate::world::directory::reference::Reference;
use crate::world::guid::is_guid;
use crate::world::tenant::Tenant;

/// A resource that can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    Organization,
    OrganizationById(String),
    SecurityDefaults,
    Users,
    User(u64),
    Groups,
    Group(u64),
    Members {
        group: u64,
        cast: Option<&'static str>,
    },
    ServicePrincipals,
    ServicePrincipal(u64),
    /// A resource of the table of endpoints.
    Endpoint(Match),
    /// What has changed in a collection.
    Delta(Collection),
    /// How many objects a list has.
    Count(Box<Route>),
    /// One object or the members of one, by an id that was not looked up yet.
    Unresolved(Wanted, String),
}

/// What is wanted of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    User,
    Group,
    Members(Option<&'static str>),
    ServicePrincipal,
}

/// The types that members of a group can be cast to.
const CASTS: [&str; 5] = ["user", "group", "servicePrincipal", "device", "orgContact"];

impl Route {
    /// The resource that a path below the version names.
    pub(crate) fn parse(path: &str) -> Result<Self, Failure> {
        let segments: Vec<&str> = path.split('/').collect();
        let lower: Vec<String> = segments.iter().map(|it| it.to_ascii_lowercase()).collect();
        let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
        let object = |wanted, id: &str| {
            if is_guid(id) {
                Ok(Self::Unresolved(wanted, id.to_owned()))
            } else {
                Err(Failure::invalid_id(id))
            }
        };
        if let [path @ .., "$count"] = &lower[..]
            && let Ok(list) = Self::parse(&path.join("/"))
            && list.is_counted()
        {
            return Ok(Self::Count(Box::new(list)));
        }
        if let Some(collection) = Collection::of_path(path) {
            return Ok(Self::Delta(collection));
        }
        match lower[..] {
            ["organization"] => Ok(Self::Organization),
            ["organization", id] => Ok(Self::OrganizationById(id.to_owned())),
            ["policies", "identitysecuritydefaultsenforcementpolicy"] => Ok(Self::SecurityDefaults),
            ["users"] => Ok(Self::Users),
            ["users", id] => object(Wanted::User, id),
            ["groups"] => Ok(Self::Groups),
            ["groups", id] => object(Wanted::Group, id),
            ["groups", id, "members"] => object(Wanted::Members(None), id),
            ["groups", id, "members", cast] => {
                let name = cast.strip_prefix("microsoft.graph.").unwrap_or_default();
                let cast = CASTS.into_iter().find(|it| it.eq_ignore_ascii_case(name));
                let cast = cast.ok_or_else(|| Failure::unknown_segment(segments[3]))?;
                object(Wanted::Members(Some(cast)), id)
            }
            ["serviceprincipals"] => Ok(Self::ServicePrincipals),
            ["serviceprincipals", id] => object(Wanted::ServicePrincipal, id),
            _ => endpoint::find(path).map(Self::Endpoint).ok_or_else(|| {
                Failure::unknown_segment(segments.last().copied().unwrap_or_default())
            }),
        }
    }

    /// Whether `/$count` tells how many objects it has.
    const fn is_counted(&self) -> bool {
        match self {
            Self::Users
            | Self::Groups
            | Self::ServicePrincipals
            | Self::Unresolved(Wanted::Members(_), _) => true,
            Self::Endpoint(found) => found.endpoint.is_counted,
            _ => false,
        }
    }

    /// What else than resource units limits this resource.
    pub(crate) fn family(&self) -> Family {
        match self {
            Self::SecurityDefaults => Family::Policies,
            Self::Endpoint(found) => found.endpoint.family,
            Self::Count(list) => list.family(),
            _ => Family::Directory,
        }
    }

    /// The parameters that this resource honours.
    pub(crate) fn honoured(&self) -> Honoured {
        match self {
            Self::Users => Honoured {
                filter: true,
                order: &["displayName", "userPrincipalName"],
                expand: &["manager"],
            },
            Self::Groups => Honoured { filter: true, order: &["displayName"], expand: &["owners"] },
            Self::ServicePrincipals | Self::Delta(_) => {
                Honoured { filter: true, ..Honoured::default() }
            }
            Self::Endpoint(found) => found.endpoint.honoured,
            Self::Count(list) => list.honoured(),
            _ => Honoured::default(),
        }
    }

    /// The resource units that a request costs, 1 at least. From the documented table: 2 for
    /// users, 3 for the members of a group, 1 for the rest, less what the parameters take off.
    pub(crate) fn cost(&self, query: &Query) -> u32 {
        let base: u32 = match self {
            Self::Users | Self::User(_) | Self::Unresolved(Wanted::User, _) => 2,
            Self::Members { .. } | Self::Unresolved(Wanted::Members(_), _) => 3,
            Self::Endpoint(found) => found.endpoint.units,
            Self::Delta(collection) => collection.units(),
            Self::Count(list) => return list.cost(query),
            _ => 1,
        };
        (base + query.surcharge()).saturating_sub(query.discount()).max(1)
    }

    /// Refuses a caller who has none of the permissions that suffice for this resource.
    pub(crate) fn authorize(&self, claims: &Claims) -> Result<(), Failure> {
        let sufficient: &[&str] = match self {
            Self::Organization | Self::OrganizationById(_) => &[
                "Organization.Read.All",
                "Organization.ReadWrite.All",
                "Directory.Read.All",
                "Directory.ReadWrite.All",
                "User.Read.All",
            ],
            Self::SecurityDefaults => &["Policy.Read.All"],
            Self::Endpoint(found) => found.endpoint.roles,
            Self::Delta(collection) => collection.roles(),
            Self::Count(list) => return list.authorize(claims),
            Self::Users | Self::User(_) | Self::Unresolved(Wanted::User, _) => &READ_USERS,
            Self::Groups
            | Self::Group(_)
            | Self::Members { .. }
            | Self::Unresolved(Wanted::Group | Wanted::Members(_), _) => &READ_GROUPS,
            Self::ServicePrincipals
            | Self::ServicePrincipal(_)
            | Self::Unresolved(Wanted::ServicePrincipal, _) => &READ_APPLICATIONS,
        };
        if has_any(claims, sufficient) { Ok(()) } else { Err(Failure::denied()) }
    }
}

/// Whether a caller may read the properties of members of a type.
pub(crate) fn may_read(claims: &Claims, kind: &str) -> bool {
    match kind {
        "user" => has_any(claims, &READ_USERS),
        "group" => has_any(claims, &READ_GROUPS),
        "servicePrincipal" => has_any(claims, &READ_APPLICATIONS),
        "device" => has_any(claims, &READ_DEVICES),
        _ => has_any(claims, &READ_CONTACTS),
    }
}

fn has_any(claims: &Claims, roles: &[&str]) -> bool {
    claims.roles.iter().any(|granted| roles.contains(&granted.as_str()))
}

/// Looks up the object that an id names.
pub(crate) fn resolve(tenant: &Tenant, wanted: Wanted, id: &str) -> Option<Route> {
    match (wanted, Reference::find(tenant, id)?) {
        (Wanted::User, Reference::User(index)) => Some(Route::User(index)),
        (Wanted::Group, Reference::Group(index)) => Some(Route::Group(index)),
        (Wanted::Members(cast), Reference::Group(group)) => Some(Route::Members { group, cast }),
        (Wanted::ServicePrincipal, Reference::ServicePrincipal(index)) => {
            Some(Route::ServicePrincipal(index))
        }
        _ => None,
    }
}
