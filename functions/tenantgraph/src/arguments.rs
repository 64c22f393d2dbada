//! What the command line understands.

mod ask;
mod docs;
mod look;
mod rules;
mod run;
mod simulated;
mod stored;
mod ui;

use clap::{ArgAction, Args, Parser, Subcommand};

pub(crate) use ask::{
    Asked, AthenaArguments, Drawn, Engine, Explanation, Neighbours, Path, Query, Questions,
    TreeForm,
};
pub(crate) use docs::{Completions, Docs, Page};
pub(crate) use look::{Diff, Export, Format, Show, Subject};
pub(crate) use rules::{CheckRules, ListRules, Rules, RunRules};
pub(crate) use run::{Consent, Doctor, Plan, Run};
pub(crate) use simulated::{Demo, Simulate, Tenant};
pub(crate) use stored::{
    AbandonJob, CheckStore, DEFAULT_STORE, Instance, Instances, Job, Jobs, Store, StoreInstance,
};
pub(crate) use ui::Ui;

pub(crate) use crate::integration::Integration;

/// Collects a Microsoft tenant into a graph of entities and relationships.
///
/// It prints results to stdout and progress to stderr.
#[derive(Debug, Parser)]
#[command(name = "tenantgraph", version, after_help = EXIT_CODES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) telling: Telling,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// How much is told on stderr.
#[derive(Debug, Args)]
pub(crate) struct Telling {
    /// Tells no progress and no remarks on stderr, but errors.
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Tells of each step and each wait, and logs each request that failed. Twice, also what goes
    /// well. `RUST_LOG` chooses more finely.
    #[arg(short, long, global = true, action = ArgAction::Count, conflicts_with = "quiet")]
    pub(crate) verbose: u8,
}

const EXIT_CODES: &str = "Exit codes: 0: tenantgraph read everything. 1: something failed. \
2: the command line is invalid. 3: tenantgraph could not read something; the ledger says what. \
130: the run was interrupted; run the same command again to resume it.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Collects a simulated tenant. You need no account.
    Demo(Demo),
    /// Runs the job of an event on this machine.
    Run(Run),
    /// Lists the steps that an event would run, and why it would not run the others. It makes no
    /// network requests.
    Plan(Plan),
    /// Finds out what the graph of an event's instance will lack, and prints what mends it. It runs
    /// no step.
    Doctor(Doctor),
    /// Exports the latest snapshot of an instance, or the graph of a tenant, for other programs.
    Export(Export),
    /// Shows the latest snapshot of an instance, or the graph of a tenant.
    Show(Show),
    /// Runs a J1QL query over the latest snapshot of an instance, or the graph of a tenant.
    Query(Query),
    /// Finds the shortest way from one entity to another.
    Path(Path),
    /// Shows what an entity is related to.
    Neighbours(Neighbours),
    /// Lists the questions that can be asked of every tenant.
    Questions(Questions),
    /// Serves a page that shows and explores the graph, to this machine alone.
    Ui(Ui),
    /// Looks at rules, and evaluates them here.
    #[command(subcommand)]
    Rules(Rules),
    /// Compares the latest snapshot of an instance or of a tenant with the one before it.
    Diff(Diff),
    /// Lists and changes the stored instances.
    #[command(subcommand)]
    Instance(Instance),
    /// Lists the jobs of instances, and gives up a job that does not end.
    #[command(subcommand)]
    Job(Job),
    /// Checks and repairs the stored objects.
    #[command(subcommand)]
    Store(Store),
    /// Serves the page on which an administrator grants admin consent, and then collects the
    /// tenant.
    Consent(Consent),
    /// Writes what grants tenantgraph access to a tenant: a script for the Azure CLI, a module for
    /// Terraform, a role in Bicep, or the permissions of a manifest. It makes no network requests.
    Setup(crate::setup::arguments::Setup),
    /// Prints the data model, the permissions that tenantgraph needs, what an event may hold, or a
    /// manual page.
    Docs(Docs),
    /// Prints a script that lets a shell complete commands and options.
    Completions(Completions),
    /// Serves a simulated tenant until you stop it.
    Simulator(Simulate),
}
