//! Measures what it takes to follow the changes of a large directory.

#![expect(clippy::print_stdout, reason = "that is what the program is for")]

use clap::Parser;
use steps::Integration;
use tempfile::TempDir;
use tests::bench::{self, Cloud, Error, Report, Task, Tenant, groups, verdict};

/// The share of the requests of a whole job that one may take which follows changes.
const MOST_REQUESTS: f64 = 0.05;

/// The most memory a collector may hold, in MB.
const MOST: f64 = 96.0;

/// Collects a simulated directory in a process of its own, lets some of it change, and collects it again by
/// what has changed. Prints how many requests each took, of the steps that can follow changes and in all, how long,
/// and how much memory the process held at most.
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
    let task = Task {
        cloud: cloud.description.clone(),
        events: vec![event],
        store: Some(folder.path().to_owned()),
        is_machine: false,
    };
    let first = task.run()?;
    let whole = cloud.counters()?.requests;
    print("first job", &first, whole);
    let changed = cloud.change_directory(changes)?;
    let second = task.run()?;
    let rest = cloud.counters()?.requests - whole;
    print("second job", &second, rest);
    let share = |part: u64, of: u64| {
        Ok::<_, Error>(f64::from(u32::try_from(part)?) / f64::from(u32::try_from(of)?))
    };
    let documents = share(followed(&second), followed(&first))?;
    println!(
        "{} objects had changed; the second job asked for {:.1} % of the documents of the first, of steps that follow \
         changes (at most {:.0} %: {}), and took {:.1} % of all HTTP requests; the feed tells {:?}",
        groups(changed),
        100.0 * documents,
        100.0 * MOST_REQUESTS,
        verdict(documents <= MOST_REQUESTS),
        100.0 * share(rest, whole)?,
        second.changes,
    );
    Ok(())
}

/// How many documents were asked for by steps that can follow changes.
fn followed(report: &Report) -> u64 {
    let of = |id: &str| steps::find(id).filter(|it| it.integration == Integration::Azure);
    let follows = |id: &str| of(id).is_some_and(|step| !step.list.delta.is_empty());
    let ledger = report.summaries.iter().flat_map(|it| &it.ledger);
    let mut requests: Vec<(&str, u64)> =
        ledger.filter(|it| follows(&it.step)).map(|it| (it.step.as_str(), it.requests)).collect();
    requests.dedup();
    requests.iter().map(|(_, requests)| requests).sum()
}

fn print(name: &str, report: &Report, requests: u64) {
    let peak = f64::from(u32::try_from(report.peak).unwrap_or(u32::MAX)) / 1024.0;
    let incomplete: usize = report.summaries.iter().map(|it| it.incomplete.len()).sum();
    println!(
        "{name}: {} entities, {} relationships, {incomplete} not complete; {} HTTP requests, {} documents asked for by \
         steps that follow changes; {peak:.1} MB at most (at most {MOST} MB: {}); {:.0} s, of which {:.0} s of linking",
        groups(report.entities()),
        groups(report.relationships()),
        groups(requests),
        groups(followed(report)),
        verdict(peak <= MOST),
        report.seconds,
        report.seconds - report.collected,
    );
    for summary in &report.summaries {
        let mut ledger: Vec<_> = summary.ledger.iter().map(|it| (&it.step, it.requests)).collect();
        ledger.dedup();
        ledger.sort_by_key(|(_, requests)| std::cmp::Reverse(*requests));
        let ledger: Vec<_> =
            ledger.iter().map(|(step, n)| format!("{} of {step}", groups(*n))).collect();
        println!("  documents, up to twenty in a request: {}", ledger.join(", "));
        for entry in &summary.incomplete {
            println!("  not complete: {} ({:?})", entry.step, entry.reason);
        }
    }
}
