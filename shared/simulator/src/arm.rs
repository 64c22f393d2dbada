//! Azure Resource Manager.

pub(crate) mod error;
mod list;
mod path;

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::cloud::{self, Cloud};
use crate::options::{Assignment, is_within};
use crate::request::Request;
use crate::resources::group::ResourceGroup;
use crate::resources::plan::Plan;
use crate::resources::{Resource, ResourceType, virtual_machine};
use crate::throttle::{Budget, Limit};
use crate::token::Claims;
use error::{Failure, refuse, unauthorized};
use path::Target;

/// Who asks.
struct Caller<'a> {
    claims: &'a Claims,
    assignments: &'a [Assignment],
}

impl Caller<'_> {
    /// Refuses an action that no assignment of the caller allows at a scope or above.
    fn authorize(&self, action: &str, scope: &str) -> Result<(), Failure> {
        if self.assignments.iter().any(|assignment| assignment.allows(action, scope)) {
            return Ok(());
        }
        Err(Failure::authorization_failed(&self.claims.oid, action, scope))
    }

    /// Whether the caller has a role anywhere in a subscription, which is what makes it visible.
    fn sees(&self, scope: &str) -> bool {
        let mut scopes = self.assignments.iter().map(|assignment| assignment.scope.as_str());
        scopes.any(|assigned| is_within(scope, assigned) || is_within(assigned, scope))
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
    let caller = Caller { claims: &claims, assignments: assignments.unwrap_or_default() };
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
    answer.with(header, verdict.remaining.to_string())
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
        Target::Subscriptions => {
            let plans: Vec<&Plan> =
                tenant.plans().iter().filter(|plan| caller.sees(&scope(cloud, plan))).collect();
            let item = |place: u64| {
                let plan = plans.get(usize::try_from(place).ok()?)?;
                Some(subscription(cloud, plan, false))
            };
            list::answer(cloud, request, plans.len() as u64, 500, item)
        }
        Target::Subscription(plan) => {
            caller.authorize("Microsoft.Resources/subscriptions/read", &scope(cloud, plan))?;
            Ok(Answer::new(200, &subscription(cloud, plan, true)))
        }
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
            let id = resource.id(crate::resources::Spelling::Created);
            caller.authorize(&format!("{}/read", resource.kind.name()), &id)?;
            Ok(Answer::new(200, &single(request, resource)))
        }
        Target::Children(children) => list::children(cloud, request, caller, children),
    }
}

fn scope(cloud: &Cloud, plan: &Plan) -> String {
    format!("/subscriptions/{}", cloud.tenant.subscription_id(plan.subscription))
}

/// A subscription; its tenant and tags are told only when it is asked for by itself.
fn subscription(cloud: &Cloud, plan: &Plan, is_single: bool) -> Value {
    let tenant = &cloud.tenant;
    let mut body = json!({
        "id": scope(cloud, plan),
        "subscriptionId": tenant.subscription_id(plan.subscription),
        "tenantId": tenant.id(),
        "displayName": tenant.subscription_name(plan.subscription),
        "state": if plan.is_disabled { "Disabled" } else { "Enabled" },
        "subscriptionPolicies": {
            "locationPlacementId": "Public_2014-09-01",
            "quotaId": if plan.subscription == 1 { "MSDNDevTest_2014-09-01" } else { "EnterpriseAgreement_2014-09-01" },
            "spendingLimit": "Off",
        },
        "authorizationSource": "RoleBased",
        "managedByTenants": [],
    });
    let mut draw = tenant.draw("subscription tags", plan.subscription);
    if let Some(tags) = crate::resources::tags(&mut draw, "prod").filter(|_| is_single) {
        body["tags"] = tags;
    }
    body
}

fn single(request: &Request, resource: &Resource) -> Value {
    let mut body = resource.json();
    let expand = request.parameter("$expand").unwrap_or_default();
    if resource.kind == ResourceType::VirtualMachine && expand.contains("instanceView") {
        body["properties"]["instanceView"] = virtual_machine::instance_view(resource);
    }
    body
}
