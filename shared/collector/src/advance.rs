//! What follows when a step has ended.

use std::collections::BTreeSet;

use steps::Step;
use time::OffsetDateTime;

use crate::context::{Context, Error};
use crate::delta;
use crate::discover;
use crate::layout::Job;
use crate::manifest::Manifest;
use crate::message::{Finish, Slice};
use crate::plan::{Plan, PlannedStep};
use crate::ports::QueueName;

/// Sees to the steps that waited for a step which has ended; if it was the last, or the last that
/// is not slow, queues the finish.
///
/// Those of the same throttle domain are returned, to be run at once: a message would have to wait
/// until the invocation that owns the domain has ended. Those of others are queued.
///
/// It may be done again at any time: the queue drops messages that it has seen, and what comes
/// through all the same finds its work done.
pub(crate) async fn after(
    context: &Context,
    plan: &Plan,
    step: &Step,
) -> Result<Vec<Slice>, Error> {
    if !plan.is_whole {
        return Ok(Vec::new());
    }
    if step.discovers() {
        let name = plan.job.manifest(step.id);
        let (manifest, _): (Manifest, _) =
            context.read(&name).await?.ok_or_else(|| Error::Unknown(name))?;
        discover::announce(context, plan, &manifest).await?;
    }
    let ended = ended(context, &plan.job).await?;
    let is_ready = |planned: &PlannedStep| planned.after.iter().all(|it| ended.contains(it));
    let waited = plan
        .enabled()
        .filter(|(planned, _)| planned.after.iter().any(|it| it == step.id) && is_ready(planned));
    let (mut here, mut elsewhere) = (Vec::new(), Vec::new());
    for (planned, next) in waited {
        let is_here = plan.domain(next, &next.list) == plan.domain(step, &step.list);
        // What has ended here may have died before it saw to what waited for it, and no message is
        // left that would do so.
        if !is_here && ended.contains(&planned.id) {
            continue;
        }
        let slice = first_slice(plan, planned);
        if is_here {
            here.push(slice);
        } else {
            elsewhere.push(slice.outgoing(plan));
        }
    }
    if !elsewhere.is_empty() {
        context.queue.send(QueueName::Collect, elsewhere).await?;
    }
    let is_slow = plan.steps.iter().any(|planned| planned.id == step.id && planned.takes_long());
    finish_if_ended(context, plan, &ended, !is_slow).await?;
    Ok(here)
}

/// The first slices of the other steps in the throttle domain of a step that can run from the
/// beginning. Those that waited for others have no messages of their own, which this relies on.
pub(crate) async fn beside(
    context: &Context,
    plan: &Plan,
    step: &Step,
) -> Result<Vec<Slice>, Error> {
    let ended = ended(context, &plan.job).await?;
    let domain = plan.domain(step, &step.list);
    let others = plan.enabled().filter(|(planned, other)| {
        planned.id != step.id
            && plan.domain(other, &other.list) == domain
            && planned.after.is_empty()
            && !ended.contains(&planned.id)
    });
    Ok(others.map(|(planned, _)| first_slice(plan, planned)).collect())
}

/// Queues the steps that can run: at the beginning those that wait for nothing.
///
/// Of a job that is gone on with, steps that have ended are among them. Their messages see to what
/// follows from them, for nobody knows whether that was done.
pub(crate) async fn first(context: &Context, plan: &Plan) -> Result<(), Error> {
    let ended = ended(context, &plan.job).await?;
    let is_ready = |planned: &PlannedStep| planned.after.iter().all(|it| ended.contains(it));
    let ready = plan.enabled().filter(|(planned, _)| is_ready(planned));
    let messages = ready.map(|(planned, _)| first_slice(plan, planned).outgoing(plan)).collect();
    context.queue.send(QueueName::Collect, messages).await?;
    finish_if_ended(context, plan, &ended, true).await
}

fn first_slice(plan: &Plan, planned: &PlannedStep) -> Slice {
    Slice { job: plan.job.clone(), step: planned.id.clone(), slice: 0 }
}

/// Queues the finish if all steps have ended; or an early snapshot if all but slow ones have, and
/// this was not asked for before.
async fn finish_if_ended(
    context: &Context,
    plan: &Plan,
    ended: &BTreeSet<String>,
    is_new: bool,
) -> Result<(), Error> {
    let left = plan.enabled().map(|(planned, _)| planned).filter(|it| !ended.contains(&it.id));
    let left: Vec<&PlannedStep> = left.collect();
    let finish = if left.is_empty() {
        Finish::new(plan.job.clone()).outgoing()
    } else if is_new && left.iter().all(|planned| planned.takes_long()) {
        let so_far = OffsetDateTime::now_utc() - delta::planned(plan);
        Finish::new(plan.job.early()).rested(so_far.try_into().unwrap_or_default())
    } else {
        return Ok(());
    };
    Ok(context.queue.send(QueueName::Finish, vec![finish]).await?)
}

/// The steps of a job that have ended.
pub(crate) async fn ended(context: &Context, job: &Job) -> Result<BTreeSet<String>, Error> {
    let prefix = job.manifests();
    let names = context.store.list(&prefix).await?;
    let steps = names
        .iter()
        .filter_map(|name| name.strip_prefix(&prefix)?.strip_suffix(".json").map(str::to_owned));
    Ok(steps.collect())
}
