//! From what the steps stored to a snapshot.

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use tokio::time::Instant;

use crate::context::{Context, Error, News};
use crate::layout::{self, Job};
use crate::link::{self, Outcome, Turn};
use crate::manifest::{Manifest, make_up};
use crate::message::Finish;
use crate::plan::Plan;
use crate::ports::{Condition, QueueName, StoreError};
use crate::snapshot;
use crate::summary::Summary;

/// How many manifests are asked for at once.
const AT_ONCE: usize = 16;

/// Which snapshot of an instance is the latest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Latest {
    /// The job that wrote it.
    pub job: Job,
    /// The tenant that it is of, if its id is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<String>,
    /// The subscription that it is of, if it is of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscription_id: Option<String>,
}

/// Links what a job's steps stored, writes the snapshot and the summary, and moves `latest`.
///
/// It may be done again at any time, and comes to the same. If `deadline` passes before the snapshot is
/// written, a message asks for the rest, and there is no summary yet.
///
/// # Errors
///
/// If a step has not ended, or storage fails.
pub async fn run(
    context: &Context,
    message: &Finish,
    deadline: Instant,
) -> Result<Option<Summary>, Error> {
    let job = &message.job;
    if let Some((summary, _)) = context.read(&job.summary()).await? {
        return Ok(Some(summary));
    }
    let (plan, _): (Plan, _) =
        context.read(&job.plan()).await?.ok_or_else(|| Error::Unknown(job.plan()))?;
    let mut manifests = manifests(context, &plan).await?;
    make_up(&mut manifests);
    context.observer.observe(job, &News::Links);
    let previous = match &plan.previous {
        Some(previous) => Some(snapshot::summary(context, previous).await?),
        None => None,
    };
    let turn = Turn { number: message.turn, deadline };
    let graph = match link::link(context, &plan, &manifests, previous.as_ref(), turn).await? {
        Outcome::Linked(graph) => *graph,
        Outcome::Paused(turn) => {
            let rest = Finish { job: job.clone(), turn };
            context.queue.send(QueueName::Finish, vec![rest.outgoing()]).await?;
            return Ok(None);
        }
    };
    for manifest in &mut manifests {
        if let Some(why) = graph.shortfalls.get(&manifest.step) {
            manifest.lacks(why);
        }
    }
    let summary = Summary::new(&plan, &manifests, graph, OffsetDateTime::now_utc());
    // The summary ends the job, so `latest` moves before it: no one sees a job that has ended without
    // its snapshot.
    move_latest(context, &plan).await?;
    context.write(&job.summary(), &summary, Condition::Always).await?;
    context.observer.observe(job, &News::Finished);
    Ok(Some(summary))
}

/// The manifests of a job's steps.
async fn manifests(context: &Context, plan: &Plan) -> Result<Vec<Manifest>, Error> {
    let names: Vec<String> = plan.enabled().map(|(it, _)| plan.job.manifest(&it.id)).collect();
    let manifest = async |name: String| {
        let manifest = context.read(&name).await?.ok_or_else(|| Error::Unknown(name))?;
        Ok(manifest.0)
    };
    stream::iter(names).map(manifest).buffered(AT_ONCE).try_collect().await
}

/// Makes a job's snapshot the latest, unless that of another job has become so since it was planned: the
/// job was then taken for dead, and what it is compared with is no longer the last.
async fn move_latest(context: &Context, plan: &Plan) -> Result<(), Error> {
    let Plan { job, previous, .. } = plan;
    let name = layout::latest(&job.instance);
    loop {
        let latest = context.read::<Latest>(&name).await?;
        let condition = match &latest {
            Some((latest, _)) if Some(&latest.job) != previous.as_ref() => return Ok(()),
            Some((_, etag)) => Condition::Matches(etag.clone()),
            None => Condition::Absent,
        };
        let new = Latest {
            job: job.clone(),
            tenant_id: plan.tenant_id.clone(),
            subscription_id: plan.instance.config.subscription_id.clone(),
        };
        match context.write(&name, &new, condition).await {
            Err(Error::Store(StoreError::Conflict(_))) => (),
            written => return written.map(drop),
        }
    }
}
