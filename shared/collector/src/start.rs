//! From an event to a planned job.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::time::Instant;

use crate::advance;
use crate::ask::ask;
use crate::context::{Context, Error, News};
use crate::delta;
use crate::due;
use crate::event::Event;
use crate::finish::Latest;
use crate::index::Index;
use crate::instance::{Instance, SecretReference};
use crate::instances::{self, Managed};
use crate::layout::{self, Job};
use crate::lease::{self, Lease};
use crate::manifest::Manifest;
use crate::message::Slice;
use crate::plan::{Plan, PlannedStep};
use crate::ports::{Address, Condition, DomainKey, Failure, Fetch, Request, StoreError};
use crate::providers;
use crate::slice::{self, Outcome};
use crate::snapshot;
use steps::{Domain, Integration, Service};

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
        Event::Due => return due::start(context, cause).await.map(Started::Jobs),
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

/// When the last job of an instance was started, if there was one.
pub(crate) async fn began(context: &Context, id: &str) -> Result<Option<OffsetDateTime>, Error> {
    let (lease, _) = context.spare::<Lease>(&layout::lease(id)).await?;
    Ok(lease.map(|lease| lease.since))
}

/// A stored instance that can run by itself.
pub(crate) async fn stored(context: &Context, id: &str) -> Result<Instance, Error> {
    let instance = instances::find(context, id).await?;
    if matches!(instance.config.client_secret, SecretReference::InMemory) {
        return Err(Error::SecretLost(id.to_owned()));
    }
    Ok(instance)
}

/// Validates an instance, plans its job, and queues the first steps.
///
/// A start that died half way is gone on with by the next: the plan is there before the lease, and the
/// lease says whether the first steps were queued. So is a whole job, where it is sure that its process is
/// gone. What asks again for the job that it asked for before gets
/// that one, even if it has ended.
pub(crate) async fn start(
    context: &Context,
    instance: &Instance,
    cause: &str,
) -> Result<Job, Error> {
    let mut plan = plan(context, instance, None).await?;
    let (lease, etag) = lease::take(context, &plan, cause).await?;
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
    let queued = lease.queued();
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
    let unregistered = match &instance.config.subscription_id {
        Some(subscription) if is_whole => providers::unregistered(&*fetch, subscription).await,
        _ => BTreeSet::new(),
    };
    let steps = alone.unwrap_or_else(|| Plan::steps_of(instance, lacking.as_deref()));
    let (latest, _) = context.spare::<Latest>(&layout::latest(&instance.id)).await?;
    let index = if is_whole && instance.config.subscription_id.is_some() {
        let last = match &latest {
            // A summary that cannot be read is told of when the job is linked.
            Some(latest) => snapshot::of(context, &latest.job).await.ok(),
            None => None,
        };
        Index::of(&*fetch, instance, &steps, (latest.as_ref(), last.as_ref()), now).await
    } else {
        Index::default()
    };
    let tenant_id = fetch.tenant_id().await.map_err(Error::Microsoft)?;
    let plan = Plan {
        job: Job::new(&instance.id, now),
        planned_at: now.format(&Rfc3339).unwrap_or_default(),
        instance: instance.clone(),
        portal,
        intune_account_id: account,
        unregistered,
        index,
        tenant_id,
        previous: latest.as_ref().map(|latest| latest.job.clone()),
        parents_per_shard: context.parents_per_shard,
        is_whole,
        kept: delta::kept(context, instance, &steps).await?,
        steps,
    };
    match latest {
        Some(latest) => same_origin(&plan, &latest).map(|()| plan),
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
        let page = ask_graph(fetch, directory, address).await?;
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
    let account = match ask_graph(fetch, directory, address).await {
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
        let lacking = "the tenant has no Microsoft Intune license".to_owned();
        return Ok(Intune { account: None, lacking: Some(lacking) });
    };
    let path = format!("/organization/{directory}?$select=mobileDeviceManagementAuthority");
    let authority = ask_graph(fetch, directory, Address::Path(path)).await.unwrap_or_default();
    let is_basic = authority["mobileDeviceManagementAuthority"] == "office365";
    let reason = "Basic Mobility and Security manages the tenant's devices, not Microsoft Intune";
    Ok(Intune { account: Some(account), lacking: is_basic.then(|| reason.to_owned()) })
}

/// Reads a document of Microsoft Graph.
async fn ask_graph(fetch: &dyn Fetch, directory: &str, address: Address) -> Result<Value, Failure> {
    let request = Request::get(Service::Graph, address);
    let domain = DomainKey { owner: directory.to_owned(), domain: Domain::Graph };
    ask(fetch, &domain, &request).await
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
            planned.disabled.get_or_insert_with(|| "another step was requested".to_owned());
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
        format!("{property} had an unexpected form in {count} items and was left out of them")
    }));
    Ok(Started::Step(Box::new(StepResult { job, manifest, warnings })))
}
