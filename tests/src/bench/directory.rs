//! A large directory, as benchmarks are told of it.

use clap::Args;
use collector::layout::Job;
use tempfile::TempDir;

use super::{Error, Linking, Size, Stored, groups};

/// How large a directory is. As it is, it becomes about a million entities and five million
/// relationships.
#[derive(Clone, Copy, Debug, Args)]
pub struct Directory {
    /// How many users the directory has
    #[arg(long, default_value_t = 800_000)]
    pub users: u32,

    /// How many groups
    #[arg(long, default_value_t = 200_000)]
    pub groups: u32,

    /// How many users are in each group
    #[arg(long, default_value_t = 18)]
    pub members: u32,
}

impl Directory {
    /// The same, of which so many of a thousand users and memberships change from job to job.
    #[must_use]
    pub const fn changing(self, changes: u32) -> Size {
        let Self { users, groups, members } = self;
        Size { users, groups, members, changes }
    }

    /// Stores the snapshot of a job, and prints how much it holds. Returns the store and the job.
    ///
    /// # Errors
    ///
    /// If the job cannot be stored or linked.
    #[expect(clippy::print_stdout, reason = "that is what a benchmark is for")]
    pub fn snapshot(self) -> Result<(TempDir, Job), Error> {
        let (folder, scratch) = (TempDir::new()?, TempDir::new()?);
        let mut stored = Stored::new(folder.path(), self.changing(0));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let job = runtime.block_on(stored.job())?;
        let (store, scratch) = (folder.path().to_owned(), scratch.path().to_owned());
        let linked = Linking { store, scratch, job: job.clone() }.run()?;
        let graph = &linked.summary.graph;
        println!(
            "{} entities, {} relationships",
            groups(graph.entities.values().sum()),
            groups(graph.relationships.values().sum()),
        );
        Ok((folder, job))
    }
}
