//! What looks at snapshots.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::stored::Storage;

/// What to look at.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Subject {
    /// The instance: its id, the beginning of it, or its name. Needed only where the store has
    /// several.
    #[arg(long, value_name = "ID|NAME")]
    pub(crate) instance: Option<String>,
    /// The tenant, by its own instance: that and the instances of its subscriptions, as one graph.
    #[arg(long, value_name = "ID|NAME", conflicts_with = "instance")]
    pub(crate) tenant: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Show {
    #[command(flatten)]
    pub(crate) subject: Subject,
    #[command(flatten)]
    pub(crate) storage: Storage,
    /// Shows entities or relationships of this type.
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) kind: Option<String>,
    /// Shows only items with this text in their key or name, in upper or lower case.
    #[arg(long, value_name = "TEXT", requires = "kind")]
    pub(crate) matching: Option<String>,
    /// The maximum number of items to show: 20, or all with --json, unless this option says
    /// otherwise.
    #[arg(long, value_name = "COUNT", requires = "kind")]
    pub(crate) limit: Option<u64>,
    /// Prints JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Diff {
    #[command(flatten)]
    pub(crate) subject: Subject,
    #[command(flatten)]
    pub(crate) storage: Storage,
    /// Shows only differences of this type.
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) kind: Option<String>,
    /// Shows how many differences of which type there are, and not each.
    #[arg(long)]
    pub(crate) summary: bool,
    /// The job of the earlier snapshot: its id, or the beginning of it. Without it, the one before
    /// the later snapshot.
    #[arg(long, value_name = "JOB", conflicts_with = "tenant")]
    pub(crate) from: Option<String>,
    /// The job of the later snapshot. Without it, the latest.
    #[arg(long, value_name = "JOB", conflicts_with = "tenant")]
    pub(crate) to: Option<String>,
    /// Prints one JSON object per line.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Export {
    #[command(flatten)]
    pub(crate) subject: Subject,
    #[command(flatten)]
    pub(crate) storage: Storage,
    /// The format of the export.
    #[arg(long, value_enum)]
    pub(crate) format: Format,
    /// The directory to write to. It must be empty; tenantgraph creates it if it does not exist.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Leaves out `_rawData`, the items as Microsoft returned them.
    #[arg(long)]
    pub(crate) no_raw_data: bool,
}

/// A form of export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// The folders that JupiterOne's `sync` command reads.
    Jupiterone,
    /// A file for each type, with one JSON object on each line.
    Ndjson,
    /// Tables of Apache Parquet, one for each type, with views for DuckDB.
    Parquet,
}
