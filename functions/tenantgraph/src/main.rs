//! `tenantgraph`: the command line, which runs the same handlers as the functions on one machine.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "results go to stdout and progress to stderr: that is what a command line is for"
)]

mod arguments;
mod demo;
mod docs;
mod export;
mod local;
mod machine;
mod plan;
mod progress;
mod report;
mod run;
mod show;
mod simulate;

use std::process::ExitCode;

use clap::Parser as _;

use arguments::{Arguments, Command};

/// Why the command line cannot do what it was asked.
type Error = Box<dyn std::error::Error + Send + Sync>;

/// How a command ended that did what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// With nothing missing.
    Complete,
    /// With something that could not be read. The ledger says what.
    Incomplete,
}

impl From<End> for ExitCode {
    fn from(end: End) -> Self {
        match end {
            End::Complete => Self::SUCCESS,
            End::Incomplete => Self::from(3),
        }
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    progress::log();
    let done = match arguments.command {
        Command::Demo(demo) => demo::run(demo).await,
        Command::Run(run) => run::run(run).await,
        Command::Plan(plan) => plan::run(plan),
        Command::Export(export) => export::run(export).await,
        Command::Show(show) => show::run(show).await,
        Command::Docs(docs) => docs::run(&docs),
        Command::Simulator(simulator) => simulate::run(simulator).await,
    };
    done.map_or_else(
        |error| {
            eprintln!("{error}");
            ExitCode::FAILURE
        },
        ExitCode::from,
    )
}
