//! Measures what collecting costs: requests, time of a processor, and how fast items are converted.

#![expect(clippy::print_stdout, reason = "that is what the program is for")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use clap::Parser;
use serde_json::value::{RawValue, to_raw_value};
use steps::{Item, Output, STEPS};
use tests::Recording;
use tests::bench::{self, Cloud, Error, Report, Tenant, groups};

/// Collects a simulated tenant in a process of its own, and prints how many requests and how many
/// seconds of a processor it took; then converts the pages of the tests again and again in one
/// thread.
#[derive(Debug, Parser)]
struct Arguments {
    /// How many users the directory has
    #[arg(long, default_value_t = 10_000)]
    users: u32,

    /// About how many resources the subscription has
    #[arg(long, default_value_t = 500)]
    resources: u32,

    /// For how many seconds to convert
    #[arg(long, default_value_t = 3)]
    seconds: u64,
}

fn main() -> Result<(), Error> {
    bench::play(|| run(&Arguments::parse()))
}

fn run(arguments: &Arguments) -> Result<(), Error> {
    let Arguments { users, resources, seconds } = *arguments;
    let mut cloud =
        Cloud::start(Tenant { users, subscriptions: 1, resources, ..Tenant::default() })?;
    for (what, event) in [("directory", 0), ("subscription", 1)] {
        let before = cloud.counters()?.requests;
        let events = vec![cloud.events[event].clone()];
        let report = cloud.task(events).run()?;
        print(what, &report, cloud.counters()?.requests - before);
    }
    convert(Duration::from_secs(seconds))
}

fn print(what: &str, report: &Report, http: u64) {
    let requests: u64 = report.summaries.iter().map(|it| it.requests).sum();
    let [entities, relationships, http, requests] =
        [report.entities(), report.relationships(), http, requests].map(number);
    println!(
        "{what}: {entities} entities and {relationships} relationships; for each entity {:.3} HTTP \
         requests ({:.3} documents); {:.1} s of a processor for a million entities, {:.1} s for a million \
         entities and relationships",
        http / entities,
        requests / entities,
        report.cpu / entities * 1e6,
        report.cpu / (entities + relationships) * 1e6,
    );
}

/// Converts what the steps' recordings hold, from text, as a slice does.
fn convert(least: Duration) -> Result<(), Error> {
    let recordings: Vec<Recording> = STEPS.iter().filter_map(|step| Recording::of(step)).collect();
    let texts = recordings.iter().map(|recording| {
        let texts: Result<Vec<Box<RawValue>>, _> =
            recording.items.iter().map(to_raw_value).collect();
        texts.map(|texts| (recording, texts))
    });
    let texts: Vec<(&Recording, Vec<Box<RawValue>>)> = texts.collect::<Result<_, _>>()?;
    let (mut items, mut bytes) = (0, 0);
    let began = Instant::now();
    while began.elapsed() < least {
        for (recording, texts) in &texts {
            for (raw, owner) in texts.iter().zip(&recording.owners) {
                let json = serde_json::from_str(raw.get())?;
                let parent = owner.as_ref().map(tests::Owner::parent);
                let item = Item { json: &json, raw, parent, instance: &recording.instance };
                let mut out = Output::default();
                recording.step.convert(item, &mut out);
                black_box(&out);
                items += 1;
                bytes += raw.get().len() as u64;
            }
        }
    }
    let seconds = began.elapsed().as_secs_f64();
    println!(
        "conversion: {} items a second in one thread, {:.1} MB of JSON a second, {} steps",
        groups(rate(items, seconds)),
        number(bytes) / seconds / 1e6,
        texts.len(),
    );
    Ok(())
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a rate is a few digits"
)]
fn rate(count: u64, seconds: f64) -> u64 {
    (number(count) / seconds) as u64
}

#[expect(clippy::cast_precision_loss, reason = "a ratio of large numbers needs no more precision")]
const fn number(count: u64) -> f64 {
    count as f64
}
