//! Compares how long collecting takes with how long it has to take.

#![expect(clippy::print_stdout, reason = "that is what the program is for")]

use clap::{Parser, ValueEnum};
use serde_json::Value;
use steps::{Domain, STEPS, Step};
use tests::bench::{
    self, Cloud, Counters, Error, Report, Task, Tenant, groups, megabytes, verdict, whole,
};
use tests::world::QUICK;

/// How much longer than the floor collecting may take, and a tenant with many subscriptions.
const LONGEST: f64 = 1.15;
const LONGEST_OF_TENANT: f64 = 1.3;

/// The share of a limit to use where it is what collecting waits for.
const LEAST_USE: f64 = 0.87;

/// The share of requests that may be answered with 429.
const MOST_REFUSED: f64 = 0.05;

/// Collects a simulated tenant, and compares how long that takes with how long the documented
/// limits and the latency say it has to take, for the requests that were made.
///
/// The floor is the latency of what everything else waits for (the sign-in, what a job looks up
/// first, the shorter of the lists of groups and of service principals) and, after that, the
/// longest of: the longest chain of pages; the latency of all requests, shared by those in flight;
/// and what the limit's bucket does not hold, at the rate at which it comes back. Time is real, and
/// nothing is scaled.
#[derive(Debug, Parser)]
struct Arguments {
    /// What to collect
    #[arg(value_enum, default_values_t = [What::Directory, What::Subscriptions])]
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
    #[arg(long, default_value_t = 10)]
    subscriptions: u32,

    /// About how many resources a subscription has
    #[arg(long, default_value_t = 2_000)]
    resources: u32,

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
    /// The whole tenant, by the instance that makes one for each subscription
    Tenant,
}

fn main() -> Result<(), Error> {
    bench::play(|| run(&Arguments::parse()))
}

