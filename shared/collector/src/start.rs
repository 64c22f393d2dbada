//! From an event to a planned job.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};
use tokio::time::Instant;
use uuid::Uuid;

use crate::advance;
use crate::context::{Context, Error, News};
use crate::delta;
use crate::event::Event;
use crate::finish::Latest;
use crate::instance::{Instance, SecretReference};
use crate::instances::{self, Managed};
use crate::layout::{self, Job};
use crate::manifest::Manifest;
use crate::message::{Finish, Slice};
use crate::plan::{Plan, PlannedStep};
use crate::ports::{
    Address, Condition, DomainKey, Etag, Failure, Fetch, QueueName, Request, StoreError,
};
use crate::slice::{self, Outcome};
use steps::{Domain, Integration, Service};

/// After how long a job that has not ended is taken for dead.
const LEASE: Duration = Duration::hours(24);

/// How long the finish of a job that died may take before it is asked for again.
const BURIAL: Duration = Duration::hours(2);

/// How long a start waits for a throttle, all in all.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(20);

/// What came of an event.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Started {
    /// Jobs were started.
    Jobs(Vec<Job>),
    /// One step was run by itself.
    Step(Box<StepResult>),
    /// Stored instances were looked at or changed.
    Managed(Managed),
}

/// What one step read, run by itself.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StepResult {
    /// The job under which the results are stored.
    pub job: Job,
    /// What was stored, and how complete it is.
    pub manifest: Manifest,
    /// What to mind.
    pub warnings: Vec<String>,
}

/// The lease that keeps a second job of an instance from starting.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Lease {
    job: Job,
    #[serde(with = "time::serde::rfc3339")]
    since: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    until: OffsetDateTime,
    /// Whether the job's first steps were queued.
    is_queued: bool,
    /// What asked for the job, if that has a name. Asked again, it gets the same job.
    #[serde(default)]
    cause: String,
}

/// Does what an event asks for: starts jobs, or runs one step until `deadline`. The cause is the name of the
/// event, if it has one: AWS Lambda may hand it over more than once.
///
/// # Errors
///
/// If the event makes no sense, the instance cannot be collected as it is configured, or storage, the
/// queue or the store of secrets fails.
pub async fn handle(
    context: &Context,
    event: Event,
    cause: &str,
    deadline: Instant,
) -> Result<Started, Error> {
    let (instance, secret, step) = match event {
        Event::Instance { instance, secret, step } => (*instance, secret, step),
        Event::Stored { instance_id, step } => (stored(context, &instance_id).await?, None, step),
        Event::Due => return due(context, cause).await.map(Started::Jobs),
        Event::Manage(action) => {
            return instances::manage(context, action).await.map(Started::Managed);
        }
    };
    if let Some(secret) = secret {
        if step.is_none() && !context.is_one_process {
            return Err(Error::SecretLost(instance.id));
        }
        context.keep(&instance.id, secret);
    }
    match step {
        Some(step) => run_step(context, &instance, &step, deadline).await,
        None => Ok(Started::Jobs(vec![start(context, &instance, cause).await?])),
    }
}

/// Every stored instance whose polling interval has passed, and that is not running. Those of subscriptions
/// are started for their tenant's.
async fn due(context: &Context, cause: &str) -> Result<Vec<Job>, Error> {
    let now = OffsetDateTime::now_utc();
    let mut jobs = Vec::new();
    for id in instances::ids(context, "").await? {
        if Instance::is_of_subscription(&id) {
            continue;
        }
        // One instance that cannot start must not keep the others from starting.
        let started = match stored(context, &id).await {
            Ok(instance) if is_due(context, &instance, now).await? => {
                start(context, &instance, cause).await
            }
            Ok(_) => continue,
            Err(error) => Err(error),
        };
        match started {
            Ok(job) => jobs.push(job),
            Err(
                error @ (Error::AwaitsConsent { .. } | Error::Running { .. } | Error::Died { .. }),
            ) => {
                tracing::info!(instance.id = id, %error, "an instance is not started");
            }
            Err(error) => tracing::error!(instance.id = id, %error, "an instance cannot start"),
        }
    }
    Ok(jobs)
}

