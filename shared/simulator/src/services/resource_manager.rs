//! Azure Resource Manager.

mod any_resource;
mod authorization;
mod caller;
pub(crate) mod error;
mod feature;
mod index;
mod items;
mod list;
mod management_group;
mod path;
mod provider;
mod subscription;
mod target;
mod usage;

use std::iter::successors;

use serde_json::Value;

use crate::services::answer::Answer;
use crate::services::cloud::{self, Cloud};
use crate::services::request::Request;
use crate::services::throttle::{Budget, Limit};
use crate::world::resources::catalog;
use crate::world::resources::coded::Coded;
use crate::world::resources::inventory::Inventory;
use crate::world::resources::kind::{Answer as Wanted, Method, Spelling};
use crate::world::resources::resource::Resource;
use crate::world::resources::virtual_machine;
use caller::Caller;
use error::{Failure, refuse, unauthorized};
use index::Asked;
use path::Path;
use target::{Scope, Target};

/// Answers a request to Azure Resource Manager.
pub(crate) fn answer(cloud: &Cloud, request: &Request) -> Answer {
    let (token, now) = (request.bearer.as_deref(), cloud.clock.seconds());
    let claims = match cloud.tokens.check(token, cloud::RESOURCE_MANAGER, now) {
        Ok(claims) => claims,
        Err(refusal) => return unauthorized(cloud, &refusal),
    };
    let assignments = cloud.tenant.principal(&claims.appid).map(|(_, it)| &it.assignments[..]);
    let assignments = assignments.unwrap_or_default();
    let caller = Caller { tenant: &cloud.tenant, claims: &claims, assignments };
    if let Some(asked) = Asked::of(request) {
        let answer = index::answer(cloud, request, &caller, &asked);
        return answer.unwrap_or_else(|failure| refuse(&failure)).indented(cloud.turn());
    }
    let target = match target(cloud, request) {
        Ok(target) => target,
        Err(failure) => return refuse(&failure),
    };
    let (limit, header) = read_limit(cloud, &caller, target.inventory);
    let verdict = cloud.charge(&limit, 1);
    let answer = if verdict.granted {
        read(cloud, request, &caller, &target).unwrap_or_else(|failure| refuse(&failure))
    } else {
        let subscription =
            target.inventory.map(|inventory| cloud.tenant.subscription_id(inventory.subscription));
        refuse(&Failure::throttled(subscription.as_deref(), &claims.oid, verdict.wait))
            .with("Retry-After", verdict.wait.to_string())
    };
    answer.indented(cloud.turn()).with(header, verdict.remaining.to_string())
}

/// What a request is for. Whether it says its version is checked first, whether its subscription
/// exists second, so that throttles are kept for real subscriptions only.
fn target<'a>(cloud: &'a Cloud, request: &Request) -> Result<Target<'a>, Failure> {
    let version = request.parameter("api-version").filter(|version| !version.is_empty());
    if !matches!(request.method.as_str(), "GET" | "POST") {
        return Err(Failure::method(&request.method));
    }
    let version = version.ok_or_else(Failure::missing_version)?;
    let path = Path::parse(&request.segments(), version)?;
    let is_posted = path.kind.method == Method::Post && path.name.is_none();
    if is_posted != (request.method == "POST") {
        return Err(Failure::method(&request.method));
    }
    Target::find(&cloud.tenant, &path, version)
}

/// 250 reads, of which 25 come back in a second, for each principal in each subscription; and the
/// same for what belongs to no subscription. With it, the header that tells what is left.
///
/// Azure also limits all principals of a subscription together, to 15 times as much, and counts
/// by region; neither is simulated.
fn read_limit(
    cloud: &Cloud,
    caller: &Caller,
    inventory: Option<&Inventory>,
) -> (Limit, &'static str) {
    let (id, header) = match inventory {
        Some(inventory) => (
            cloud.tenant.subscription_id(inventory.subscription),
            "x-ms-ratelimit-remaining-subscription-reads",
        ),
        None => (cloud.tenant.id(), "x-ms-ratelimit-remaining-tenant-reads"),
    };
    let limit = Limit {
        domain: format!("{id}/arm"),
        holder: caller.claims.oid.clone(),
        budget: Budget::Bucket { capacity: 250, refill: 25, debt: 0 },
    };
    (limit, header)
}

