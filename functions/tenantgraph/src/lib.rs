//! `tenantgraph`: the command line, which runs the same handlers as the functions on one machine.
//!
//! It is a library too, so that tests run jobs on the same [`machine`].

mod arguments;
mod asked;
mod chosen;
pub mod consent;
mod demo;
mod diff;
mod docs;
mod doctor;
mod event;
mod export;
mod failures;
mod graph;
mod instance;
mod integration;
mod interruption;
mod job;
mod kinds;
mod local;
pub mod machine;
mod plan;
mod print;
pub mod progress;
mod query;
mod questions;
mod report;
mod route;
mod rules;
mod run;
pub mod setup;
mod show;
mod simulate;
mod store;
mod ui;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser as _;
use collector::summary::{JobStatus, Summary};

use arguments::{Arguments, Command};
use progress::Level;

/// Why the command line cannot do what it was asked.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// How a command ended that did what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// With nothing missing.
    Complete,
    /// With something that could not be read. The ledger says what.
    Incomplete,
    /// With something that went wrong, which was told.
    Failed,
    /// Before its end, by a signal.
    Interrupted,
}

impl End {
    /// How jobs ended, by what came of them.
    fn of(summaries: &[Summary]) -> Self {
        let has = |status| summaries.iter().any(|summary| summary.status == status);
        if has(JobStatus::Failed) {
            Self::Failed
        } else if summaries.iter().all(|summary| summary.incomplete.is_empty()) {
            Self::Complete
        } else {
            Self::Incomplete
        }
    }
}

impl From<End> for ExitCode {
    fn from(end: End) -> Self {
        match end {
            End::Complete => Self::SUCCESS,
            End::Incomplete => Self::from(3),
            End::Failed => Self::FAILURE,
            // What shells say of a program that Ctrl-C ended.
            End::Interrupted => Self::from(130),
        }
    }
}

/// Does what a command line says, the first word of which is the name of the program, and says on
/// stderr why it cannot if that is so.
pub async fn run(command_line: impl IntoIterator<Item = OsString>) -> ExitCode {
    match attempt(command_line).await {
        Ok(code) => code,
        // Whoever read the results, such as `head`, has seen enough.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            progress::complain(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

/// Does what a command line says, the first word of which is the name of the program.
///
/// # Errors
///
/// Why it cannot be done, for people. That the command line is invalid is no error, but printed.
pub async fn attempt(command_line: impl IntoIterator<Item = OsString>) -> Result<ExitCode, Error> {
    let arguments = match Arguments::try_parse_from(command_line) {
        Ok(arguments) => arguments,
        Err(error) => {
            let code = if error.use_stderr() { 2 } else { 0 };
            return Ok(error.print().map_or(ExitCode::FAILURE, |()| ExitCode::from(code)));
        }
    };
    let Arguments { telling, command } = arguments;
    Level::of(telling.quiet, telling.verbose).set();
    // What a command keeps while it waits is large, and would lie on the stack of whoever waits.
    Box::pin(obey(command)).await.map(ExitCode::from)
}

async fn obey(command: Command) -> Result<End, Error> {
    match command {
        Command::Demo(demo) => demo::run(demo).await,
        Command::Run(run) => run::run(run).await,
        Command::Plan(plan) => plan::run(&plan),
        Command::Export(export) => export::run(export).await,
        Command::Show(show) => show::run(show).await,
        // What asks keeps much while it waits.
        Command::Query(query) => Box::pin(query::run(query)).await,
        Command::Path(path) => route::path(path).await,
        Command::Neighbours(neighbours) => route::neighbours(neighbours).await,
        Command::Questions(questions) => questions::list(&questions),
        Command::Rules(rules) => rules::run(rules).await,
        Command::Ui(ui) => ui::run(ui).await,
        Command::Diff(diff) => diff::run(diff).await,
        Command::Instance(instance) => instance::run(instance).await,
        Command::Job(job) => job::run(job).await,
        Command::Store(store) => store::run(store).await,
        Command::Consent(consent) => consent::run(consent).await,
        Command::Doctor(doctor) => doctor::run(doctor).await,
        Command::Setup(setup) => setup::run(&setup),
        Command::Docs(docs) => docs::run(&docs),
        Command::Completions(completions) => docs::completions(&completions),
        Command::Simulator(simulator) => simulate::run(simulator).await,
    }
}

fn is_broken_pipe(error: &Error) -> bool {
    let error = error.downcast_ref::<std::io::Error>();
    error.is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}
