//! What is done with rules.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::ask::Asked;
use super::stored::Storage;

/// What is done with rules.
#[derive(Debug, Subcommand)]
pub(crate) enum Rules {
    /// Reads rules, and says what is wrong with them. Exits with 1 if anything is.
    Check(CheckRules),
    /// Evaluates rules of the latest graph, and prints what they tell. Nothing is sent.
    Run(RunRules),
    /// Lists the rules that were evaluated, with how each stands.
    List(ListRules),
}

#[derive(Debug, Args)]
pub(crate) struct CheckRules {
    /// Files with rules, or directories of them. Without any, those that are stored under rules/.
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) storage: Storage,
}

#[derive(Debug, Args)]
pub(crate) struct RunRules {
    /// Files with rules, or directories of them. Without any, those that are stored under rules/.
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) asked: Asked,
    /// Prints JSON, one alert a line.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ListRules {
    #[command(flatten)]
    pub(crate) storage: Storage,
    /// Prints JSON.
    #[arg(long)]
    pub(crate) json: bool,
}