async fn is_due(
    context: &Context,
    instance: &Instance,
    now: OffsetDateTime,
) -> Result<bool, Error> {
    let Some(interval) = instance.polling_interval.duration().filter(|_| instance.enabled) else {
        return Ok(false);
    };
    let lease = context.read::<Lease>(&layout::lease(&instance.id)).await?;
    Ok(lease.is_none_or(|(lease, _)| lease.since < turn(&instance.id, interval, now)))
}

/// When it was an instance's turn last. Those of an interval are spread over it, each at its own moment that
/// follows from its id, so that they do not all begin at once.
fn turn(id: &str, interval: std::time::Duration, now: OffsetDateTime) -> OffsetDateTime {
    let interval = i64::try_from(interval.as_secs()).unwrap_or(i64::MAX).max(1);
    let hash = Uuid::new_v5(&Uuid::NAMESPACE_OID, id.as_bytes()).as_u64_pair().0;
    let offset = i64::try_from(hash >> 1).unwrap_or_default() % interval;
    now - Duration::seconds((now.unix_timestamp() - offset).rem_euclid(interval))
}

async fn stored(context: &Context, id: &str) -> Result<Instance, Error> {
    let instance = instances::find(context, id).await?;
    if matches!(instance.config.client_secret, SecretReference::InMemory) {
        return Err(Error::SecretLost(id.to_owned()));
    }
    Ok(instance)
}

/// Validates an instance, plans its job, and queues the first steps.
///
/// A start that died half way is gone on with by the next: the plan is there before the lease, and the
/// lease says whether the first steps were queued. What asks again for the job that it asked for before gets
/// that one, even if it has ended.
pub(crate) async fn start(
    context: &Context,
    instance: &Instance,
    cause: &str,
) -> Result<Job, Error> {
    let mut plan = plan(context, instance, None).await?;
    let (lease, etag) = lease(context, &plan, cause).await?;
    if lease.is_queued {
        return Ok(lease.job);
    }
    if lease.job != plan.job {
        let name = lease.job.plan();
        plan = context.read(&name).await?.ok_or_else(|| Error::Unknown(name))?.0;
    }
    let steps = plan.enabled().count();
    context.observer.observe(&plan.job, &News::Planned { instance: &instance.name, steps });
    advance::first(context, &plan).await?;
    let queued = Lease { is_queued: true, ..lease };
    let name = layout::lease(&plan.job.instance);
    match context.write(&name, &queued, Condition::Matches(etag)).await {
        // Another start went on with the same job, and has come as far.
        Err(Error::Store(StoreError::Conflict(_))) => (),
        written => drop(written?),
    }
    Ok(plan.job)
}

/// What a job would do, without doing it: the whole job, or some steps by themselves.
///
/// # Errors
///
/// If the instance cannot be collected as it is configured.
async fn plan(
    context: &Context,
    instance: &Instance,
    alone: Option<Vec<PlannedStep>>,
) -> Result<Plan, Error> {
    let now = OffsetDateTime::now_utc();
    let fetch = context.connect(instance).await?;
    let portal = sign_in(context, instance, &*fetch).await?;
    let is_whole = alone.is_none();
    let Intune { account, lacking } = match instance.integration {
        Integration::Azure => Intune::default(),
        Integration::Microsoft365 => intune(&*fetch, instance).await?,
    };
    let steps = alone.unwrap_or_else(|| Plan::steps_of(instance, lacking.as_deref()));
    let latest = context.read::<Latest>(&layout::latest(&instance.id)).await?;
    let tenant_id = fetch.tenant_id().await.map_err(Error::Microsoft)?;
    let plan = Plan {
        job: Job::new(&instance.id, now),
        planned_at: now.format(&Rfc3339).unwrap_or_default(),
        instance: instance.clone(),
        portal,
        intune_account_id: account,
        tenant_id,
        previous: latest.as_ref().map(|(latest, _)| latest.job.clone()),
        parents_per_shard: context.parents_per_shard,
        is_whole,
        kept: delta::kept(context, instance, &steps).await?,
        steps,
    };
    match latest {
        Some((latest, _)) => same_origin(&plan, &latest).map(|()| plan),
        None => Ok(plan),
    }
}

