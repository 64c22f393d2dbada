//! Measures what it takes to finish the jobs of a large directory.

#![expect(clippy::print_stdout, reason = "that is what the program is for")]

use std::fs;

use clap::Parser;
use tempfile::TempDir;
use tests::bench::{
    self, Directory, Error, Linking, MOST_MEMORY, Measured, Stored, groups, megabytes, verdict,
    whole,
};

/// How many bytes the temporary files of a finish may hold, for a million entities with five
/// million relationships.
const MOST_SCRATCH: u64 = 4_000_000_000;

/// How many seconds of a processor it may take.
const MOST_CPU: f64 = 300.0;

/// Writes what the steps of a directory would have stored, and finishes the job; then once more
/// with some of it changed. Each finish is a process of its own. Prints how much of the local disk
/// its temporary files held at most, how much memory the process held at most, and how many seconds
/// of a processor it took.
///
/// As it is, the directory becomes about a million entities and five million relationships.
#[derive(Debug, Parser)]
struct Arguments {
    #[command(flatten)]
    directory: Directory,

    /// How many of a thousand users and memberships change
    #[arg(long, default_value_t = 10)]
    changes: u32,
}

fn main() -> Result<(), Error> {
    bench::play(|| run(&Arguments::parse()))
}

fn run(arguments: &Arguments) -> Result<(), Error> {
    let Arguments { directory, changes } = *arguments;
    let (folder, scratch) = (TempDir::new()?, TempDir::new()?);
    let mut stored = Stored::new(folder.path(), directory.changing(changes));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut finish = |name: &str| -> Result<Measured, Error> {
        let job = runtime.block_on(stored.job())?;
        let (store, scratch) = (folder.path().to_owned(), scratch.path().to_owned());
        let steps = store.join("jobs").join(&job.instance).join(&job.id).join("steps");
        let measured = Linking { store, scratch, job }.run()?;
        print(name, &measured);
        // What the steps stored is not needed any more, and is large.
        fs::remove_dir_all(steps)?;
        Ok(measured)
    };
    let first = finish("first job")?;
    let second = finish("second job")?;
    println!(
        "second job to first: {:.2} times the temporary files, {:.2} times the memory, {:.2} times the processor",
        whole(second.scratch / 1000) / whole(first.scratch / 1000),
        whole(second.peak) / whole(first.peak),
        second.cpu / first.cpu,
    );
    println!(
        "second job: at most {} MB of temporary files: {}; at most {MOST_MEMORY} MB of memory: {}; at most {MOST_CPU:.0} s \
         of a processor: {}",
        MOST_SCRATCH / 1_000_000,
        verdict(second.scratch <= MOST_SCRATCH),
        verdict(megabytes(second.peak) <= MOST_MEMORY),
        verdict(second.cpu <= MOST_CPU),
    );
    Ok(())
}

fn print(name: &str, measured: &Measured) {
    let graph = &measured.summary.graph;
    println!(
        "{name}: {} entities, {} relationships, {:?}: {} MB of temporary files, {:.1} MB of memory, {:.1} s of a processor, \
         {:.0} s in all",
        groups(graph.entities.values().sum()),
        groups(graph.relationships.values().sum()),
        graph.changes,
        groups(measured.scratch / 1_000_000),
        megabytes(measured.peak),
        measured.cpu,
        measured.seconds,
    );
}
