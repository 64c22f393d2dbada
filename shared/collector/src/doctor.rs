//! What will be missing from the graph of an instance, found out before a job is run.
//!
//! A doctor signs in, and compares what the enabled steps need with what the principal has been
//! granted, the tenant has licences for, and each subscription has registered. It sends a few
//! requests for the tenant and three or so for each subscription, and starts nothing.

mod directory;
mod finding;
mod subscription;
mod vault;

use std::collections::BTreeSet;

use futures_util::StreamExt;
use futures_util::stream;
use serde::Serialize;
use serde_json::Value;
use steps::{Domain, Service, Setting, Stage, Step};
use time::OffsetDateTime;

pub use finding::{Affected, Finding, Subscription, VaultRefusal};

use crate::ask::items;
use crate::context::{Context, Error};
use crate::event::Event;
use crate::instance::Instance;
use crate::instances;
use crate::plan::{Plan, PlannedStep, enabled};
use crate::ports::{Address, DomainKey, Failure, Fetch, Principal, Request};

/// How few requests are left of the 250 that Azure Resource Manager answers at once in each
/// subscription, where something else uses up what it allows. Source: "Understand how Azure
/// Resource Manager throttles requests".
const FEW: f64 = 50.0;

/// How many subscriptions are examined at once.
const CONCURRENCY: usize = 8;

/// Where subscriptions are listed. Source: Subscriptions, "List".
const SUBSCRIPTIONS: &str = "/subscriptions?api-version=2022-12-01";

/// What a doctor found out about an instance.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// The instance.
    pub instance: String,
    /// The tenant, as its tokens name it, or else as the instance does.
    pub tenant: String,
    /// The application (client) id, as the token says it, or else as the instance does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// The object id of the service principal, which role assignments name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object_id: Option<String>,
    /// The application permissions of Microsoft Graph that were granted, sorted.
    pub granted: Vec<String>,
    /// How many steps are enabled, for the instance and the instances of its subscriptions.
    pub steps: usize,
    /// The subscriptions that were examined.
    pub subscriptions: Vec<Subscription>,
    /// How many more requests Azure Resource Manager says that it would answer at once, in the
    /// subscription where these are the fewest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requests_left: Option<f64>,
    /// What was found, the worst first.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Whether something will be missing from the graph.
    #[must_use]
    pub fn is_missing_something(&self) -> bool {
        self.findings.iter().any(Finding::loses)
    }

    /// Whether the principal cannot sign in, so that nothing else was found out.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.findings.iter().any(|it| matches!(it, Finding::SignInRefused { .. }))
    }
}

/// Finds out what will be missing from the graph of the instance of an event, and of the instances
/// that it makes for subscriptions.
///
/// # Errors
///
/// If the event has no instance, the secret cannot be read, or Microsoft does not answer.
pub async fn run(context: &Context, event: Event) -> Result<Report, Error> {
    let instance = match event {
        Event::Instance { instance, secret, step: _ } => {
            if let Some(secret) = secret {
                context.keep(&instance.id, secret);
            }
            *instance
        }
        Event::Stored { instance_id, step: _ } => instances::stored(context, &instance_id).await?,
        Event::Due | Event::Manage(_) => {
            return Err(Error::Unknown("instance in the event".into()));
        }
    };
    examine(context, &instance).await
}

