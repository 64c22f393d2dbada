//! What is asked of no provider of a resource: Azure Resource Graph, as far as one asks it how many
//! resources there are of each type; what the caller may do in a subscription, which tells how much
//! of the answer to believe; the tenants of the caller; and all that hangs on management groups.

use serde::Deserialize;
use serde_json::{Value, json};

use super::caller::Caller;
use super::error::Failure;
use super::{management_group, subscription};
use crate::services::answer::Answer;
use crate::services::cloud::Cloud;
use crate::services::request::Request;
use crate::services::throttle::{Budget, Limit};
use crate::world::resources::catalog;
use crate::world::resources::coded::Coded;
use crate::world::resources::collection::Collection;
use crate::world::resources::inventory::Inventory;
use crate::world::resources::kind::{Kind, Spelling};
use crate::world::resources::resource::{Owner, Resource};
use crate::world::resources::vault::{Closed, closed, uses_roles};
use crate::world::tenant::Tenant;

/// The versions of the API that are stable, of both.
const RESOURCE_GRAPH: &[&str] = &["2021-03-01", "2022-10-01", "2024-04-01"];
const PERMISSIONS: &[&str] = &["2015-07-01", "2018-07-01", "2022-04-01"];

const ENTITIES: &[&str] = &["2020-02-01", "2020-05-01", "2021-04-01", "2023-04-01"];
const TENANTS: &[&str] = &["2019-06-01", "2020-01-01", "2021-01-01", "2022-12-01"];

/// The query that is understood. Whatever else is asked is refused.
const COUNTS: &str = "resources | summarize count() by type";

/// How many queries a caller may send in how many seconds.
/// Source: "Guidance for throttled requests in Azure Resource Graph".
const QUERIES: Budget = Budget::Window { units: 15, seconds: 5 };

/// What a request asks for, if it is for one of them.
pub(super) enum Asked<'a> {
    Counts,
    /// In a scope: the id of the subscription, and the rest of the scope's id.
    Permissions(&'a str, Vec<&'a str>),
    Entities,
    Tenants,
}

impl<'a> Asked<'a> {
    pub(super) fn of(request: &'a Request) -> Option<Self> {
        let segments: Vec<&str> = request.path.split('/').filter(|it| !it.is_empty()).collect();
        let is = |segments: &[&str], words: &[&str]| {
            segments.len() == words.len()
                && segments
                    .iter()
                    .zip(words)
                    .all(|(segment, word)| segment.eq_ignore_ascii_case(word))
        };
        match segments.as_slice() {
            ["subscriptions", id, scope @ .., providers, namespace, name]
                if is(
                    &[providers, namespace, name],
                    &["providers", "Microsoft.Authorization", "permissions"],
                ) =>
            {
                Some(Self::Permissions(id, scope.to_vec()))
            }
            all if is(all, &["providers", "Microsoft.ResourceGraph", "resources"]) => {
                Some(Self::Counts)
            }
            all if is(all, &["providers", "Microsoft.Management", "getEntities"]) => {
                Some(Self::Entities)
            }
            all if is(all, &["tenants"]) => Some(Self::Tenants),
            _ => None,
        }
    }
}

#[derive(Deserialize)]
struct Query {
    #[serde(default)]
    subscriptions: Vec<String>,
    query: String,
}

/// Answers one of them.
pub(super) fn answer(
    cloud: &Cloud,
    request: &Request,
    caller: &Caller,
    asked: &Asked,
) -> Result<Answer, Failure> {
    let (method, versions) = match asked {
        Asked::Counts => ("POST", RESOURCE_GRAPH),
        Asked::Permissions(..) => ("GET", PERMISSIONS),
        Asked::Entities => ("POST", ENTITIES),
        Asked::Tenants => ("GET", TENANTS),
    };
    if request.method != method {
        return Err(Failure::method(&request.method));
    }
    let version = request.parameter("api-version").ok_or_else(Failure::missing_version)?;
    if !versions.contains(&version) {
        let known: Vec<String> = versions.iter().map(|it| (*it).to_owned()).collect();
        return Err(Failure::invalid_version(version, &known));
    }
    match asked {
        Asked::Counts => counts(cloud, request, caller),
        Asked::Permissions(subscription, scope) => permissions(cloud, caller, subscription, scope),
        Asked::Entities => management_group::entities(cloud, request, caller),
        Asked::Tenants => subscription::tenants(cloud, request),
    }
}

