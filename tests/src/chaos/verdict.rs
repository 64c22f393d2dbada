//! Whether a job came to what it has to come to.

use std::collections::BTreeSet;

use collector::instance::Instance;
use collector::layout::{self, Job};
use collector::link::Difference;
use collector::plan::Plan;
use collector::ports::{Store, StoreError};
use collector::snapshot::Latest;
use collector::summary::Change;
use collector::summary::{JobStatus, Summary};
use serde::de::DeserializeOwned;

use super::machine::Machine;

/// Everything that is wrong with what a job left behind, the last of so many of its instance, and
/// its summary.
pub(crate) async fn verdict(
    machine: &Machine,
    job: &Job,
    jobs: usize,
    has_to_complete: bool,
) -> Result<(Option<Summary>, Vec<String>), StoreError> {
    let mut problems = Vec::new();
    let Some(summary) = read::<Summary>(machine, &job.summary()).await? else {
        return Ok((None, vec!["there is no summary, and no message is left".to_owned()]));
    };
    if has_to_complete {
        problems.extend(summary.incomplete.iter().map(|entry| {
            let reason = entry.reason.as_deref().unwrap_or_default();
            format!("{} is {}: {reason}", entry.step, entry.status.as_str())
        }));
        if summary.status != JobStatus::Complete {
            problems.push("the job is not complete".to_owned());
        }
    }
    let plan: Option<Plan> = read(machine, &job.plan()).await?;
    for (planned, _) in plan.iter().flat_map(Plan::enabled) {
        if !summary.ledger.iter().any(|entry| entry.step == planned.id) {
            problems.push(format!("the ledger does not tell of {}", planned.id));
        }
        if planned.known_at.is_some() {
            continue;
        }
        let latest = layout::latest_step(&job.instance, &planned.id);
        if read::<Job>(machine, &latest).await?.as_ref() != Some(job) {
            problems.push(format!("{latest} does not name the job"));
        }
    }
    let latest = machine.store.get(&layout::latest(&job.instance)).await?;
    let latest = latest.map(|it| String::from_utf8_lossy(&it.body).into_owned());
    if !latest.is_some_and(|it| it.contains(&job.id)) {
        problems.push("latest.json does not name the job".to_owned());
    }
    problems.extend(others(machine, job, jobs).await?);
    Ok((Some(summary), problems))
}

/// The latest jobs of the instances that a job's made for subscriptions.
pub(crate) async fn followers(machine: &Machine, job: &Job) -> Result<Vec<Job>, StoreError> {
    let prefix = format!("graph/{}", Instance::family(&job.instance));
    let mut jobs = Vec::new();
    for name in machine.store.list(&prefix).await? {
        if name.ends_with("/latest.json") {
            jobs.extend(read::<Latest>(machine, &name).await?.map(|latest| latest.job));
        }
    }
    Ok(jobs)
}

/// Jobs of the instance beside those that were asked for that read something: there may be one at a
/// time.
async fn others(machine: &Machine, job: &Job, jobs: usize) -> Result<Vec<String>, StoreError> {
    let names = machine.store.list(&format!("jobs/{}/", job.instance)).await?;
    let read = names.iter().filter(|name| name.contains("/manifests/"));
    let found: BTreeSet<&str> = read.filter_map(|name| name.split('/').nth(2)).collect();
    let others = found.into_iter().filter(|id| *id != job.id).skip(jobs - 1);
    Ok(others.map(|id| format!("another job of the instance ran, too: {id}")).collect())
}

/// What the jobs deleted, of a tenant from which nothing has gone.
pub(crate) async fn deletions(machine: &Machine, jobs: &[Job]) -> Result<Vec<String>, StoreError> {
    let mut problems = Vec::new();
    for job in jobs {
        let feed = machine.store.get(&job.feed()).await?.map(|it| it.body).unwrap_or_default();
        let text = zstd::decode_all(feed.as_slice()).unwrap_or_default();
        for line in String::from_utf8_lossy(&text).lines() {
            match serde_json::from_str::<Difference>(line) {
                Ok(it) if it.change != Change::Deleted => {}
                _ => problems.push(format!("the feed of {} says {line}", job.instance)),
            }
        }
    }
    Ok(problems)
}

/// Looks for secrets in everything that was stored and sent.
pub(crate) async fn leaks(machine: &Machine) -> Result<Vec<String>, StoreError> {
    for name in machine.store.list("").await? {
        let object = machine.store.get(&name).await?;
        let body = object.map(|it| it.body).unwrap_or_default();
        let text = zstd::decode_all(body.as_slice()).unwrap_or(body);
        machine.leaks.scan(&name, &String::from_utf8_lossy(&text));
    }
    for body in machine.queue.bodies() {
        machine.leaks.scan("a message", &body);
    }
    Ok(machine.leaks.found())
}

async fn read<T: DeserializeOwned>(machine: &Machine, name: &str) -> Result<Option<T>, StoreError> {
    let object = machine.store.get(name).await?;
    Ok(object.and_then(|object| serde_json::from_slice(&object.body).ok()))
}