/// A provider may answer so many lists in a period, of a type and of what belongs to its resources.
/// Documented by subscription and region; the region is not looked at here.
fn charge_provider(cloud: &Cloud, target: &Target) -> Result<(), Failure> {
    let mut kinds = successors(Some(target.kind), |it| catalog::parent(it));
    let throttle = kinds.find_map(|it| it.throttle.as_ref());
    let (Some(inventory), Some(throttle)) = (target.inventory, throttle) else {
        return Ok(());
    };
    let limit = Limit {
        domain: format!(
            "{}/{}",
            cloud.tenant.subscription_id(inventory.subscription),
            throttle.domain
        ),
        holder: String::new(),
        budget: Budget::Window { units: throttle.requests, seconds: throttle.seconds },
    };
    let verdict = cloud.charge(&limit, 1);
    verdict.granted.then_some(()).ok_or_else(|| Failure::provider_throttled(throttle.seconds))
}

fn read(
    cloud: &Cloud,
    request: &Request,
    caller: &Caller,
    target: &Target,
) -> Result<Answer, Failure> {
    let (tenant, kind) = (&cloud.tenant, target.kind);
    match (kind.code, &target.name) {
        (Some(Coded::ManagementGroup), None) => {
            return management_group::list(cloud, request, caller);
        }
        (Some(Coded::ManagementGroup), Some(name)) => {
            return management_group::one(cloud, request, caller, name);
        }
        (Some(Coded::Subscription), None) => return subscription::list(cloud, request, caller),
        _ => {}
    }
    let scope = match &target.resource {
        Some(resource) => resource.id(Spelling::Created),
        None => target.scope.id(tenant),
    };
    let is_for_all = kind.built_in || kind.code == Some(Coded::RoleDefinition);
    if !(is_for_all && matches!(target.scope, Scope::Tenant)) {
        caller.authorize(&kind.action(), &scope)?;
    }
    feature::check(target)?;
    if let Some(resource) = &target.resource {
        return Ok(Answer::new(200, &single(request, resource)));
    }
    let items = match (kind.code, &target.scope) {
        (Some(Coded::Subscription), Scope::Subscription(inventory)) => {
            return Ok(Answer::new(
                200,
                &subscription::json(tenant, inventory, &tenant.life(inventory)),
            ));
        }
        (Some(Coded::ResourceGroup), Scope::Group(group)) => {
            return Ok(Answer::new(200, &group.json()));
        }
        (Some(Coded::Location), _) => subscription::locations(&scope),
        (Some(Coded::Provider), Scope::Subscription(inventory)) => provider::all(tenant, inventory),
        _ => list::of(cloud, request, target)?,
    };
    if let Some(name) = &target.name {
        let found = items.named(name);
        let found = found.ok_or_else(|| Failure::resource_not_found(kind.name, name, ""))?;
        return Ok(Answer::new(200, &found));
    }
    charge_provider(cloud, target)?;
    match kind.answer {
        Wanted::List => items.page(cloud, request, kind.page),
        Wanted::Item => Ok(Answer::new(200, &items.first().unwrap_or_default())),
    }
}

fn single(request: &Request, resource: &Resource) -> Value {
    let mut body = resource.json();
    let expand = request.parameter("$expand").unwrap_or_default();
    if resource.is(Coded::VirtualMachine) && expand.contains("instanceView") {
        body["properties"]["instanceView"] = virtual_machine::instance_view(resource);
    }
    body
}
