//! What requests to Microsoft Graph are charged to.

use super::endpoint::definition::Family;
use super::error::{Failure, refuse};
use super::query::Query;
use super::read::read;
use super::route::Route;
use crate::services::answer::Answer;
use crate::services::cloud::Cloud;
use crate::services::request::Request;
use crate::services::throttle::{Budget, Limit, Verdict};
use crate::services::token::Claims;

/// Charges a request to its throttles, and answers it if they grant it. The order is a guess: a
/// request that is not permitted costs as much here as one that is.
pub(super) fn answer(cloud: &Cloud, request: &Request, claims: &Claims, route: &Route) -> Answer {
    let query = Query::parse(request);
    match route.family() {
        Family::Policies => {
            return if cloud.charge(&policies_limit(cloud), 1).granted {
                granted(cloud, request, claims, route, query)
            } else {
                // Documented: no hint when to come back.
                refuse(cloud, request, &Failure::throttled())
            };
        }
        Family::Reports => {
            let verdict = cloud.charge(&reports_limit(cloud, claims), 1);
            return if verdict.granted {
                granted(cloud, request, claims, route, query)
            } else {
                throttled(cloud, request, verdict)
            };
        }
        Family::Directory => {}
    }
    if query.as_ref().is_ok_and(Query::reads_sign_in_activity) {
        let verdict = cloud.charge(&sign_in_activity_limit(cloud, claims), 1);
        if !verdict.granted {
            return throttled(cloud, request, verdict);
        }
    }
    let cost = query.as_ref().map_or(1, |query| route.cost(query));
    let verdict = cloud.charge(&directory_limit(cloud, claims), cost);
    let answer = if verdict.granted {
        granted(cloud, request, claims, route, query)
    } else {
        let tenant = cloud.tenant.id();
        throttled(cloud, request, verdict)
            .with("x-ms-throttle-information", "ResourceUnitLimitExceeded")
            .with(
                "x-ms-throttle-scope",
                format!("Tenant_Application/ReadWrite/{}/{tenant}", claims.appid),
            )
    };
    with_usage(answer, verdict, cost)
}

fn granted(
    cloud: &Cloud,
    request: &Request,
    claims: &Claims,
    route: &Route,
    query: Result<Query, Failure>,
) -> Answer {
    read(cloud, request, claims, route, query)
        .unwrap_or_else(|failure| refuse(cloud, request, &failure))
}

fn throttled(cloud: &Cloud, request: &Request, verdict: Verdict) -> Answer {
    let answer = refuse(cloud, request, &Failure::throttled());
    answer.with("Retry-After", verdict.wait.to_string())
}

/// One request in a second for a tenant, whoever asks. Documented for conditional access policies;
/// taken to hold for all policies.
fn policies_limit(cloud: &Cloud) -> Limit {
    Limit {
        domain: format!("{}/graph-policies", cloud.tenant.id()),
        holder: String::new(),
        budget: Budget::Bucket { capacity: 1, refill: 1, debt: 0 },
    }
}

/// Five requests in ten seconds for an application that reads reports. The report of registered
/// authentication methods is not named among those that this is documented for.
fn reports_limit(cloud: &Cloud, claims: &Claims) -> Limit {
    Limit {
        domain: format!("{}/graph-reports", cloud.tenant.id()),
        holder: claims.appid.clone(),
        budget: Budget::Window { units: 5, seconds: 10 },
    }
}

/// Ten requests in a minute for an application that reads when users last signed in.
fn sign_in_activity_limit(cloud: &Cloud, claims: &Claims) -> Limit {
    Limit {
        domain: format!("{}/graph-sign-in-activity", cloud.tenant.id()),
        holder: claims.appid.clone(),
        budget: Budget::Window { units: 10, seconds: 60 },
    }
}

/// The resource units that an application may use in a tenant: per 10 seconds 3,500 below 50
/// users, 5,000 up to 500, 8,000 above. That the whole amount can be used at once, and that
/// requests which were refused count up to 1.8 times the limit, is inferred from the documented
/// range of `x-ms-throttle-limit-percentage`.
fn directory_limit(cloud: &Cloud, claims: &Claims) -> Limit {
    let capacity = match cloud.tenant.users {
        0..50 => 3500,
        50..=500 => 5000,
        _ => 8000,
    };
    Limit {
        domain: format!("{}/graph", cloud.tenant.id()),
        holder: claims.appid.clone(),
        budget: Budget::Bucket { capacity, refill: capacity / 10, debt: capacity / 5 * 4 },
    }
}

/// The share of the limit is told from 0.8 on.
fn with_usage(answer: Answer, verdict: Verdict, cost: u32) -> Answer {
    let answer = answer.with("x-ms-resource-unit", cost.to_string());
    if verdict.used < 800 {
        return answer;
    }
    let tenths = verdict.used / 100;
    answer.with("x-ms-throttle-limit-percentage", format!("{}.{}", tenths / 10, tenths % 10))
}