async fn examine(context: &Context, instance: &Instance) -> Result<Report, Error> {
    let fetch = context.connect(instance).await?;
    let mut report = Report {
        instance: instance.id.clone(),
        tenant: instance.config.directory_id.clone(),
        client_id: instance.config.client_id.clone(),
        object_id: None,
        granted: Vec::new(),
        steps: 0,
        subscriptions: Vec::new(),
        requests_left: None,
        findings: Vec::new(),
    };
    let principal = match fetch.principal(Service::Graph).await {
        Ok(principal) => principal,
        Err(Failure::Authentication(reason)) => {
            report.findings.push(Finding::SignInRefused { reason });
            return Ok(report);
        }
        Err(failure) => return Err(Error::Microsoft(failure)),
    };
    let own = Plan::steps_of(instance, None);
    let mut findings = Vec::new();
    match &principal {
        Some(principal) => {
            if let Some(tenant) = &principal.tenant_id {
                report.tenant.clone_from(tenant);
            }
            if principal.client_id.is_some() {
                report.client_id.clone_from(&principal.client_id);
            }
            report.object_id.clone_from(&principal.object_id);
            report.granted.clone_from(&principal.roles);
            report.granted.sort_unstable();
            findings.extend(clock(principal, OffsetDateTime::now_utc()));
            findings.extend(directory::permissions(&own, &principal.roles));
        }
        None => findings.push(Finding::Unknown {
            what: "which permissions of Microsoft Graph are granted".to_owned(),
            reason: "the token does not say it".to_owned(),
        }),
    }
    findings.extend(directory::licences(&*fetch, instance, &own).await?);
    findings.extend(tenant_lists(&*fetch, instance, &own, &report.tenant).await);
    let made = Plan::steps_of_subscriptions(instance);
    let examined =
        subscriptions(&*fetch, instance, (&own, &made), report.object_id.as_deref(), &mut findings);
    for (subscription, found) in examined.await {
        let owner = subscription.id.clone();
        if let Some(left) = fetch.left(&DomainKey { owner, domain: Domain::ResourceManager }) {
            report.requests_left = Some(report.requests_left.map_or(left, |known| known.min(left)));
            findings.extend((left < FEW).then(|| Finding::NearlyThrottled {
                subscription: subscription.clone(),
                requests_left: left,
            }));
        }
        report.subscriptions.push(subscription);
        findings.extend(found);
    }
    let is_own = |it: &Subscription| instance.config.subscription_id.as_ref() == Some(&it.id);
    let made = if report.subscriptions.iter().all(is_own) { &[] } else { made.as_slice() };
    let planned = own.iter().chain(made).filter(|it| it.disabled.is_none());
    let ids: BTreeSet<&str> = planned.map(|it| &*it.id).collect();
    report.steps = ids.len();
    findings.extend(ids.iter().filter_map(|id| steps::find(id)).filter_map(retired));
    report.findings = finding::merged(findings);
    Ok(report)
}

/// How far the clock of this machine may be off. Microsoft dates tokens up to five minutes back, so
/// that clocks may differ; AWS refuses signatures that are more than five minutes off.
const TOLERANCE: time::Duration = time::Duration::minutes(1);

const DATED_BACK: time::Duration = time::Duration::minutes(5);

/// Whether the clock of this machine is wrong, by the time at which a token was just issued.
fn clock(principal: &Principal, now: OffsetDateTime) -> Option<Finding> {
    let ahead = now - principal.issued?;
    let off = if ahead < -TOLERANCE {
        ahead
    } else if ahead > DATED_BACK + TOLERANCE {
        ahead - DATED_BACK
    } else {
        return None;
    };
    Some(Finding::ClockIsOff { ahead_seconds: off.whole_seconds() })
}

/// The lists that belong to no subscription and that a role above all subscriptions lets read, such
/// as the management groups. Only asking tells whether they can be read.
async fn tenant_lists(
    fetch: &dyn Fetch,
    instance: &Instance,
    steps: &[PlannedStep],
    tenant: &str,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut view = instance.view("", "");
    tenant.clone_into(&mut view.directory_id);
    let domain = DomainKey { owner: tenant.to_owned(), domain: Domain::ResourceManager };
    for step in enabled(steps) {
        let is_of_tenant = step.needs.setting == Setting::SubscriptionInstances
            && step.list.place.service == Service::ResourceManager
            && step.list.parents.is_empty();
        let Some((None, path)) = step.list.address(step, &view, None).filter(|_| is_of_tenant)
        else {
            continue;
        };
        let request = Request::get(Service::ResourceManager, Address::Path(path));
        match crate::ask::ask(fetch, &domain, &request).await {
            Ok(_) => (),
            Err(Failure::Forbidden(_)) => findings.push(Finding::RootRoleMissing {
                actions: actions(step),
                affects: Affected::by(steps, &[step.id]),
            }),
            Err(failure) => findings.push(Finding::unknown(step.name.to_owned(), &failure)),
        }
    }
    findings
}

