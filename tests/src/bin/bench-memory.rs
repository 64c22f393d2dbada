//! Measures how much memory a collector holds at most, for tenants of different sizes.

#![expect(clippy::print_stdout, reason = "that is what the program is for")]

use clap::Parser;
use tests::bench::{self, Cloud, Error, MOST_MEMORY, Tenant, groups, megabytes, verdict};

/// By how much memory may grow from the smallest tenant to the largest.
const GROWTH: f64 = 1.1;

/// How often a small tenant is collected at most.
const MOST_RUNS: u32 = 100;

/// Collects the directory of one simulated tenant after the other, each in a process of its own,
/// and prints how much memory the process held at most (`VmHWM`).
///
/// That depends on which answers happen to come together, for which a large tenant has many more
/// chances. So a small one is collected again and again, until as much was read as of the largest,
/// or often enough.
///
/// A tenant has about 1.3 entities for each user.
#[derive(Debug, Parser)]
struct Arguments {
    /// How many users the tenants have, the smallest first
    #[arg(default_values_t = [8_000, 80_000])]
    users: Vec<u32>,

    /// How many milliseconds each answer takes
    #[arg(long, default_value_t = 0)]
    latency: u64,
}

fn main() -> Result<(), Error> {
    bench::play(|| run(&Arguments::parse()))
}

fn run(arguments: &Arguments) -> Result<(), Error> {
    let mut peaks = Vec::new();
    let largest = arguments.users.iter().copied().max().unwrap_or_default();
    for &users in &arguments.users {
        let runs = (largest / users.max(1)).clamp(1, MOST_RUNS);
        let mut highest = 0.0_f64;
        for _ in 0..runs {
            highest = highest.max(peak(users, arguments.latency)?);
        }
        println!(
            "  {highest:.1} MB at most in {runs} runs (at most {MOST_MEMORY} MB: {})",
            verdict(highest <= MOST_MEMORY)
        );
        peaks.push(highest);
    }
    if let [first, .., last] = peaks[..] {
        let growth = last / first;
        println!(
            "{growth:.2} times as much for the last as for the first (at most {GROWTH}: {})",
            verdict(growth <= GROWTH)
        );
    }
    Ok(())
}

/// Collects a tenant, and returns how much memory that took at most, in MB.
fn peak(users: u32, latency: u64) -> Result<f64, Error> {
    let cloud = Cloud::start(Tenant { users, latency, ..Tenant::default() })?;
    let events = cloud.events[..1].to_vec();
    let report = cloud.task(events).run()?;
    let [peak, collected] = [report.peak, report.peak_collected].map(megabytes);
    println!(
        "{} entities, {} relationships: {peak:.1} MB, {collected:.1} MB before linking, {:.0} s",
        groups(report.entities()),
        groups(report.relationships()),
        report.seconds,
    );
    Ok(peak)
}
