//! Measures what it takes to follow the changes of a large directory.

#![expect(clippy::print_stdout, reason = "that is what the program is for")]

use clap::Parser;
use steps::STEPS;
use tempfile::TempDir;
use tests::bench::{
    self, Cloud, Error, MOST_MEMORY, Report, Task, Tenant, groups, megabytes, verdict, whole,
};

/// The share of the requests of a whole job that one may take which follows changes.
const MOST_REQUESTS: f64 = 0.05;

/// Collects a simulated directory in a process of its own, lets some of it change, and collects it
/// again by what has changed. Prints how many requests each took, of the steps that can follow
/// changes and in all, how long, and how much memory the process held at most.
#[derive(Debug, Parser)]
struct Arguments {
    /// How many users the directory has
    #[arg(long, default_value_t = 100_000)]
    users: u32,

    /// How many groups
    #[arg(long, default_value_t = 50_000)]
    groups: u32,

    /// How many members a group has beside the 14 or so that it has otherwise
    #[arg(long, default_value_t = 6)]
    more_members: u32,

    /// How many of a thousand objects change
    #[arg(long, default_value_t = 10)]
    changes: u32,
}

fn main() -> Result<(), Error> {
    bench::play(|| run(&Arguments::parse()))
}

fn run(arguments: &Arguments) -> Result<(), Error> {
    let Arguments { users, groups: count, more_members, changes } = *arguments;
    let tenant = Tenant { users, groups: Some(count), more_members, ..Tenant::default() };
    let mut cloud = Cloud::start(tenant)?;
    let folder = TempDir::new()?;
    let mut event = cloud.events[0].clone();
    event["instance"]["config"]["collection"] = "delta".into();
    let task = Task { store: Some(folder.path().to_owned()), ..cloud.task(vec![event]) };
    let first = task.run()?;
    let earlier = cloud.counters()?.requests;
    print("first job", &first, earlier);
    let changed = cloud.change_directory(changes)?;
    let second = task.run()?;
    let later = cloud.counters()?.requests - earlier;
    print("second job", &second, later);
    let documents = whole(followed(&second)) / whole(followed(&first));
    println!(
        "{} objects had changed; the second job asked for {:.1} % of the documents of the first, of steps that follow \
         changes (at most {:.0} %: {}), and took {:.1} % of all HTTP requests; the feed tells {:?}",
        groups(changed),
        100.0 * documents,
        100.0 * MOST_REQUESTS,
        verdict(documents <= MOST_REQUESTS),
        100.0 * whole(later) / whole(earlier),
        second.changes,
    );
    Ok(())
}

/// How many documents were asked for by steps that can follow changes.
fn followed(report: &Report) -> u64 {
    let follows = STEPS.iter().filter(|step| !step.list.delta.is_empty());
    follows.map(|step| report.requests(step.id)).sum()
}

fn print(name: &str, report: &Report, requests: u64) {
    let (peak, incomplete) = (megabytes(report.peak), report.incomplete());
    println!(
        "{name}: {} entities, {} relationships, {incomplete} not complete; {} HTTP requests, {} documents asked for by \
         steps that follow changes; {peak:.1} MB at most (at most {MOST_MEMORY} MB: {}); {:.0} s, of which {:.0} s of linking",
        groups(report.entities()),
        groups(report.relationships()),
        groups(requests),
        groups(followed(report)),
        verdict(peak <= MOST_MEMORY),
        report.seconds,
        report.seconds - report.collected,
    );
    println!("  {}", report.documents());
    for entry in report.summaries.iter().flat_map(|it| &it.incomplete) {
        println!("  not complete: {} ({:?})", entry.step, entry.reason);
    }
}
