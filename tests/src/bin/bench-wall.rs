//! Compares how long collecting takes with how long it has to take.

#![expect(clippy::print_stdout, reason = "that is what the program is for")]

use std::collections::BTreeMap;

use clap::{Parser, ValueEnum};
use collector::ledger::KnownBy;
use serde_json::{Value, json};
use tests::bench::{
    self, Cloud, Counters, Error, Floor, Report, Task, Tenant, by_domain, groups, limit, megabytes,
    of_groups, verdict, whole,
};
use tests::world::QUICK;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// How much longer than the floor collecting may take, and a tenant with many subscriptions.
const LONGEST: f64 = 1.15;
const LONGEST_OF_TENANT: f64 = 1.3;

/// The share of a limit to use where it is what collecting waits for.
const LEAST_USE: f64 = 0.87;

/// The share of requests that may be answered with 429.
const MOST_REFUSED: f64 = 0.05;

/// What it may cost to learn which lists have anything, of what requesting them all would cost.
const MOST_FOR_INDEX: f64 = 0.1;

/// Collects a simulated tenant, and compares how long that takes with how long the documented
/// limits and the latency say it has to take, for the requests that were made.
///
/// The floor of a throttle domain is the latency of what everything else waits for (the sign-in and
/// what a job looks up first) and, after that, the longest of: the longest chain of pages; the
/// latency of all requests, shared by those in flight; and what the limit does not allow at once,
/// at the rate at which it comes back. The floor of it all is that of the domain which takes
/// longest. Time is real, and nothing is scaled.
#[derive(Debug, Parser)]
struct Arguments {
    /// What to collect
    #[arg(value_enum, default_values_t = [What::Directory, What::Everything])]
    what: Vec<What>,

    /// How many users the directory has
    #[arg(long, default_value_t = 10_000)]
    users: u32,

    /// How many groups the directory has, if it is not one for every four users
    #[arg(long)]
    groups: Option<u32>,

    /// How many members a group has beside the 14 or so that it has otherwise
    #[arg(long, default_value_t = 0)]
    more_members: u32,

    /// How many subscriptions there are, of which one is empty
    #[arg(long, default_value_t = 3)]
    subscriptions: u32,

    /// About how many resources a subscription has
    #[arg(long, default_value_t = 300)]
    resources: u32,

    /// About how many types of resource a subscription has any of, if it is not all that there are
    #[arg(long)]
    types: Option<u32>,

    /// How many devices Intune manages
    #[arg(long, default_value_t = 600)]
    devices: u32,

    /// How many applications were found on devices
    #[arg(long, default_value_t = 2_000)]
    applications: u32,

    /// How many of them a device has on average
    #[arg(long, default_value_t = 30)]
    applications_per_device: u32,

