//! What follows when a step has ended.

use std::collections::BTreeSet;

use steps::Step;

use crate::context::{Context, Error};
use crate::message::{Finish, Slice};
use crate::plan::{Plan, PlannedStep};
use crate::ports::{Outgoing, QueueName};
use crate::slice::parents;

/// Queues the steps that waited for a step which has ended; if it was the last, queues the finish.
///
/// It may be done again at any time: the queue drops messages that it has seen, and what comes
/// through all the same finds its work done.
pub(crate) async fn after(context: &Context, plan: &Plan, step: &Step) -> Result<(), Error> {
    if !plan.is_whole {
        return Ok(());
    }
    let ended = ended(context, plan).await?;
    let waited = plan.enabled().map(|(planned, _)| planned).filter(|planned| {
        planned.after.iter().any(|it| it == step.id) && is_ready(planned, &ended)
    });
    let mut messages = Vec::new();
    for planned in waited {
        let Some(step) = steps::find(&planned.id) else { continue };
        let shards = parents::shards(context, plan, planned, step).await?;
        messages.extend((0..shards).map(|shard| first_slice(plan, planned, shard)));
    }
    if !messages.is_empty() {
        context.queue.send(QueueName::Collect, messages).await?;
    }
    finish_if_ended(context, plan, &ended).await
}

/// Queues the steps that wait for nothing.
pub(crate) async fn first(context: &Context, plan: &Plan) -> Result<(), Error> {
    let ready = plan.enabled().map(|(planned, _)| planned).filter(|it| it.after.is_empty());
    let messages: Vec<Outgoing> = ready.map(|planned| first_slice(plan, planned, 0)).collect();
    context.queue.send(QueueName::Collect, messages).await?;
    finish_if_ended(context, plan, &BTreeSet::new()).await
}

fn is_ready(planned: &PlannedStep, ended: &BTreeSet<String>) -> bool {
    planned.after.iter().all(|it| ended.contains(it)) && !ended.contains(&planned.id)
}

fn first_slice(plan: &Plan, planned: &PlannedStep, shard: u32) -> Outgoing {
    let (job, step) = (plan.job.clone(), planned.id.clone());
    Slice { job, step, shard, slice: 0 }.outgoing(plan)
}

async fn finish_if_ended(
    context: &Context,
    plan: &Plan,
    ended: &BTreeSet<String>,
) -> Result<(), Error> {
    if plan.enabled().all(|(planned, _)| ended.contains(&planned.id)) {
        let finish = Finish { job: plan.job.clone() };
        context.queue.send(QueueName::Finish, vec![finish.outgoing()]).await?;
    }
    Ok(())
}

/// The steps of a job that have ended.
async fn ended(context: &Context, plan: &Plan) -> Result<BTreeSet<String>, Error> {
    let prefix = plan.job.manifests();
    let names = context.store.list(&prefix).await?;
    let steps = names
        .iter()
        .filter_map(|name| name.strip_prefix(&prefix)?.strip_suffix(".json").map(str::to_owned));
    Ok(steps.collect())
}