/// Refuses to compare what an instance collects with what it has collected of something else: all of it
/// would be taken for deleted.
fn same_origin(plan: &Plan, latest: &Latest) -> Result<(), Error> {
    let config = &plan.instance.config;
    let changed = |what: &str, before: Option<&str>, now: Option<&str>| {
        let (before, now) = (before?, now?);
        let is_other = !before.eq_ignore_ascii_case(now);
        is_other.then(|| format!("of the {what} {before}, and is configured for {now} now"))
    };
    let tenant = || changed("tenant", latest.tenant_id.as_deref(), plan.tenant_id.as_deref());
    let subscription = (latest.subscription_id.as_deref(), config.subscription_id.as_deref());
    let Some(changed) = changed("subscription", subscription.0, subscription.1).or_else(tenant)
    else {
        return Ok(());
    };
    let id = &plan.instance.id;
    Err(Error::Validation(format!(
        "the instance {id} has a graph {changed}. Give what it collects now an id of its own, or remove \
         the instance first: tenantgraph instance remove {id}"
    )))
}

/// Signs in, so that a wrong secret shows now and not in every step; and finds where the portal shows
/// the tenant.
async fn sign_in(
    context: &Context,
    instance: &Instance,
    fetch: &dyn Fetch,
) -> Result<String, Error> {
    let directory = &instance.config.directory_id;
    let domain = match default_domain(fetch, directory).await {
        Ok(domain) => domain,
        Err(Failure::Authentication(reason)) => return Err(Error::Validation(reason)),
        // The directory may be closed to who reads a subscription. The portal knows its id as well.
        Err(
            Failure::Forbidden(_)
            | Failure::Gone(_)
            | Failure::NotApplicable(_)
            | Failure::Retired(_)
            | Failure::NotRegistered(_),
        ) => None,
        Err(failure) => return Err(Error::Microsoft(failure)),
    };
    let portal = context.microsoft.portal(&instance.config.cloud);
    let domain = domain.unwrap_or_else(|| directory.clone());
    Ok(format!("{portal}/#@{domain}"))
}

/// The domain that new users of a directory get.
pub(crate) async fn default_domain(
    fetch: &dyn Fetch,
    directory: &str,
) -> Result<Option<String>, Failure> {
    let first = Address::Path("/organization?$select=verifiedDomains".to_owned());
    let mut address = first.clone();
    // There is one organization, but an empty page with a next link may come before it.
    for _ in 0..10 {
        let page = ask(fetch, directory, address).await?;
        let domains = page.pointer("/value/0/verifiedDomains").and_then(Value::as_array);
        let default = domains.into_iter().flatten().find(|it| it["isDefault"] == true);
        if let Some(name) = default.and_then(|it| it["name"].as_str()) {
            return Ok(Some(name.to_owned()));
        }
        let Some(link) = page["@odata.nextLink"].as_str() else { break };
        address = Address::Link { link: link.to_owned(), first: Box::new(first.clone()) };
    }
    Ok(None)
}

/// What a tenant has of Microsoft Intune.
#[derive(Default)]
struct Intune {
    /// Its account, if it could be read.
    account: Option<String>,
    /// Why there is nothing to read, if that is so.
    lacking: Option<String>,
}