fn counts(cloud: &Cloud, request: &Request, caller: &Caller) -> Result<Answer, Failure> {
    let limit = Limit {
        domain: format!("{}/resource-graph", cloud.tenant.id()),
        holder: caller.claims.oid.clone(),
        budget: QUERIES,
    };
    let verdict = cloud.charge(&limit, 1);
    if !verdict.granted {
        return Err(Failure::index_throttled(verdict.wait));
    }
    let query: Query = serde_json::from_slice(&request.body)
        .map_err(|error| Failure::bad_query(&error.to_string()))?;
    let words: Vec<&str> = query.query.split_whitespace().collect();
    if !words.join(" ").eq_ignore_ascii_case(COUNTS) {
        return Err(Failure::bad_query("The query is not understood here."));
    }
    let mut rows = Vec::new();
    for kind in catalog::all().iter().filter(|kind| kind.is_indexed()) {
        let inventories = query.subscriptions.iter().filter_map(|id| cloud.tenant.inventory(id));
        let count: u64 = inventories.map(|inventory| visible(cloud, caller, inventory, kind)).sum();
        if count > 0 {
            rows.push(json!({ "type": kind.name.to_lowercase(), "count_": count }));
        }
    }
    let answer = json!({
        "totalRecords": rows.len(), "count": rows.len(), "data": rows, "facets": [],
        "resultTruncated": "false",
    });
    Ok(Answer::new(200, &answer)
        .with("x-ms-user-quota-remaining", verdict.remaining.to_string())
        .with("x-ms-user-quota-resets-after", "00:00:05"))
}

/// How many resources of a type the caller may read. What he may not read is not there for him.
fn visible(cloud: &Cloud, caller: &Caller, inventory: &Inventory, kind: &'static Kind) -> u64 {
    let (tenant, action) = (&cloud.tenant, kind.action());
    let lists = everywhere(tenant, inventory, kind);
    let scope = format!("/subscriptions/{}", tenant.subscription_id(inventory.subscription));
    if caller.authorize(&action, &scope).is_ok() {
        return lists.iter().map(Collection::count).sum();
    }
    let items = lists.iter().flat_map(|all| (0..all.count()).map(|at| all.item(at)));
    let is_visible = |it: &Resource| caller.authorize(&action, &it.id(Spelling::Created)).is_ok();
    items.filter(is_visible).count() as u64
}

/// All resources of a type that a subscription has, also those that belong to others.
fn everywhere<'a>(
    tenant: &'a Tenant,
    inventory: &'a Inventory,
    kind: &'static Kind,
) -> Vec<Collection<'a>> {
    let Some(parent) = catalog::parent(kind) else {
        return vec![Collection::of(tenant, inventory, kind)];
    };
    let parents = everywhere(tenant, inventory, parent);
    let parents = parents.iter().flat_map(|all| (0..all.count()).map(|at| all.item(at)));
    let of_parent =
        |it: Resource<'a>| Collection { tenant, inventory, kind, owner: Owner::resource(&it) };
    parents.map(of_parent).collect()
}

/// Whether a scope is a vault that goes by roles and lets the caller read what is in it. Such roles
/// are assigned at each vault here, for some vaults have none.
fn lets_read(cloud: &Cloud, caller: &Caller, inventory: &Inventory, within: &[&str]) -> bool {
    let [.., namespace, kind, name] = within else { return false };
    let is_vault =
        namespace.eq_ignore_ascii_case("Microsoft.KeyVault") && kind.eq_ignore_ascii_case("vaults");
    let principal = cloud.tenant.principal(&caller.claims.appid);
    let vault = Collection::of(&cloud.tenant, inventory, Coded::Vault.kind()).find(name);
    is_vault
        && principal.is_some_and(|(_, it)| it.vaults)
        && vault.is_some_and(|it| uses_roles(&it) && closed(&it) != Some(Closed::Rbac))
}

/// What the caller's roles allow in a subscription, or in something in it.
fn permissions(
    cloud: &Cloud,
    caller: &Caller,
    id: &str,
    within: &[&str],
) -> Result<Answer, Failure> {
    let inventory =
        cloud.tenant.inventory(id).ok_or_else(|| Failure::subscription_not_found(id))?;
    let subscription = cloud.tenant.subscription_id(inventory.subscription);
    let mut scope = format!("/subscriptions/{subscription}");
    for segment in within {
        scope.push('/');
        scope.push_str(segment);
    }
    let data_actions = if lets_read(cloud, caller, inventory, within) {
        json!(["Microsoft.KeyVault/vaults/*"])
    } else {
        json!([])
    };
    caller.authorize("Microsoft.Authorization/permissions/read", &scope)?;
    let roles: Vec<Value> = caller
        .actions_at(&scope)
        .map(|actions| {
            json!({ "actions": actions, "notActions": [], "dataActions": data_actions, "notDataActions": [] })
        })
        .collect();
    Ok(Answer::new(200, &json!({ "value": roles })))
}