fn run(arguments: &Arguments) -> Result<(), Error> {
    let Arguments { users, groups, more_members, subscriptions, resources, latency, .. } =
        *arguments;
    let tenant = Tenant {
        users,
        groups,
        more_members,
        subscriptions,
        resources,
        latency,
        ..Tenant::default()
    };
    for what in &arguments.what {
        let mut cloud = Cloud::start(tenant)?;
        let (directory, rest) = cloud.events.split_at(1);
        let events = match what {
            What::Directory => directory.to_vec(),
            What::Subscriptions => rest.to_vec(),
            What::Tenant => {
                let mut event = directory[0].clone();
                let config = &mut event["instance"]["config"];
                config["configureSubscriptionInstances"] = true.into();
                // The instances of subscriptions take over what is off.
                config["ingestionSources"] =
                    QUICK.map(|it| (it.to_owned(), Value::Bool(false))).into_iter().collect();
                vec![event]
            }
        };
        let is_machine = matches!(what, What::Tenant);
        let report = Task { is_machine, ..cloud.task(events) }.run()?;
        let counters = cloud.counters()?;
        let latency = f64::from(u32::try_from(latency)?) / 1000.0;
        let floor = match what {
            What::Directory => directory_floor(&report, latency),
            What::Subscriptions => subscriptions_floor(&counters, latency),
            What::Tenant => tenant_floor(&counters, latency),
        };
        let longest = if is_machine { LONGEST_OF_TENANT } else { LONGEST };
        print(&report, &counters, &floor, longest);
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

/// How long collecting has to take, in seconds.
#[derive(Default)]
struct Floor {
    /// What everything else waits for.
    before: f64,
    /// The longest chain of requests of which each needs the answer of the one before.
    chain: f64,
    /// The latency of all requests, shared by those in flight.
    flight: f64,
    /// What the bucket does not hold, at the rate at which it comes back.
    limit: f64,
    /// What was spent of the limit, and what the bucket held, in units.
    spent: f64,
    capacity: f64,
}

impl Floor {
    fn seconds(&self) -> f64 {
        self.before + self.chain.max(self.flight).max(self.limit)
    }

    /// Which of them it is.
    fn is_limited(&self) -> bool {
        self.limit >= self.chain.max(self.flight)
    }
}

/// A token, the organization for the name of the default domain, and what a job asks of it once
/// more.
const FIRST: f64 = 2.0;

fn directory_floor(report: &Report, latency: f64) -> Floor {
    let requests = |step: &str| whole(report.requests(step));
    // Members wait for the last page of groups, and the groups of service principals for that of
    // these.
    let pages = requests("ad-groups").min(requests("ad-service-principals"));
    let longest = requests("ad-users").max(requests("ad-groups"));
    let members = requests("ad-group-members") + requests("ad-group-service-principal-members");
    // A page with `$select` costs one unit, one of members two. A batch takes twenty, and two
    // steps have sixteen in flight.
    let directory = STEPS.iter().filter(|step| step.list.place.domain == Domain::Graph);
    let spent: f64 = directory.map(|step| units(step) * requests(step.id)).sum();
    let capacity = 8000.0;
    Floor {
        before: (FIRST + pages) * latency,
        chain: (longest - pages).max(0.0) * latency,
        flight: (requests("ad-groups") - pages + (members / 20.0 / 16.0).ceil()) * latency,
        limit: (spent - capacity).max(0.0) / 800.0,
        spent,
        capacity,
    }
}

/// What a request of a step costs, in resource units.
fn units(step: &Step) -> f64 {
    let is_dear =
        ["/members", "/appRoleAssignments"].iter().any(|it| step.list.path().contains(it));
    if is_dear { 2.0 } else { 1.0 }
}

/// That of the throttle domain which takes the longest: the others are read meanwhile.
fn subscriptions_floor(counters: &Counters, latency: f64) -> Floor {
    let floors = counters.domains.iter().filter_map(|(domain, (granted, _))| {
        let (_, domain) = domain.rsplit_once('/')?;
        let (capacity, rate, in_flight) = match domain {
            "arm" => (250.0, 25.0, 20.0),
            "graph-policies" => (1.0, 1.0, 1.0),
            "keyvault" => (4000.0, 400.0, 10.0),
            _ => return None,
        };
        let spent = whole(*granted);
        Some(Floor {
            before: FIRST * latency,
            // A list, and one of its items.
            chain: 2.0 * latency,
            flight: (spent / in_flight).ceil() * latency,
            limit: (spent - capacity).max(0.0) / rate,
            spent,
            capacity,
        })
    });
    let longest = floors.max_by(|one, other| one.seconds().total_cmp(&other.seconds()));
    longest.unwrap_or_default()
}

/// That of the throttle domains, of which no subscription of this size comes to the limit of its
/// own, or of the latency of all requests: the template lets 20 functions collect at once, of which
/// each has up to 8 in flight.
fn tenant_floor(counters: &Counters, latency: f64) -> Floor {
    const IN_FLIGHT: f64 = 20.0 * 8.0;
    Floor {
        flight: whole(counters.requests) / IN_FLIGHT * latency,
        ..subscriptions_floor(counters, latency)
    }
}

fn print(report: &Report, counters: &Counters, floor: &Floor, longest: f64) {
    let (seconds, least) = (report.collected, floor.seconds());
    println!(
        "{} entities, {} relationships; {} HTTP requests, {} documents",
        groups(report.entities()),
        groups(report.relationships()),
        groups(counters.requests),
        groups(counters.domains.values().map(|(granted, refused)| granted + refused).sum()),
    );
    println!(
        "  floor {least:.1} s: {:.1} s first, then the longest of {:.1} s of pages one after the other, \
         {:.1} s of latency, {:.1} s of the limit",
        floor.before, floor.chain, floor.flight, floor.limit
    );
    println!(
        "  collected in {seconds:.1} s, {:.2} times the floor (at most {longest}: {}); \
         linked {:.1} s later; {:.1} s of a processor",
        seconds / least,
        verdict(seconds <= longest * least),
        report.seconds - seconds,
        report.cpu,
    );
    if floor.is_limited() {
        let rate = (floor.spent - floor.capacity) / floor.limit;
        let allowed = floor.capacity + rate * (seconds - floor.before);
        println!(
            "  the limit binds: {:.0} of the {allowed:.0} units that it allows in this time, {:.0} % (at \
             least {:.0} %: {})",
            floor.spent,
            100.0 * floor.spent / allowed,
            100.0 * LEAST_USE,
            verdict(floor.spent >= LEAST_USE * allowed),
        );
    }
    let asked: u64 = counters.domains.values().map(|(granted, refused)| granted + refused).sum();
    let share = whole(counters.throttled) / whole(asked);
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
    for entry in report.summaries.iter().flat_map(|it| &it.incomplete) {
        println!("    incomplete: {} ({:?})", entry.step, entry.reason);
    }
}