/// What a tenant has of Microsoft Intune. Where this cannot be told, the steps are to find out: refused is
/// not empty.
async fn intune(fetch: &dyn Fetch, instance: &Instance) -> Result<Intune, Error> {
    let directory = &instance.config.directory_id;
    let address = Address::Path("/deviceManagement?$select=intuneAccountId".to_owned());
    let account = match ask(fetch, directory, address).await {
        Ok(document) => match document.get("intuneAccountId") {
            Some(account) => account.as_str().map(str::to_owned),
            // What is asked for is answered, be it with null. This answer says nothing.
            None => return Ok(Intune::default()),
        },
        // What Graph says where the directory has never had a licence.
        Err(Failure::Gone(_) | Failure::NotApplicable(_) | Failure::Retired(_)) => None,
        Err(Failure::Forbidden(reason)) if reason.contains("not applicable to target tenant") => {
            None
        }
        Err(Failure::Authentication(reason)) => return Err(Error::Validation(reason)),
        Err(_) => return Ok(Intune::default()),
    };
    let Some(account) = account.filter(|it| !it.is_empty()) else {
        let lacking = "the tenant has no licence of Microsoft Intune".to_owned();
        return Ok(Intune { account: None, lacking: Some(lacking) });
    };
    let path = format!("/organization/{directory}?$select=mobileDeviceManagementAuthority");
    let authority = ask(fetch, directory, Address::Path(path)).await.unwrap_or_default();
    let is_basic = authority["mobileDeviceManagementAuthority"] == "office365";
    let reason = "Basic Mobility and Security manages the tenant's devices, not Microsoft Intune";
    Ok(Intune { account: Some(account), lacking: is_basic.then(|| reason.to_owned()) })
}

/// Reads a document of Microsoft Graph.
async fn ask(fetch: &dyn Fetch, directory: &str, address: Address) -> Result<Value, Failure> {
    let request = Request::get(Service::Graph, address);
    let domain = DomainKey { owner: directory.to_owned(), domain: Domain::Graph };
    let mut patience = PATIENCE;
    loop {
        let answer = fetch.fetch(&domain, vec![request.clone()]).await.pop();
        match answer.unwrap_or_else(|| Err(Failure::Failed("no answer".to_owned()))) {
            Err(Failure::Throttled { wait }) if wait <= patience => {
                patience -= wait;
                tokio::time::sleep(wait).await;
            }
            answer => {
                return serde_json::from_slice(&answer?.body)
                    .map_err(|error| Failure::Failed(error.to_string()));
            }
        }
    }
}

/// Takes the lease of an instance for a job, unless a job of it is running. A job whose first steps were
/// never queued is not running: its lease is returned, to be gone on with.
async fn lease(context: &Context, plan: &Plan, cause: &str) -> Result<(Lease, Etag), Error> {
    let name = layout::lease(&plan.job.instance);
    loop {
        let since = OffsetDateTime::now_utc();
        let (job, cause) = (plan.job.clone(), cause.to_owned());
        let lease = Lease { job, since, until: since + LEASE, is_queued: false, cause };
        let condition = match context.read::<Lease>(&name).await? {
            None => Condition::Absent,
            Some((held, etag)) => {
                if !held.cause.is_empty() && held.cause == lease.cause {
                    return Ok((held, etag));
                }
                let has_ended = context.store.get(&held.job.summary()).await?.is_some();
                if !has_ended && held.until <= since {
                    return Err(bury(context, held, etag).await?);
                }
                if !has_ended && !held.is_queued {
                    return Ok((held, etag));
                }
                if !has_ended {
                    return Err(running(&held));
                }
                Condition::Matches(etag)
            }
        };
        context.write(&plan.job.plan(), plan, Condition::Always).await?;
        match context.write(&name, &lease, condition).await {
            // Another start was faster. Whether it gets as far as to queue anything is not sure.
            Err(Error::Store(StoreError::Conflict(_))) => (),
            written => return written.map(|etag| (lease, etag)),
        }
    }
}

/// Closes a job that died, so that its ledger says so and what it did read is not lost: what has not ended
/// has failed, and the finish sees to the rest. Until that is done no other job can be compared with it.
async fn bury(context: &Context, lease: Lease, etag: Etag) -> Result<Error, Error> {
    let (job, now) = (lease.job.clone(), OffsetDateTime::now_utc());
    let name = job.plan();
    let (plan, _): (Plan, _) = context.read(&name).await?.ok_or_else(|| Error::Unknown(name))?;
    for (planned, step) in plan.enabled() {
        let manifest = slice::failed(&plan, step, "the job died before the step had ended");
        match context.write(&job.manifest(&planned.id), &manifest, Condition::Absent).await {
            Err(Error::Store(StoreError::Conflict(_))) => (),
            written => drop(written?),
        }
    }
    context.queue.send(QueueName::Finish, vec![Finish::new(job).outgoing()]).await?;
    let buried = Lease { until: now + BURIAL, is_queued: true, ..lease };
    let name = layout::lease(&buried.job.instance);
    match context.write(&name, &buried, Condition::Matches(etag)).await {
        // Somebody else does the same.
        Err(Error::Store(StoreError::Conflict(_))) => (),
        written => drop(written?),
    }
    Ok(Error::Died { instance: buried.job.instance, job: buried.job.id })
}

