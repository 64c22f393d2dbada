//! From what the steps stored to a snapshot.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::context::{Context, Error, News};
use crate::layout::{self, Job};
use crate::link;
use crate::manifest::Manifest;
use crate::message::Finish;
use crate::plan::Plan;
use crate::ports::{Condition, StoreError};
use crate::summary::Summary;

/// Which snapshot of an instance is the latest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Latest {
    /// The job that wrote it.
    pub job: Job,
}

/// Links what a job's steps stored, writes the snapshot and the summary, and moves `latest`.
///
/// It may be done again at any time, and comes to the same.
///
/// # Errors
///
/// If a step has not ended, or storage fails.
pub async fn run(context: &Context, message: &Finish) -> Result<Summary, Error> {
    let job = &message.job;
    if let Some((summary, _)) = context.read(&job.summary()).await? {
        move_latest(context, job).await?;
        return Ok(summary);
    }
    let (plan, _): (Plan, _) =
        context.read(&job.plan()).await?.ok_or_else(|| Error::Unknown(job.plan()))?;
    let mut manifests: Vec<Manifest> = Vec::new();
    for (planned, _) in plan.enabled() {
        let name = job.manifest(&planned.id);
        let manifest = context.read(&name).await?.ok_or_else(|| Error::Unknown(name))?;
        manifests.push(manifest.0);
    }
    context.observer.observe(job, &News::Links);
    let graph = link::link(context, job, &manifests).await?;
    let summary = Summary::new(&plan, &manifests, graph, OffsetDateTime::now_utc());
    // The summary ends the job, so `latest` moves before it: no one sees a job that has ended without
    // its snapshot.
    move_latest(context, job).await?;
    context.write(&job.summary(), &summary, Condition::Always).await?;
    context.observer.observe(job, &News::Finished);
    Ok(summary)
}

/// Makes a job's snapshot the latest, unless a later job has one.
async fn move_latest(context: &Context, job: &Job) -> Result<(), Error> {
    let name = layout::latest(&job.instance);
    loop {
        let condition = match context.read::<Latest>(&name).await? {
            None => Condition::Absent,
            Some((latest, _)) if latest.job.id >= job.id => return Ok(()),
            Some((_, etag)) => Condition::Matches(etag),
        };
        match context.write(&name, &Latest { job: job.clone() }, condition).await {
            Err(Error::Store(StoreError::Conflict(_))) => (),
            written => return written.map(drop),
        }
    }
}
