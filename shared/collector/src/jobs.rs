//! The jobs of instances: how each stands, and giving one up by hand.

use serde::Serialize;
use time::OffsetDateTime;

use crate::context::{Context, Error};
use crate::finish;
use crate::layout::{self, Job};
use crate::lease::{self, Lease};
use crate::plan::Plan;
use crate::ports::Claim;
use crate::summary::{JobStatus, Summary};

/// A job, and how it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Listed {
    /// The job.
    pub job: Job,
    /// When it began, in ISO 8601, if its id says so.
    pub since: String,
    /// How it stands.
    pub state: State,
}

/// How a job stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", tag = "is")]
pub enum State {
    /// It has ended, and everything was read.
    Complete,
    /// It has ended, and its ledger says what was not read.
    Incomplete,
    /// It was given up.
    Failed {
        /// Why.
        reason: String,
    },
    /// A process of this machine is at work on it.
    Held {
        /// Which one.
        holder: String,
    },
    /// It runs, as far as can be told.
    Running {
        /// When it is taken for dead, in ISO 8601.
        until: String,
    },
    /// Its process is gone, or its lease has run out. The next run of the instance sees to it.
    Interrupted,
    /// It was one of a step by itself.
    Step,
    /// It never began, or what it left is damaged.
    Lost,
}

/// The jobs of which something is stored, of an instance or of all, by instance and age.
///
/// # Errors
///
/// If storage fails.
pub async fn list(context: &Context, instance: Option<&str>) -> Result<Vec<Listed>, Error> {
    let prefix = instance.map_or("jobs/".to_owned(), |it| format!("jobs/{it}/"));
    let mut jobs: Vec<Job> = Vec::new();
    for name in context.store.list(&prefix).await? {
        let ["jobs", instance, id, "plan.json" | "summary.json"] =
            name.split('/').collect::<Vec<_>>()[..]
        else {
            continue;
        };
        let job = Job { instance: instance.to_owned(), id: id.to_owned() };
        if jobs.last() != Some(&job) {
            jobs.push(job);
        }
    }
    let mut listed = Vec::new();
    for job in jobs {
        let since = job.moment().map(lease::text).unwrap_or_default();
        let state = state(context, &job).await?;
        listed.push(Listed { job, since, state });
    }
    Ok(listed)
}

async fn state(context: &Context, job: &Job) -> Result<State, Error> {
    if let (Some(Summary { status, reason, .. }), _) = context.spare(&job.summary()).await? {
        return Ok(match status {
            JobStatus::Complete => State::Complete,
            JobStatus::Incomplete => State::Incomplete,
            JobStatus::Failed => State::Failed { reason: reason.unwrap_or_default() },
        });
    }
    let (lease, _) = context.spare::<Lease>(&layout::lease(&job.instance)).await?;
    let Some(lease) = lease.filter(|lease| lease.job == *job) else {
        let (plan, _) = context.spare::<Plan>(&job.plan()).await?;
        return Ok(if plan.is_some_and(|it| !it.is_whole) { State::Step } else { State::Lost });
    };
    let until = lease::text(lease.until);
    Ok(match context.claims.claim(&job.instance)? {
        Claim::Other { holder } => State::Held { holder },
        Claim::Taken => {
            context.claims.release(&job.instance);
            State::Interrupted
        }
        Claim::Own | Claim::Untold if lease.until > OffsetDateTime::now_utc() => {
            State::Running { until }
        }
        Claim::Own | Claim::Untold => State::Interrupted,
    })
}

/// Gives up the job of an instance that has not ended, so that the next may begin anew. Its summary
/// says so, and the last snapshot stays. What is still at work on it comes to nothing.
///
/// # Errors
///
/// If there is no such job, a process of this machine is at work on it, or storage fails.
pub async fn abandon(context: &Context, instance: &str) -> Result<Summary, Error> {
    let nothing = || Error::Unknown(format!("job of instance {instance} that has not ended"));
    let lease = context.read::<Lease>(&layout::lease(instance)).await?;
    let (Lease { job, .. }, _) = lease.ok_or_else(nothing)?;
    if context.store.get(&job.summary()).await?.is_some() {
        return Err(nothing());
    }
    if let Claim::Other { holder } = context.claims.claim(instance)? {
        return Err(Error::Held { instance: instance.to_owned(), holder });
    }
    let given_up = finish::give_up(context, &job, "it was given up by hand").await;
    context.claims.release(instance);
    given_up
}
