//! Finishing a job in a process of its own.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Write as _, stdout};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use aws::{Directory, LocalQueue, LocalSecrets};
use collector::layout::Job;
use collector::message::Finish;
use collector::summary::Summary;
use collector::{Context, finish};
use microsoft::Connections;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::collector::{cpu, peak};
use super::{Error, Role, start};

/// A job to finish.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Linking {
    /// Where it is stored.
    pub store: PathBuf,
    /// Where its temporary files lie, and no others.
    pub scratch: PathBuf,
    /// The job.
    pub job: Job,
}

/// What finishing a job took.
#[derive(Debug, Serialize, Deserialize)]
pub struct Measured {
    /// What came of the job.
    pub summary: Summary,
    /// How many seconds it took.
    pub seconds: f64,
    /// How many seconds of a processor.
    pub cpu: f64,
    /// How much memory the process held at most, in kB.
    pub peak: u64,
    /// How many bytes of the local disk its temporary files held at most.
    #[serde(default)]
    pub scratch: u64,
}

/// How often the temporary files are looked at.
const POLL: Duration = Duration::from_millis(20);

impl Linking {
    /// Has a process of its own do it, and watches its temporary files.
    ///
    /// # Errors
    ///
    /// If it fails.
    pub fn run(&self) -> Result<Measured, Error> {
        let mut process = start(&Role::Link(self.clone()))?;
        let files = PathBuf::from(format!("/proc/{}/fd", process.id()));
        let mut scratch = 0;
        while process.try_wait()?.is_none() {
            scratch = scratch.max(held(&files, &self.scratch));
            std::thread::sleep(POLL);
        }
        let output = process.wait_with_output()?;
        if !output.status.success() {
            return Err(format!("finishing ended with {}", output.status).into());
        }
        let measured: Measured = serde_json::from_slice(&output.stdout)?;
        Ok(Measured { scratch, ..measured })
    }
}

/// How many bytes of the local disk the open files of a process hold that lie in a folder. Most
/// temporary files have no name, so the folder does not show them. What is closed meanwhile is not
/// counted.
fn held(files: &Path, folder: &Path) -> u64 {
    let mut seen = BTreeSet::new();
    let files = fs::read_dir(files).into_iter().flatten().flatten();
    let files = files.filter(|it| fs::read_link(it.path()).is_ok_and(|it| it.starts_with(folder)));
    let files = files.filter_map(|it| fs::metadata(it.path()).ok());
    // Linux counts in blocks of 512 bytes here, whatever the file system has.
    files.filter(|it| seen.insert(it.ino())).map(|it| it.blocks() * 512).sum()
}

/// Finishes a job in this process, and prints what it took.
pub(super) fn link(linking: &Linking) -> Result<(), Error> {
    tenantgraph::progress::log();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let context = Context::new(
        Arc::new(Directory::new(&linking.store)),
        Arc::new(LocalQueue::new(Duration::MAX, u32::MAX)),
        Arc::new(LocalSecrets),
        Arc::new(Connections::default()),
    );
    let began = Instant::now();
    let deadline = began + Duration::from_hours(24);
    let message = Finish::new(linking.job.clone());
    let summary = runtime.block_on(finish::run(&context, &message, deadline))?;
    let (seconds, peak, cpu) = (began.elapsed().as_secs_f64(), peak()?, cpu()?);
    let summary = summary.ok_or("the job is not finished")?;
    let measured = Measured { summary, seconds, cpu, peak, scratch: 0 };
    Ok(stdout().write_all(&serde_json::to_vec(&measured)?)?)
}
