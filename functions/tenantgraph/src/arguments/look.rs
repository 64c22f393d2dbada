//! What looks at snapshots.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Storage;

/// What to look at.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Subject {
    /// The instance.
    #[arg(long, value_name = "ID")]
    pub(crate) instance: Option<String>,
    /// The tenant, by the id of its instance: shows that instance and those of its subscriptions
    /// as one graph.
    #[arg(long, value_name = "ID")]
    pub(crate) tenant: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Show {
    /// The instance. Without this option, lists the instances that have a snapshot.
    #[arg(long, value_name = "ID")]
    pub(crate) instance: Option<String>,
    /// The tenant, by the id of its instance: shows that instance and those of its subscriptions
    /// as one graph.
    #[arg(long, value_name = "ID", conflicts_with = "instance")]
    pub(crate) tenant: Option<String>,
    #[command(flatten)]
    pub(crate) storage: Storage,
    /// Shows entities or relationships of this type.
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) kind: Option<String>,
    /// Shows only items with this text in their key or name, in upper or lower case.
    #[arg(long, value_name = "TEXT")]
    pub(crate) matching: Option<String>,
    /// The maximum number of items to show.
    #[arg(long, default_value_t = 20)]
    pub(crate) limit: usize,
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
