//! What there is at a route of the directory.

use serde_json::{Value, json};

use super::delta;
use super::error::Failure;
use super::list::{Item, List};
use super::query::Query;
use super::route::{self, Route, Wanted};
use crate::services::answer::Answer;
use crate::services::cloud::Cloud;
use crate::services::request::Request;
use crate::services::token::Claims;
use crate::world::directory;
use crate::world::directory::membership::Membership;
use crate::world::directory::object_kind::ObjectKind;
use crate::world::directory::organization::{Organization, SecurityDefaults};
use crate::world::directory::owner;
use crate::world::directory::reference::Reference;
use crate::world::directory::user::User;
use crate::world::tenant::Tenant;

/// Reads what is at a route.
pub(super) fn read(
    cloud: &Cloud,
    request: &Request,
    claims: &Claims,
    route: &Route,
    query: Result<Query, Failure>,
) -> Result<Answer, Failure> {
    route.authorize(claims)?;
    let (tenant, query) = (&cloud.tenant, query?);
    query.check_honoured(route.honoured(), request.eventual)?;
    if !matches!(route, Route::Delta(_)) && request.parameter("$deltatoken").is_some() {
        return Err(Failure::unsupported_query("Unsupported Query option: '$deltatoken'."));
    }
    match route {
        Route::Organization => {
            let organization = Organization(tenant);
            query.check(&organization)?;
            let item = Value::Object(directory::json(&organization, query.select()));
            let head = [("@odata.context", json!(query.context("organization")))];
            Ok(Answer::page(&head, std::iter::once(item)))
        }
        Route::OrganizationById(id) => {
            let organization = Organization(tenant);
            if !tenant.id().eq_ignore_ascii_case(id) {
                return Err(Failure::not_found(id));
            }
            one(&query, "organization", Item::new(Box::new(organization)))
        }
        Route::SecurityDefaults => {
            let context = "policies/identitySecurityDefaultsEnforcementPolicy";
            one(&query, context, Item::new(Box::new(SecurityDefaults(tenant))))
        }
        Route::User(index) => one(&query, "users", Item::of(tenant, Reference::User(*index))),
        Route::Group(index) => one(&query, "groups", Item::of(tenant, Reference::Group(*index))),
        Route::ServicePrincipal(index) => {
            one(&query, "servicePrincipals", Item::of(tenant, Reference::ServicePrincipal(*index)))
        }
        Route::Unresolved(kind, id) => {
            let route = resolve(tenant, *kind, id)?;
            read(cloud, request, claims, &route, Ok(query))
        }
        Route::Endpoint(found) if let Some(item) = found.item(cloud, &query) => {
            let (context, item) = item?;
            one(&query, context, item)
        }
        Route::Delta(collection) => delta::answer(cloud, request, &query, *collection),
        Route::Count(route) => {
            if !request.eventual {
                return Err(Failure::count_unsupported());
            }
            let resolved = match &**route {
                Route::Unresolved(kind, id) => Some(resolve(tenant, *kind, id)?),
                _ => None,
            };
            let route = resolved.as_ref().unwrap_or(route);
            let list = list(cloud, request, claims, route, &query)?;
            list.check(&query)?;
            let count = Value::from(list.count(&query));
            Ok(Answer::new(200, &count).with("Content-Type", "text/plain"))
        }
        _ => {
            let list = list(cloud, request, claims, route, &query)?.ordered(&query);
            list.page(cloud, request, &query)
        }
    }
}

fn resolve(tenant: &Tenant, wanted: Wanted, id: &str) -> Result<Route, Failure> {
    route::resolve(tenant, wanted, id).ok_or_else(|| Failure::not_found(id))
}

/// A single object.
fn one(query: &Query, context: &str, item: Item<'_>) -> Result<Answer, Failure> {
    query.check(&*item.object)?;
    let item = item.with("@odata.context", json!(query.context(context) + "/$entity"));
    Ok(Answer::new(200, &item.json(query.select())))
}

/// The list that is asked for.
fn list<'a>(
    cloud: &'a Cloud,
    request: &Request,
    claims: &'a Claims,
    route: &'a Route,
    query: &'a Query,
) -> Result<List<'a>, Failure> {
    let tenant = &cloud.tenant;
    match route {
        Route::Users => {
            query.check_sign_in_activity(claims, tenant.is_premium)?;
            let user = |object| with_manager(tenant, query, object);
            Ok(List::of_kind(tenant, "users", ObjectKind::User, user))
        }
        Route::Groups => {
            let group = |object| with_owners(tenant, query, object);
            Ok(List::of_kind(tenant, "groups", ObjectKind::Group, group))
        }
        Route::ServicePrincipals => {
            let principal = |object| Item::of(tenant, object);
            let kind = ObjectKind::ServicePrincipal;
            Ok(List::of_kind(tenant, "servicePrincipals", kind, principal))
        }
        Route::Members { group, cast } => {
            // Documented as required with a cast. That the service insists on it is not certain.
            if cast.is_some() && !(request.eventual && query.counts()) {
                return Err(Failure::needs_eventual_consistency());
            }
            Ok(members(tenant, claims, *group, *cast))
        }
        Route::Endpoint(found) => {
            found.list(cloud, query).unwrap_or_else(|| Err(Failure::unknown_segment("$count")))
        }
        _ => Err(Failure::unknown_segment("$count")),
    }
}

/// A user, with the manager if that is asked for. Who has none has no such property.
fn with_manager<'a>(tenant: &'a Tenant, query: &Query, object: Reference) -> Item<'a> {
    let item = Item::of(tenant, object);
    let Reference::User(index) = object else { return item };
    let asked = query.expands("manager").then(|| User::new(tenant, index).manager()).flatten();
    match asked.filter(|it| it.exists(tenant)) {
        Some(manager) => {
            let manager = Item::typed(tenant, manager).json(query.expanded_select("manager"));
            item.with("manager", manager)
        }
        None => item,
    }
}

/// A group, with its first owners if they are asked for. Unlike in the list of its owners, service
/// principals are among them.
/// Source: issue 19619 of microsoftgraph/microsoft-graph-docs.
fn with_owners<'a>(tenant: &'a Tenant, query: &Query, group: Reference) -> Item<'a> {
    Item::of(tenant, group).related(tenant, query, "owners", || owner::owners(tenant, group))
}

/// Who is in a group. Members of a type that the caller may not read come with their id alone.
fn members<'a>(
    tenant: &'a Tenant,
    claims: &'a Claims,
    group: u64,
    cast: Option<&'static str>,
) -> List<'a> {
    let members = Membership::of(tenant, Reference::Group(group));
    // A known issue of version 1.0: where the roll-out has not come yet, service principals are
    // not among the members, and only a cast shows them. Here that is so for every second group.
    let hides_principals = cast.is_none() && group % 2 == 1;
    let is_shown = move |member: &Reference| match cast {
        Some(cast) => member.type_name() == cast,
        None => !(hides_principals && matches!(member, Reference::ServicePrincipal(_))),
    };
    let context = cast.map_or_else(|| "directoryObjects".to_owned(), |cast| format!("{cast}s"));
    let total = members.total();
    let item = move |place| {
        let member = members.get(place).filter(is_shown)?;
        let item = match cast {
            Some(_) => Item::referred(tenant, member),
            None => Item::typed(tenant, member),
        };
        Some(if route::may_read(claims, member.type_name()) { item } else { item.hidden() })
    };
    List::new(context, total, item).sparse()
}