fn running(lease: &Lease) -> Error {
    let text = |moment: OffsetDateTime| moment.format(&Rfc3339).unwrap_or_default();
    Error::Running {
        instance: lease.job.instance.clone(),
        job: lease.job.id.clone(),
        since: text(lease.since),
        until: text(lease.until),
    }
}

/// Runs exactly one step, and answers with what was stored.
async fn run_step(
    context: &Context,
    instance: &Instance,
    step: &str,
    deadline: Instant,
) -> Result<Started, Error> {
    let mut steps = Plan::steps_of(instance, None);
    let mut warnings = Vec::new();
    if !steps.iter().any(|planned| planned.id == step) {
        let integration = instance.integration.as_str();
        return Err(Error::Validation(format!("{step} is not a step of {integration}")));
    }
    for planned in &mut steps {
        if planned.id == step {
            // Asking for a step by name outweighs the switches that would leave it out.
            warnings.extend(
                planned.disabled.take().map(|why| format!("{step} is off in a whole job: {why}")),
            );
        } else {
            planned.disabled.get_or_insert_with(|| "another step was asked for".to_owned());
        }
    }
    let plan = plan(context, instance, Some(steps)).await?;
    context.write(&plan.job.plan(), &plan, Condition::Absent).await?;
    let job = plan.job.clone();
    let mut message = Slice { job: job.clone(), step: step.to_owned(), shard: 0, slice: 0 };
    loop {
        match slice::run(context, &message, deadline).await? {
            // Nothing waits for a step that runs by itself.
            Outcome::Ended(_) => break,
            Outcome::Wait(wait) if Instant::now() + wait < deadline => {
                tokio::time::sleep(wait).await;
            }
            Outcome::Continued if Instant::now() < deadline => message.slice += 1,
            Outcome::Wait(_) | Outcome::Continued => {
                return Err(Error::TooLong { step: step.to_owned(), job: job.id });
            }
        }
    }
    let name = job.manifest(step);
    let (manifest, _): (Manifest, _) =
        context.read(&name).await?.ok_or_else(|| Error::Unknown(name))?;
    for entry in manifest.ledger.iter().filter(|entry| !entry.status.is_complete()) {
        let kind = entry.kind.as_deref().unwrap_or("relationships");
        let reason = entry.reason.as_deref().unwrap_or_default();
        warnings.push(format!("{kind} {}: {reason}", entry.status.as_str()));
    }
    warnings.extend(manifest.drift.iter().map(|(property, count)| {
        format!("{property} was not as expected in {count} items, and is left out there")
    }));
    Ok(Started::Step(Box::new(StepResult { job, manifest, warnings })))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use time::macros::datetime;

    use super::*;

    #[test]
    fn each_instance_has_its_turn_once_in_an_interval() {
        let hour = std::time::Duration::from_hours(1);
        let now = datetime!(2026-03-01 12:34:56 UTC);
        let ids: Vec<String> = (0..60).map(|id| format!("instance-{id}")).collect();
        let turns: BTreeSet<OffsetDateTime> = ids.iter().map(|id| turn(id, hour, now)).collect();
        assert!(turns.iter().all(|turn| now - hour < *turn && *turn <= now));
        assert!(turns.len() > 50, "they do not all begin at once");
        for id in ids {
            let last = turn(&id, hour, now);
            assert_eq!(turn(&id, hour, last), last);
            assert_eq!(turn(&id, hour, last + hour - Duration::SECOND), last);
            assert_eq!(turn(&id, hour, last + hour), last + hour);
        }
    }
}