    /// How many milliseconds each answer takes
    #[arg(long, default_value_t = 100)]
    latency: u64,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum What {
    /// The directory: users, groups, and who is in which group
    Directory,
    /// The subscriptions, all at once
    Subscriptions,
    /// Microsoft 365
    Microsoft365,
    /// The directory with all that is on by default, Microsoft 365 and the subscriptions, all at
    /// once
    Everything,
    /// The whole tenant, by the instance that makes one for each subscription
    Tenant,
}

fn main() -> Result<(), Error> {
    bench::play(|| run(&Arguments::parse()))
}

fn run(arguments: &Arguments) -> Result<(), Error> {
    let tenant = Tenant {
        users: arguments.users,
        groups: arguments.groups,
        more_members: arguments.more_members,
        subscriptions: arguments.subscriptions,
        resources: arguments.resources,
        types: arguments.types,
        latency: arguments.latency,
        devices: arguments.devices,
        applications: arguments.applications,
        applications_per_device: arguments.applications_per_device,
    };
    for what in &arguments.what {
        let mut cloud = Cloud::start(tenant)?;
        let is_machine = matches!(what, What::Everything | What::Tenant);
        let report = Task { is_machine, ..cloud.task(events(*what, &cloud)) }.run()?;
        let counters = cloud.counters()?;
        let latency = f64::from(u32::try_from(arguments.latency)?) / 1000.0;
        let domains = by_domain(&report, &counters, arguments.users, latency);
        let longest =
            domains.iter().max_by(|(_, one), (_, other)| one.seconds().total_cmp(&other.seconds()));
        let (domain, floor) = longest.ok_or("nothing was asked for")?;
        let (domain, floor) = match what {
            What::Directory => ("graph", of_groups(&report, arguments.users, latency)),
            What::Tenant => {
                (domain.as_str(), Floor { flight: shared_flight(&counters, latency), ..*floor })
            }
            _ => (domain.as_str(), *floor),
        };
        println!(
            "{} entities, {} relationships; {} HTTP requests, {} documents",
            groups(report.entities()),
            groups(report.relationships()),
            groups(counters.requests),
            groups(asked(&counters)),
        );
        for (name, floor) in &domains {
            let (seconds, Floor { limit, spent, .. }) = (floor.seconds(), floor);
            println!(
                "  {name}: floor {seconds:.1} s, {limit:.1} s of it the limit, for {spent:.0}"
            );
        }
        let most = if matches!(what, What::Tenant) { LONGEST_OF_TENANT } else { LONGEST };
        print_time(&report, &floor, most);
        if floor.is_limited() {
            print_use(domain, &report, &floor, arguments.users);
        }
        print_index(&report, &counters);
        print_refusals(&counters);
        print_snapshots(&report)?;
        println!(
            "  {:.1} MB of memory at most, {:.1} MB until the last step had ended",
            megabytes(report.peak),
            megabytes(report.peak_collected),
        );
        if matches!(what, What::Directory) {
            println!("  {}", report.documents());
        }
    }
    Ok(())
}

/// The events of the instances that are collected.
fn events(what: What, cloud: &Cloud) -> Vec<Value> {
    let (directory, subscriptions) = cloud.events.split_at(1);
    // The bench's own event of a directory has little but groups on.
    let with = |name: &str, value: Value| {
        let mut event = directory[0].clone();
        event["instance"]["config"][name] = value;
        event
    };
    match what {
        What::Directory => directory.to_vec(),
        What::Subscriptions => subscriptions.to_vec(),
        What::Microsoft365 => vec![cloud.microsoft365.clone()],
        What::Everything => {
            let directory = with("ingestionSources", json!({}));
            [vec![directory, cloud.microsoft365.clone()], subscriptions.to_vec()].concat()
        }
        What::Tenant => {
            let mut event = with("configureSubscriptionInstances", true.into());
            // The instances of subscriptions take over what is off.
            event["instance"]["config"]["ingestionSources"] =
                QUICK.map(|it| (it.to_owned(), Value::Bool(false))).into_iter().collect();
            vec![event]
        }
    }
}

/// The latency of all requests, as the template lets 20 functions collect at once, of which each
/// has up to 8 in flight.
fn shared_flight(counters: &Counters, latency: f64) -> f64 {
    const IN_FLIGHT: f64 = 20.0 * 8.0;
    whole(counters.requests) / IN_FLIGHT * latency
}

/// How many documents were asked for, of which a `$batch` has up to twenty.
fn asked(counters: &Counters) -> u64 {
    counters.domains.values().map(|(granted, refused)| granted + refused).sum()
}

fn print_time(report: &Report, floor: &Floor, most: f64) {
    let (seconds, least) = (report.collected, floor.seconds());
    println!(
        "  floor {least:.1} s: {:.1} s first, then the longest of {:.1} s of pages one after the other, \
         {:.1} s of latency, {:.1} s of the limit",
        floor.before, floor.chain, floor.flight, floor.limit
    );
    println!(
        "  collected in {seconds:.1} s, {:.2} times the floor (at most {most}: {}); \
         linked {:.1} s later; {:.1} s of a processor",
        seconds / least,
        verdict(seconds <= most * least),
        report.seconds - seconds,
        report.cpu,
    );
}

/// How much of a limit was used that is what collecting waits for.
fn print_use(domain: &str, report: &Report, floor: &Floor, users: u32) {
    let Some((budget, _)) = limit(domain, users) else { return };
    let allowed = budget.allowed(report.collected - floor.before);
    println!(
        "  the limit of {domain} binds: {:.0} of the {allowed:.0} that it allows in this time, \
         {:.0} % (at least {:.0} %: {})",
        floor.spent,
        100.0 * floor.spent / allowed,
        100.0 * LEAST_USE,
        verdict(floor.spent >= LEAST_USE * allowed),
    );
}

/// How many requests it took to learn which types of resource each subscription has: a query to
/// Azure Resource Graph, the permissions of whoever asks, and lists that had nothing. The
/// alternative is one list for each type and subscription.
fn print_index(report: &Report, counters: &Counters) {
    let (mut lists, mut in_vain) = (0, 0);
    for summary in &report.summaries {
        // A step that finds several types has an entry for each of them, with the same requests.
        let steps: BTreeMap<_, _> = summary.ledger.iter().map(|it| (&it.step, it)).collect();
        for (id, entry) in steps {
            let step = steps::find(id).filter(|it| it.indexed().is_some());
            if step.is_some_and(|it| it.list.parents.is_empty()) {
                lists += 1;
                in_vain += u64::from(entry.known_by == KnownBy::Read && entry.items == 0);
            }
        }
    }
    let queries = counters.domains.iter().filter(|(name, _)| name.ends_with("/resource-graph"));
    let queries: u64 = queries.map(|(_, (granted, refused))| granted + refused).sum();
    if queries > 0 {
        let spent = 2 * queries + in_vain;
        println!(
            "  {} requests to learn of {} lists which have anything, {:.1} % (at most {:.0} %: {})",
            groups(spent),
            groups(lists),
            100.0 * whole(spent) / whole(lists),
            100.0 * MOST_FOR_INDEX,
            verdict(whole(spent) <= MOST_FOR_INDEX * whole(lists)),
        );
    }
}

fn print_refusals(counters: &Counters) {
    let share = whole(counters.throttled) / whole(asked(counters));
    println!(
        "  {} answers with 429, {:.2} % of the documents asked for (at most {:.0} %: {})",
        groups(counters.throttled),
        100.0 * share,
        100.0 * MOST_REFUSED,
        verdict(share <= MOST_REFUSED),
    );
    for (domain, (granted, refused)) in &counters.domains {
        if *refused > 0 {
            println!("    {domain}: {granted} granted, {refused} refused");
        }
    }
}

/// When the snapshots were published, and what they lack.
fn print_snapshots(report: &Report) -> Result<(), Error> {
    for summary in &report.summaries {
        let at = |text: &str| OffsetDateTime::parse(text, &Rfc3339);
        let planned = at(&summary.planned_at)?;
        let whole = (at(&summary.finished_at)? - planned).as_seconds_f64();
        let early = match &summary.published_at {
            Some(published) => {
                let seconds = (at(published)? - planned).as_seconds_f64();
                format!("without slow steps after {seconds:.1} s, ")
            }
            None => String::new(),
        };
        println!("  {}: {early}whole after {whole:.1} s", summary.instance_name);
        for entry in &summary.incomplete {
            println!("    incomplete: {} ({:?})", entry.step, entry.reason);
        }
    }
    Ok(())
}
