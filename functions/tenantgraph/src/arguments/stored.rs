//! What looks after what is stored.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Where results are stored, unless a command line or the environment says otherwise.
pub(crate) const DEFAULT_STORE: &str = ".tenantgraph";

/// Where results are stored.
#[derive(Debug, Args)]
pub(crate) struct Storage {
    /// A directory, or a bucket as `s3://BUCKET/PREFIX`.
    #[arg(long, env = "TENANTGRAPH_STORE", default_value = DEFAULT_STORE, value_name = "DIR|s3://…")]
    pub(crate) store: String,
}

/// A command about stored instances.
#[derive(Debug, Subcommand)]
pub(crate) enum Instance {
    /// Lists the stored instances.
    List(Instances),
    /// Shows the stored configuration of an instance.
    Show(OneInstance),
    /// Stores the instance of an event, or replaces its configuration. The next job uses it.
    Store(StoreInstance),
    /// Enables an instance: the schedule, or the job of its tenant, starts it again.
    Enable(OneInstance),
    /// Disables an instance: only you can start it, by hand.
    Disable(OneInstance),
    /// Removes an instance, and the instances that it made for subscriptions. Their snapshots stay.
    Remove(OneInstance),
}

#[derive(Debug, Args)]
pub(crate) struct Instances {
    #[command(flatten)]
    pub(crate) storage: Storage,
    /// Prints JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct OneInstance {
    /// The instance: its id, the beginning of it, or its name.
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) storage: Storage,
}

#[derive(Debug, Args)]
pub(crate) struct StoreInstance {
    /// A file with an event that holds the instance, such as those of events/. `-` reads stdin.
    pub(crate) event: PathBuf,
    #[command(flatten)]
    pub(crate) storage: Storage,
}

/// A command about jobs.
#[derive(Debug, Subcommand)]
pub(crate) enum Job {
    /// Lists the jobs and their status.
    List(Jobs),
    /// Gives up the unfinished job of an instance. The next job starts over, and the last snapshot
    /// stays.
    Abandon(AbandonJob),
}

#[derive(Debug, Args)]
pub(crate) struct Jobs {
    /// Lists only the jobs of this instance: its id, the beginning of it, or its name.
    #[arg(long, value_name = "ID|NAME")]
    pub(crate) instance: Option<String>,
    #[command(flatten)]
    pub(crate) storage: Storage,
    /// Prints JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct AbandonJob {
    /// The instance: its id, the beginning of it, or its name.
    pub(crate) instance: String,
    #[command(flatten)]
    pub(crate) storage: Storage,
}

/// A command about a store.
#[derive(Debug, Subcommand)]
pub(crate) enum Store {
    /// Reads every stored object, and names the damaged ones. Exits with 1 if any is damaged.
    Check(CheckStore),
}

#[derive(Debug, Args)]
pub(crate) struct CheckStore {
    #[command(flatten)]
    pub(crate) storage: Storage,
    /// Moves damaged objects to `damaged/`. Deletes nothing.
    #[arg(long)]
    pub(crate) repair: bool,
    /// Prints JSON.
    #[arg(long)]
    pub(crate) json: bool,
}
