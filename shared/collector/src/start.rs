//! From an instance to a planned job whose first steps are queued.

use std::collections::BTreeSet;

use steps::Integration;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::advance;
use crate::context::{Context, Error};
use crate::delta;
use crate::index::index;
use crate::instance::Instance;
use crate::known;
use crate::layout::{self, Job};
use crate::lease::take::take;
use crate::permissions::OfSubscription;
use crate::plan::{Index, Plan, PlannedStep};
use crate::ports::{Condition, StoreError};
use crate::progress::News;
use crate::providers;
use crate::sign_in::{Intune, intune, sign_in};
use crate::snapshot::{self, Latest};

/// Validates an instance, plans its job, and queues the first steps.
///
/// A start that died half way is gone on with by the next: the plan is there before the lease, and
/// the lease says whether the first steps were queued. So is a whole job, where it is sure that its
/// process is gone. What asks again for the job that it asked for before gets that one, even if it
/// has ended.
///
/// What the schedule starts leaves out slow steps that were read not long ago.
pub(crate) async fn start(
    context: &Context,
    instance: &Instance,
    cause: &str,
    scheduled: bool,
) -> Result<Job, Error> {
    let mut plan = plan(context, instance, None, scheduled).await?;
    let (lease, etag) = take(context, &plan, cause).await?;
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
pub(crate) async fn plan(
    context: &Context,
    instance: &Instance,
    alone: Option<Vec<PlannedStep>>,
    scheduled: bool,
) -> Result<Plan, Error> {
    let now = OffsetDateTime::now_utc();
    let fetch = context.connect(instance).await?;
    let portal = sign_in(context, instance, &*fetch).await?;
    let is_whole = alone.is_none();
    let Intune { account, lacking } = match instance.integration {
        Integration::Azure => Intune::default(),
        Integration::Microsoft365 => intune(&*fetch, instance).await?,
    };
    let subscription = instance.config.subscription_id.as_deref().filter(|_| is_whole);
    let unregistered = match subscription {
        Some(subscription) => providers::unregistered(&*fetch, subscription).await,
        None => BTreeSet::new(),
    };
    let mut steps = alone.unwrap_or_else(|| Plan::steps_of(instance, lacking.as_deref()));
    let (latest, _) = context.spare::<Latest>(&layout::latest(&instance.id)).await?;
    let last = match &latest {
        // A summary that cannot be read is told of when the job is linked.
        Some(latest) if is_whole => snapshot::of(context, &latest.job).await.ok(),
        _ => None,
    };
    let permissions = subscription.map(|it| OfSubscription::new(&*fetch, it));
    if is_whole {
        known::note_basis(&*fetch, instance, permissions.as_ref(), &mut steps).await;
    }
    let interval = instance.config.collection.slow_interval.duration().filter(|_| scheduled);
    if let (Some(last), Some(interval)) = (&last, interval) {
        known::note(&mut steps, last, interval, now);
    }
    let index = if let Some(permissions) = &permissions {
        index(&*fetch, instance, permissions, &steps, (latest.as_ref(), last.as_ref()), now).await
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
        is_whole,
        kept: delta::kept(context, instance, &steps).await?,
        scheduled,
        steps,
    };
    match latest {
        Some(latest) => same_origin(&plan, &latest).map(|()| plan),
        None => Ok(plan),
    }
}

/// Refuses to compare what an instance collects with what it has collected of something else: all
/// of it would be taken for deleted.
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
