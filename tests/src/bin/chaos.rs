//! Runs whole jobs under faults and kills, one for each seed, and compares what they come to.

#![expect(clippy::print_stdout, reason = "that is what the program is for")]

use std::ops::Range;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use clap::Parser;
use steps::Integration;
use tests::chaos::{self, Error, Tenant, Weather};

/// Collects a simulated tenant once for each seed, while requests, storage and queues fail and
/// invocations die, and compares every object of the snapshot with that of a calm run.
#[derive(Debug, Parser)]
#[expect(clippy::struct_excessive_bools, reason = "the command line has so many flags")]
struct Arguments {
    /// The seeds, from the first up to but not including the last
    #[arg(long, default_value = "0..100", value_parser = range)]
    seeds: Range<u64>,

    /// This seed only
    #[arg(long, conflicts_with = "seeds")]
    seed: Option<u64>,

    /// Which integration collects the tenant
    #[arg(long, default_value = "azure", value_parser = integration)]
    integration: Integration,

    /// How many users the tenant has
    #[arg(long, default_value_t = 24)]
    users: u32,

    /// About how many resources the subscription has
    #[arg(long, default_value_t = 24)]
    resources: u32,

    /// How many items a page holds at most
    #[arg(long, default_value_t = 5)]
    page_size: u32,

    /// The share of requests, and of calls to storage and queues, to which something happens
    #[arg(long, default_value_t = 0.1)]
    density: f64,

    /// The share of invocations that die
    #[arg(long, default_value_t = 0.1)]
    kills: f64,

    /// Collects some sources of Azure, with lists of every kind, rather than everything, which
    /// takes ten times as long
    #[arg(long)]
    some_sources: bool,

    /// Runs two jobs for each seed, between which the directory changes, and which follow changes
    /// rather than reading everything; the calm run reads everything
    #[arg(long)]
    delta: bool,

    /// Runs two jobs for each seed. The schedule starts the second, which does not read slow lists
    /// again
    #[arg(long, conflicts_with_all = ["delta", "doubt"])]
    again: bool,

    /// Runs two jobs for each seed. In the second, a list is answered in a way that proves nothing,
    /// another one for each seed, and nothing may be deleted
    #[arg(long, conflicts_with = "delta")]
    doubt: bool,
}

fn range(text: &str) -> Result<Range<u64>, String> {
    let (first, last) = text.split_once("..").ok_or("give a range such as 0..200")?;
    let number = |text: &str| text.parse().map_err(|_| format!("{text} is not a number"));
    Ok(number(first)?..number(last)?)
}

fn integration(text: &str) -> Result<Integration, String> {
    Integration::find(text).ok_or_else(|| "say azure or microsoft365".to_owned())
}

fn main() -> Result<ExitCode, Error> {
    let Arguments {
        seeds,
        seed,
        integration,
        users,
        resources,
        page_size,
        density,
        kills,
        some_sources,
        delta,
        again,
        doubt,
    } = Arguments::parse();
    let seeds = seed.map_or(seeds, |seed| seed..seed.saturating_add(1));
    let tenant = Tenant { integration, users, resources, page_size, some_sources, delta, again };
    let start = Instant::now();
    let calm = chaos::calm(tenant)?;
    if !calm.problems.is_empty() {
        return Err(format!("without any fault: {}", calm.problems.join("\n- ")).into());
    }
    let failed = AtomicU64::new(0);
    let doubtful = if doubt { chaos::doubtful() } else { Vec::new() };
    let weather = |seed: u64| {
        let turn = usize::try_from(seed).unwrap_or_default() % doubtful.len().max(1);
        let permanent_later = doubtful.get(turn).cloned().into_iter().collect();
        Weather { seed, density, kills, permanent_later, ..Weather::default() }
    };
    // What cannot be read is carried forward with the reason, so such a snapshot has other bytes.
    let expected = (!doubt).then_some(&calm.snapshot);
    let count = seeds.end.saturating_sub(seeds.start);
    let statistics = chaos::many(tenant, weather, expected, seeds, |seed, outcome| {
        if outcome.problems.is_empty() {
            return;
        }
        failed.fetch_add(1, Ordering::Relaxed);
        println!(
            "seed {seed} {:?}:\n- {}\n  again: cargo run -p tests --bin chaos -- --seed {seed} \
             --integration {} --users {users} --resources {resources} --page-size {page_size} --density {density} --kills {kills}{}{}",
            weather(seed).permanent_later,
            outcome.problems.join("\n- "),
            integration.as_str(),
            if some_sources { " --some-sources" } else { "" },
            match (delta, doubt) {
                (true, _) => " --delta",
                (_, true) => " --doubt",
                _ if again => " --again",
                _ => "",
            },
        );
    })?;
    let (failed, seconds) = (failed.into_inner(), start.elapsed().as_secs());
    println!("{count} seeds, {failed} failed, {seconds} s; {statistics}");
    Ok(ExitCode::from(u8::from(failed > 0)))
}