/// The subscriptions that the instance and those that it makes collect: each with what was found.
/// The steps are those of the instance and those of each that it makes.
async fn subscriptions(
    fetch: &dyn Fetch,
    instance: &Instance,
    (own, made): (&[PlannedStep], &[PlannedStep]),
    object_id: Option<&str>,
    findings: &mut Vec<Finding>,
) -> Vec<(Subscription, Vec<Finding>)> {
    let mut examined: Vec<(Subscription, &[PlannedStep])> = Vec::new();
    let own_id = &instance.config.subscription_id;
    if let Some(id) = own_id {
        examined.push((Subscription { id: id.clone(), name: None }, own));
    }
    if instance.config.configure_subscription_instances {
        match listed(fetch, instance).await {
            Ok(listed) if listed.is_empty() => findings.push(Finding::NoSubscriptions),
            Ok(listed) => {
                let others = listed.into_iter().filter(|it| own_id.as_ref() != Some(&it.id));
                examined.extend(others.map(|it| (it, made)));
            }
            Err(failure) => {
                findings.push(Finding::unknown("which subscriptions there are".into(), &failure));
            }
        }
    }
    let examined = examined.into_iter().map(|(subscription, steps)| async move {
        let found = subscription::examine(fetch, &subscription, steps, object_id).await;
        (subscription, found)
    });
    stream::iter(examined).buffered(CONCURRENCY).collect().await
}

/// The subscriptions in which the principal has a role, and that the instance would collect.
async fn listed(fetch: &dyn Fetch, instance: &Instance) -> Result<Vec<Subscription>, Failure> {
    let owner = instance.config.directory_id.clone();
    let domain = DomainKey { owner, domain: Domain::ResourceManager };
    let first = Address::Path(SUBSCRIPTIONS.to_owned());
    let listed = items(fetch, &domain, first, "subscriptions").await?;
    let is_collected =
        |it: &Value| it["state"] == "Enabled" || instance.config.ingest_disabled_subscriptions;
    let subscription = |it: &Value| {
        let id = it["subscriptionId"].as_str()?.to_owned();
        Some(Subscription { id, name: it["displayName"].as_str().map(str::to_owned) })
    };
    Ok(listed.iter().filter(|it| is_collected(it)).filter_map(subscription).collect())
}

/// The actions that a step needs.
fn actions(step: &Step) -> Vec<String> {
    let action = |it| match it {
        steps::Permission::Action(name) => Some(name.into_owned()),
        _ => None,
    };
    step.permissions().into_iter().filter_map(action).collect()
}

/// What is told of a step whose list Microsoft is going to retire, or has retired.
fn retired(step: &'static Step) -> Option<Finding> {
    // One that stands in for another is only read where the other could not be.
    let step = Some(step).filter(|it| it.fallback_for.is_none())?;
    let ending = step.list.ending()?;
    let when = match ending.stage {
        Stage::Deprecated => return None,
        Stage::Retires(date) | Stage::Retired(date) => date,
    };
    Some(Finding::Retires {
        step: step.id,
        when,
        is_over: ending.stage.is_over(),
        replacement: ending.replacement,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_off_only_beyond_what_microsoft_allows_for() {
        let now = OffsetDateTime::from_unix_timestamp(1_800_000_000).unwrap();
        let ahead = |seconds| {
            let issued = Some(now - time::Duration::seconds(seconds));
            clock(&Principal { issued, ..Principal::default() }, now)
        };
        for fine in [-60, 0, 300, 360] {
            assert_eq!(ahead(fine), None, "{fine} s");
        }
        assert_eq!(ahead(-90), Some(Finding::ClockIsOff { ahead_seconds: -90 }));
        assert_eq!(ahead(900), Some(Finding::ClockIsOff { ahead_seconds: 600 }));
        assert_eq!(clock(&Principal::default(), now), None);
    }
}
