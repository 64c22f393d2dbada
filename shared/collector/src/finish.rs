//! From what the steps stored to a snapshot.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::context::{Context, Error, News};
use crate::layout::{self, Job};
use crate::link;
use crate::manifest::{Manifest, make_up};
use crate::message::Finish;
use crate::plan::Plan;
use crate::ports::{Condition, StoreError};
use crate::snapshot;
use crate::summary::{JobStatus, Summary};

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
    /// When the last complete job was planned; until there is one, when the first job was.
    #[serde(default, with = "time::serde::rfc3339::option")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub complete: Option<OffsetDateTime>,
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
    make_up(&mut manifests);
    context.observer.observe(job, &News::Links);
    let previous = match &plan.previous {
        Some(previous) => Some(snapshot::summary(context, previous).await?),
        None => None,
    };
    let graph = link::link(context, &plan, &manifests, previous.as_ref()).await?;
    for manifest in &mut manifests {
        if let Some(why) = graph.shortfalls.get(&manifest.step) {
            manifest.lacks(why);
        }
    }
    let summary = Summary::new(&plan, &manifests, graph, OffsetDateTime::now_utc());
    // The summary ends the job, so `latest` moves before it: no one sees a job that has ended without
    // its snapshot.
    move_latest(context, &plan, summary.status).await?;
    context.write(&job.summary(), &summary, Condition::Always).await?;
    context.observer.observe(job, &News::Finished);
    Ok(summary)
}

/// Makes a job's snapshot the latest, unless that of another job has become so since it was planned: the
/// job was then taken for dead, and what it is compared with is no longer the last.
async fn move_latest(context: &Context, plan: &Plan, status: JobStatus) -> Result<(), Error> {
    let Plan { job, previous, .. } = plan;
    let planned = OffsetDateTime::parse(&plan.planned_at, &Rfc3339).ok();
    let name = layout::latest(&job.instance);
    loop {
        let latest = context.read::<Latest>(&name).await?;
        let condition = match &latest {
            Some((latest, _)) if Some(&latest.job) != previous.as_ref() => return Ok(()),
            Some((_, etag)) => Condition::Matches(etag.clone()),
            None => Condition::Absent,
        };
        let complete = latest.and_then(|(latest, _)| latest.complete);
        let complete = complete.filter(|_| status != JobStatus::Complete).or(planned);
        let new = Latest {
            job: job.clone(),
            tenant_id: plan.tenant_id.clone(),
            subscription_id: plan.instance.config.subscription_id.clone(),
            complete,
        };
        match context.write(&name, &new, condition).await {
            Err(Error::Store(StoreError::Conflict(_))) => (),
            written => return written.map(drop),
        }
    }
}
