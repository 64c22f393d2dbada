//! Azure Resource Manager.

pub(crate) mod error;
mod list;
mod management_group;
mod path;
mod subscription;

use serde_json::Value;

use crate::services::answer::Answer;
use crate::services::cloud::{self, Cloud};
use crate::world::options::{Assignment, is_within};
use crate::services::request::Request;
use crate::world::resources::group::ResourceGroup;
use crate::world::resources::plan::Plan;
use crate::world::resources::{Resource, ResourceType, virtual_machine};
use crate::world::tenant::Tenant;
use crate::services::throttle::{Budget, Limit};
use crate::services::token::Claims;
use error::{Failure, refuse, unauthorized};
use path::Target;

/// Who asks.
struct Caller<'a> {
    tenant: &'a Tenant,
    claims: &'a Claims,
    assignments: &'a [Assignment],
}

impl Caller<'_> {
    /// Refuses an action that no assignment of the caller allows at a scope or above.
    fn authorize(&self, action: &str, scope: &str) -> Result<(), Failure> {
        let is_allowed = |scope: &str| self.assignments.iter().any(|it| it.allows(action, scope));
        if is_allowed(scope) || self.above(scope).iter().any(|group| is_allowed(group)) {
            return Ok(());
        }
        Err(Failure::authorization_failed(&self.claims.oid, action, scope))
    }

    /// Whether the caller has a role anywhere in a subscription or above it, which is what makes it
    /// visible.
    fn sees(&self, scope: &str) -> bool {
        let holds = |scope: &str| self.assignments.iter().any(|it| is_within(scope, &it.scope));
        let mut assigned = self.assignments.iter().map(|it| it.scope.as_str());
        holds(scope)
            || assigned.any(|assigned| is_within(assigned, scope))
            || self.above(scope).iter().any(|group| holds(group))
    }

    /// The ids of the management groups above a scope, which the id of the scope does not tell. If
    /// the caller has no role at any, they do not matter.
    fn above(&self, scope: &str) -> Vec<String> {
        let groups = &self.tenant.management_groups;
        if !self.assignments.iter().any(|it| groups.find_by_id(&it.scope).is_some()) {
            return Vec::new();
        }
        let subscription = || {
            let id = scope.strip_prefix("/subscriptions/")?.split('/').next()?;
            Some(self.tenant.management_group_of(self.tenant.plan_of(id)?))
        };
        let group = groups.find_by_id(scope).or_else(subscription);
        group.map(|group| groups.path(group).collect()).unwrap_or_default()
    }
}

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
    let target = match target(cloud, request) {
        Ok(target) => target,
        Err(failure) => return refuse(&failure),
    };
    let (limit, header) = read_limit(cloud, &caller, target.plan());
    let verdict = cloud.charge(&limit, 1);
    let answer = if verdict.granted {
        read(cloud, request, &caller, &target).unwrap_or_else(|failure| refuse(&failure))
    } else {
        let subscription =
            target.plan().map(|plan| cloud.tenant.subscription_id(plan.subscription));
        refuse(&Failure::throttled(subscription.as_deref(), &claims.oid, verdict.wait))
            .with("Retry-After", verdict.wait.to_string())
    };
    answer.indented(cloud.turn()).with(header, verdict.remaining.to_string())
}

/// What a request is for. Whether it says its version is checked first, whether its subscription
/// exists second, so that throttles are kept for real subscriptions only.
fn target<'a>(cloud: &'a Cloud, request: &Request) -> Result<Target<'a>, Failure> {
    if request.method != "GET" {
        return Err(Failure::method(&request.method));
    }
    if request.parameter("api-version").is_none_or(str::is_empty) {
        return Err(Failure::missing_version());
    }
    Target::parse(&cloud.tenant, &request.segments())
}

/// 250 reads, of which 25 come back in a second, for each principal in each subscription; and the
/// same for what belongs to no subscription. With it, the header that tells what is left.
///
/// Azure also limits all principals of a subscription together, to 15 times as much, and counts
/// by region; neither is simulated.
fn read_limit(cloud: &Cloud, caller: &Caller, plan: Option<&Plan>) -> (Limit, &'static str) {
    let (id, header) = match plan {
        Some(plan) => (
            cloud.tenant.subscription_id(plan.subscription),
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

/// The storage provider answers 100 lists in five minutes, and asks for 17 seconds of patience
/// however long it will really take. Documented by subscription and region; the region is not
/// looked at here.
fn charge_storage(cloud: &Cloud, plan: &Plan) -> Result<(), Failure> {
    let limit = Limit {
        domain: format!("{}/arm-storage", cloud.tenant.subscription_id(plan.subscription)),
        holder: String::new(),
        budget: Budget::Window { units: 100, seconds: 300 },
    };
    if cloud.charge(&limit, 1).granted { Ok(()) } else { Err(Failure::storage_throttled()) }
}

fn read(
    cloud: &Cloud,
    request: &Request,
    caller: &Caller,
    target: &Target,
) -> Result<Answer, Failure> {
    let tenant = &cloud.tenant;
    match target {
        Target::ManagementGroups => management_group::list(cloud, request, caller),
        Target::ManagementGroup(name) => management_group::one(cloud, request, caller, name),
        Target::Subscriptions => subscription::list(cloud, request, caller),
        Target::Subscription(plan) => {
            caller.authorize("Microsoft.Resources/subscriptions/read", &scope(cloud, plan))?;
            Ok(Answer::new(200, &subscription::json(tenant, plan, &tenant.life(plan))))
        }
        Target::Locations(plan) => subscription::locations(cloud, request, caller, plan),
        Target::ResourceGroups(plan) => {
            let action = "Microsoft.Resources/subscriptions/resourceGroups/read";
            caller.authorize(action, &scope(cloud, plan))?;
            let item = |index| Some(ResourceGroup::new(tenant, plan, index).json());
            list::answer(cloud, request, plan.resource_groups, 1000, item)
        }
        Target::ResourceGroup(group) => {
            let action = "Microsoft.Resources/subscriptions/resourceGroups/read";
            caller.authorize(action, &group.id())?;
            Ok(Answer::new(200, &group.json()))
        }
        Target::Resources { plan, kind, group } => {
            let scope = group.as_ref().map_or_else(|| scope(cloud, plan), ResourceGroup::id);
            caller.authorize(&format!("{}/read", kind.name()), &scope)?;
            if *kind == ResourceType::StorageAccount {
                charge_storage(cloud, plan)?;
            }
            list::resources(cloud, request, plan, *kind, group.as_ref())
        }
        Target::Resource(resource) => {
            let id = resource.id(crate::world::resources::Spelling::Created);
            caller.authorize(&format!("{}/read", resource.kind.name()), &id)?;
            Ok(Answer::new(200, &single(request, resource)))
        }
        Target::Children(children) => list::children(cloud, request, caller, children),
    }
}

fn scope(cloud: &Cloud, plan: &Plan) -> String {
    format!("/subscriptions/{}", cloud.tenant.subscription_id(plan.subscription))
}

fn single(request: &Request, resource: &Resource) -> Value {
    let mut body = resource.json();
    let expand = request.parameter("$expand").unwrap_or_default();
    if resource.kind == ResourceType::VirtualMachine && expand.contains("instanceView") {
        body["properties"]["instanceView"] = virtual_machine::instance_view(resource);
    }
    body
}
