//! How long collecting has to take by what the throttles allow.

use std::collections::BTreeMap;

use steps::{Domain, STEPS, Step};

use super::cloud::Counters;
use super::collector::Report;
use super::figures::whole;

/// How long collecting has to take, in seconds.
#[derive(Clone, Copy, Debug, Default)]
pub struct Floor {
    /// What everything else waits for.
    pub before: f64,
    /// The longest chain of requests of which each needs the answer of the one before.
    pub chain: f64,
    /// The latency of all requests, shared by those in flight.
    pub flight: f64,
    /// What the budget does not hold, at the rate at which it comes back.
    pub limit: f64,
    /// What was spent of the budget.
    pub spent: f64,
}

impl Floor {
    /// The time that all of this takes at least.
    #[must_use]
    pub const fn seconds(&self) -> f64 {
        self.before + self.chain.max(self.flight).max(self.limit)
    }

    /// Whether the limit is what takes longest.
    #[must_use]
    pub const fn is_limited(&self) -> bool {
        self.limit >= self.chain.max(self.flight)
    }
}

/// A token, the organization for the name of the default domain, and what a job asks of it once
/// more.
const FIRST: f64 = 2.0;

/// What may be spent, and how it comes back.
#[derive(Clone, Copy, Debug)]
pub enum Budget {
    /// So much at once, and so much more in each second.
    Bucket(f64, f64),
    /// So much in so many seconds.
    Window(f64, f64),
}

impl Budget {
    /// How many seconds it takes at least to spend this much.
    fn wait(self, spent: f64) -> f64 {
        match self {
            Self::Bucket(capacity, rate) => (spent - capacity).max(0.0) / rate,
            Self::Window(units, seconds) => ((spent - 1.0).max(0.0) / units).floor() * seconds,
        }
    }

    /// How much may be spent in this many seconds.
    #[must_use]
    pub fn allowed(self, seconds: f64) -> f64 {
        match self {
            Self::Bucket(capacity, rate) => capacity + rate * seconds,
            Self::Window(units, period) => units * ((seconds / period).floor() + 1.0),
        }
    }
}

/// The documented limits of a throttle domain of the simulated cloud, by the last part of its name,
/// and how many requests we have in flight at most. Pages follow on each other, so for most it is
/// one.
#[must_use]
pub fn limit(domain: &str, users: u32) -> Option<(Budget, f64)> {
    Some(match domain {
        "arm" => (Budget::Bucket(250.0, 25.0), 20.0),
        "arm-storage" => (Budget::Window(100.0, 300.0), 20.0),
        "graph" => {
            let units = match users {
                0..50 => 3500.0,
                50..=500 => 5000.0,
                _ => 8000.0,
            };
            // A batch takes twenty, and two steps have sixteen in flight.
            (Budget::Bucket(units, units / 10.0), 320.0)
        }
        "graph-policies" => (Budget::Bucket(1.0, 1.0), 1.0),
        "graph-reports" => (Budget::Window(5.0, 10.0), 1.0),
        "graph-sign-in-activity" => (Budget::Window(10.0, 60.0), 1.0),
        "intune" => (Budget::Window(1000.0, 20.0), 8.0),
        "intune-devices" => (Budget::Window(2000.0, 20.0), 1.0),
        "intune-reports" => (Budget::Window(48.0, 60.0), 8.0),
        "keyvault" => (Budget::Bucket(4000.0, 400.0), 10.0),
        "resource-graph" => (Budget::Window(15.0, 5.0), 1.0),
        _ => return None,
    })
}

/// The floor of each throttle domain, by the last part of its name: of those with the same, that of
/// the one which takes longest. All domains are read side by side.
#[must_use]
pub fn by_domain(
    report: &Report,
    counters: &Counters,
    users: u32,
    latency: f64,
) -> BTreeMap<String, Floor> {
    let mut floors: BTreeMap<String, Floor> = BTreeMap::new();
    for (domain, (granted, _)) in &counters.domains {
        let Some((_, name)) = domain.rsplit_once('/') else { continue };
        let Some((budget, in_flight)) = limit(name, users) else { continue };
        let requests = whole(*granted);
        let spent = if name == "graph" { units(report) } else { requests };
        let floor = Floor {
            before: FIRST * latency,
            // A list, and one of its items.
            chain: 2.0 * latency,
            flight: (requests / in_flight).ceil() * latency,
            limit: budget.wait(spent),
            spent,
        };
        let longest = floors.entry(name.to_owned()).or_insert(floor);
        if floor.seconds() > longest.seconds() {
            *longest = floor;
        }
    }
    floors
}

/// The floor of the users, the groups and who is in which group.
#[must_use]
pub fn of_groups(report: &Report, users: u32, latency: f64) -> Floor {
    let requests = |step: &str| whole(report.requests(step));
    // Members wait for the last page of groups, and the groups of service principals for that of
    // these.
    let pages = requests("ad-groups").min(requests("ad-service-principals"));
    let longest = requests("ad-users").max(requests("ad-groups"));
    let members = requests("ad-group-members") + requests("ad-group-service-principal-members");
    let spent = units(report);
    let limit = limit("graph", users).map(|(budget, _)| budget.wait(spent));
    Floor {
        before: (FIRST + pages) * latency,
        chain: (longest - pages).max(0.0) * latency,
        // A batch takes twenty, and two steps have sixteen in flight.
        flight: (requests("ad-groups") - pages + (members / 20.0 / 16.0).ceil()) * latency,
        limit: limit.unwrap_or_default(),
        spent,
    }
}

/// What the requests to the directory cost, in resource units: a page with `$select` costs one,
/// one of members two.
fn units(report: &Report) -> f64 {
    let directory = STEPS.iter().filter(|step| step.list.place.domain == Domain::Graph);
    directory.map(|step| cost(step) * whole(report.requests(step.id))).sum()
}

fn cost(step: &Step) -> f64 {
    let is_dear =
        ["/members", "/appRoleAssignments"].iter().any(|it| step.list.path().contains(it));
    if is_dear { 2.0 } else { 1.0 }
}
