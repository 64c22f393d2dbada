//! One run, from an empty store to a verdict.

use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use collector::ports::Store as _;
use collector::summary::Summary;
use simulator::DirectoryChange;
use steps::Integration;
use tempfile::TempDir;

use super::machine::Machine;
use super::verdict::{deletions, followers, leaks, verdict};
use super::{Error, Snapshot, Statistics, Tenant, Weather};

/// How many subscriptions get instances of their own.
const fn followers_of(integration: Integration) -> usize {
    match integration {
        Integration::Azure => 1,
        Integration::Microsoft365 => 0,
    }
}

/// What happens to the directory between two jobs.
const CHANGES: DirectoryChange = DirectoryChange::Churn { per_mille: 200 };

const SECOND: Duration = Duration::from_secs(1);

/// What came of a run.
#[derive(Debug)]
pub struct Outcome {
    /// Everything that is not as it has to be.
    pub problems: Vec<String>,
    /// Every object of the snapshot.
    pub snapshot: Snapshot,
    /// What the job says of itself, if it came to its end.
    pub summary: Option<Summary>,
    /// What happened meanwhile.
    pub statistics: Statistics,
}

/// Runs a job in calm weather. Its snapshot is what all others have to come to.
///
/// # Errors
///
/// If the run itself cannot be made.
pub fn calm(tenant: Tenant) -> Result<Outcome, Error> {
    run(tenant, &Weather::default(), None)
}

/// Runs a job in some weather, and compares its snapshot with another.
///
/// What a run with problems has stored is kept in a temporary folder, which the last problem names.
///
/// # Errors
///
/// If the run itself cannot be made.
pub fn run(
    tenant: Tenant,
    weather: &Weather,
    expected: Option<&Snapshot>,
) -> Result<Outcome, Error> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build()?;
    let folder = TempDir::new()?;
    let mut outcome = runtime.block_on(one(tenant, weather, folder.path()))?;
    if let (Some(expected), Some(_)) = (expected, &outcome.summary) {
        outcome.problems.extend(expected.differences(&outcome.snapshot));
    }
    if !outcome.problems.is_empty() {
        outcome.problems.push(format!("what was stored is in {}", folder.keep().display()));
    }
    Ok(outcome)
}

async fn one(tenant: Tenant, weather: &Weather, folder: &Path) -> Result<Outcome, Error> {
    let machine = Arc::new(Machine::new(tenant, weather, folder).await?);
    let log = tracing::subscriber::set_default(machine.leaks.clone());
    let began = Instant::now();
    let mut job = machine.job().await;
    let refused_later = &weather.permanent_later;
    let has_second = tenant.delta || tenant.again || !refused_later.is_empty();
    if let (true, Ok(first)) = (has_second, job.clone()) {
        // Which of two listings is the later one is known by the second, and nobody lists twice in
        // one.
        thread::sleep(SECOND.saturating_sub(began.elapsed()));
        if tenant.delta {
            let _ = machine.simulator.change_directory(&CHANGES);
        }
        if !refused_later.is_empty() {
            machine.simulator.set_permanent(refused_later.clone());
        }
        job = if tenant.again {
            let mut all = followers(&machine, &first).await?;
            all.push(first.clone());
            machine.date(&all).await?;
            machine.next_job(&first).await
        } else {
            machine.job().await
        };
    }
    let jobs = if has_second { 2 } else { 1 };
    drop(log);
    let mut statistics = machine.statistics();
    let names = machine.store.list("graph/").await?;
    let early = names.iter().filter(|it| it.ends_with("-early/summary.json")).count();
    statistics.early = u64::try_from(early)?;
    let (problems, snapshot) = (Vec::new(), Snapshot::default());
    let mut outcome = Outcome { problems, snapshot, summary: None, statistics };
    match job {
        Ok(job) => {
            let has_to_complete = weather.permanent.is_empty() && refused_later.is_empty();
            (outcome.summary, outcome.problems) =
                verdict(&machine, &job, jobs, has_to_complete).await?;
            let mut last = followers(&machine, &job).await?;
            if last.len() != followers_of(tenant.integration) {
                outcome.problems.push(format!("{} subscriptions got a snapshot", last.len()));
            }
            for follower in &last {
                let (_, problems) = verdict(&machine, follower, jobs, has_to_complete).await?;
                outcome.problems.extend(problems);
            }
            last.push(job);
            if !tenant.delta {
                outcome.problems.extend(deletions(&machine, &last).await?);
            }
            outcome.snapshot = Snapshot::read(&machine.store, &last).await?;
        }
        Err(problem) => outcome.problems.push(problem),
    }
    let dead = machine.queue.dead().into_iter();
    outcome.problems.extend(dead.map(|body| format!("a message was given up: {body}")));
    outcome.problems.extend(leaks(&machine).await?);
    Ok(outcome)
}
