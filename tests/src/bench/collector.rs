//! A collector in a process of its own.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Write as _, stdout};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use collector::layout::Job;
use collector::link::Difference;
use collector::snapshot;
use collector::summary::Change;
use collector::summary::Summary;
use collector::tenant::Tenant;
use collector::{News, Observer};
use futures_util::future::try_join_all;
use microsoft::Cloud;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use steps::STEPS;
use tempfile::TempDir;
use tenantgraph::machine::Machine;

use super::{Error, Role, groups, start};

/// What to collect: the jobs of some events, all at once.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Task {
    /// How the cloud is reached.
    pub cloud: Value,
    /// The events.
    pub events: Vec<Value>,
    /// Where to store what is read; a folder of its own if it does not matter.
    pub store: Option<PathBuf>,
    /// Whether every processor takes part, as for the command line.
    pub is_machine: bool,
}

/// What a task came to.
#[derive(Debug, Serialize, Deserialize)]
pub struct Report {
    /// What came of each job.
    pub summaries: Vec<Summary>,
    /// How many seconds it took.
    pub seconds: f64,
    /// After how many of them the last step had ended. What is left is the linker's.
    pub collected: f64,
    /// How much memory the process held at most, in kB.
    pub peak: u64,
    /// How much it held at most until the last step had ended.
    pub peak_collected: u64,
    /// How many seconds of a processor it took.
    pub cpu: f64,
    /// How the snapshots differ from those before: how many things of each type were created,
    /// updated and so on.
    pub changes: Changes,
}

impl Task {
    /// Has a process of its own do it.
    ///
    /// # Errors
    ///
    /// If it fails.
    pub fn run(&self) -> Result<Report, Error> {
        let output = start(&Role::Collect(self.clone()))?.wait_with_output()?;
        if !output.status.success() {
            return Err(format!("the collector ended with {}", output.status).into());
        }
        Ok(serde_json::from_slice(&output.stdout)?)
    }
}

impl Report {
    /// How many entities the snapshots have.
    #[must_use]
    pub fn entities(&self) -> u64 {
        self.summaries.iter().flat_map(|it| it.graph.entities.values()).sum()
    }

    /// How many relationships.
    #[must_use]
    pub fn relationships(&self) -> u64 {
        self.summaries.iter().flat_map(|it| it.graph.relationships.values()).sum()
    }

    /// How many lists could not be read to their end, over all jobs.
    #[must_use]
    pub fn incomplete(&self) -> usize {
        self.summaries.iter().map(|it| it.incomplete.len()).sum()
    }

    /// How many requests each step took that took any, as a sentence has them. A `$batch` is up to
    /// twenty.
    #[must_use]
    pub fn documents(&self) -> String {
        let steps = STEPS.iter().map(|step| (step.id, self.requests(step.id)));
        let steps = steps.filter(|(_, requests)| *requests > 0);
        let steps: Vec<String> =
            steps.map(|(step, requests)| format!("{} of {step}", groups(requests))).collect();
        format!("documents, up to twenty in a request: {}", steps.join(", "))
    }

    /// How many requests a step took, over all jobs.
    #[must_use]
    pub fn requests(&self, step: &str) -> u64 {
        let entry =
            |it: &Summary| it.ledger.iter().find(|it| it.step == step).map(|it| it.requests);
        self.summaries.iter().filter_map(entry).sum()
    }
}

/// Does a task in this process, and prints what it came to.
pub(super) fn collect(task: &Task) -> Result<(), Error> {
    tenantgraph::progress::log();
    // One thread does all, as in the functions, unless one process is to do what many do side by
    // side.
    let mut builder = if task.is_machine {
        tokio::runtime::Builder::new_multi_thread()
    } else {
        tokio::runtime::Builder::new_current_thread()
    };
    let runtime = builder.enable_all().build()?;
    let watch = Arc::new(Watch { began: Instant::now(), linking: Mutex::default() });
    let Done { summaries, changes, seconds, peak } = runtime.block_on(jobs(task, &watch))?;
    let (collected, peak_collected) = watch.linking();
    let report =
        Report { summaries, seconds, collected, peak, peak_collected, cpu: cpu()?, changes };
    Ok(stdout().write_all(&serde_json::to_vec(&report)?)?)
}

type Changes = BTreeMap<String, BTreeMap<Change, u64>>;

/// What jobs came to, and what it took; to tell of it takes more.
struct Done {
    summaries: Vec<Summary>,
    changes: Changes,
    seconds: f64,
    peak: u64,
}

async fn jobs(task: &Task, watch: &Arc<Watch>) -> Result<Done, Error> {
    let folder = TempDir::new()?;
    let store = task.store.as_deref().unwrap_or(folder.path());
    let cloud = Cloud::parse(&task.cloud.to_string())?;
    let machine = Machine::new(&store.to_string_lossy(), Some(cloud), watch.clone()).await?;
    let started = try_join_all(task.events.iter().map(|event| machine.run(event.clone()))).await?;
    let jobs = started.into_iter().map(|answer| serde_json::from_value(answer["jobs"].clone()));
    let jobs: Vec<Vec<Job>> = jobs.collect::<Result<_, _>>()?;
    // Each call has a few workers. On AWS there are as many as throttle domains.
    let done = try_join_all(jobs.iter().map(|jobs| machine.finish(jobs))).await?;
    let (seconds, peak) = (watch.began.elapsed().as_secs_f64(), peak()?);
    let mut summaries = Vec::new();
    for summary in done.into_iter().flatten() {
        if summary.subscriptions.is_empty() {
            summaries.push(summary);
        } else {
            let tenant = Tenant::read(&machine.context, &summary.job.instance).await?;
            summaries.extend(tenant.summaries().cloned());
        }
    }
    let mut changes = Changes::new();
    for summary in &summaries {
        let mut lines = snapshot::feed(&machine.context, &summary.job).await?;
        let mut line = String::new();
        while lines.next(&mut line)? {
            let Difference { kind, change, .. } = serde_json::from_str(&line)?;
            *changes.entry(kind).or_default().entry(change).or_default() += 1;
        }
    }
    Ok(Done { summaries, changes, seconds, peak })
}

/// Watches when the linker begins for the last time, and how much memory was held until then.
#[derive(Debug)]
struct Watch {
    began: Instant,
    linking: Mutex<(f64, u64)>,
}

impl Watch {
    fn linking(&self) -> (f64, u64) {
        *self.linking.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for Watch {
    fn observe(&self, _: &Job, news: &News<'_>) {
        if let News::Links = news {
            let mut linking = self.linking.lock().unwrap_or_else(PoisonError::into_inner);
            *linking = (self.began.elapsed().as_secs_f64(), peak().unwrap_or_default());
        }
    }
}

/// The most memory that this process has held so far, in kB.
pub(super) fn peak() -> Result<u64, Error> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next()).ok_or("there is no VmHWM")?;
    Ok(number.parse()?)
}

/// How many seconds of a processor this process has taken so far. Linux counts in hundredths here,
/// whatever the kernel is built with.
pub(super) fn cpu() -> Result<f64, Error> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let (_, fields) = stat.rsplit_once(')').ok_or("/proc/self/stat makes no sense")?;
    // The fields 14 and 15, of which the first two are before the bracket.
    let ticks: Result<Vec<u32>, _> =
        fields.split_whitespace().skip(11).take(2).map(str::parse).collect();
    Ok(f64::from(ticks?.into_iter().sum::<u32>()) / 100.0)
}
