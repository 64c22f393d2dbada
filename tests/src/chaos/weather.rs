//! What is collected, and in what weather.

use std::time::Duration;

use simulator::{Faults, Intune, Options, Permanent};
use steps::Integration;

/// Sources with lists of every kind: of the directory and of a subscription, of each parent, with
/// another way to the same items, those of which only a part may be visible, and slow ones.
/// Everything would take ten times as long.
pub const SOME_SOURCES: [&str; 15] = [
    "ad-administrative-units",
    "ad-devices",
    "ad-domain",
    "ad-groups",
    "ad-owners",
    "ad-privileged-identity",
    "ad-sign-in-activity",
    "authorization",
    "compute",
    "conditional-access-policy",
    "key-vault",
    "policy-insights",
    "resources",
    "storage",
    "subscriptions",
];

/// The simulated tenant, and what is collected of it.
#[derive(Clone, Copy, Debug)]
pub struct Tenant {
    /// Which integration collects it.
    pub integration: Integration,
    /// How many users there are. Groups, devices and service principals follow from it.
    pub users: u32,
    /// About how many resources the first subscription has. There is another.
    pub resources: u32,
    /// How many items a page holds at most.
    pub page_size: u32,
    /// Whether the sources of [`SOME_SOURCES`] are all that is collected of Azure.
    pub some_sources: bool,
    /// Whether there are two jobs, between which the directory changes; all but those of the calm
    /// run, which read everything, then follow changes.
    pub delta: bool,
    /// Whether the schedule starts a second job within the interval of slow steps.
    pub again: bool,
}

/// What goes wrong.
#[derive(Clone, Debug, Default)]
pub struct Weather {
    /// Decides everything that is left to chance.
    pub seed: u64,
    /// The share of requests, of calls to storage and of calls to the queues to which something
    /// happens.
    pub density: f64,
    /// The share of invocations that die.
    pub kills: f64,
    /// After which of the checkpoints, manifests, leases and so on that are written, counted from
    /// 0, whoever wrote it dies.
    pub death: Option<u64>,
    /// What Microsoft refuses for ever. Without any of it, everything has to come to its end.
    pub permanent: Vec<Permanent>,
    /// What Microsoft refuses for ever once there is a snapshot. If there is anything of it, there
    /// is a second job, which must delete nothing.
    pub permanent_later: Vec<Permanent>,
}

impl Weather {
    /// Whether Microsoft speaks HTTP/2. Every other seed has it so.
    fn is_http2(&self) -> bool {
        !self.seed.is_multiple_of(2)
    }

    pub(crate) fn is_calm(&self) -> bool {
        self.density == 0.0 && self.kills == 0.0 && self.death.is_none()
    }

    fn faults(&self) -> Faults {
        let Self { seed, density, ref permanent, .. } = *self;
        // The collector renews a token twice for one request.
        Faults { seed, density, at_most: 2, permanent: permanent.clone(), ..Faults::default() }
    }
}

impl Tenant {
    pub(crate) fn options(self, weather: &Weather) -> Options {
        Options {
            users: self.users,
            // One for the instance itself, and one that gets an instance of its own.
            subscriptions: 2,
            resources: self.resources,
            page_size: Some(self.page_size),
            // Without it nothing would take any time, and no slice would ever run out of it.
            latency: Duration::from_millis(200),
            // The simulated throttles count in real time, of which next to none passes here.
            throttling: false,
            http2: weather.is_http2(),
            faults: Some(weather.faults()),
            intune: Intune {
                detected_apps: self.users * 2,
                apps_per_device: 3,
                managed_apps: 4,
                // Reports are prepared in real time.
                export_time: Duration::ZERO,
                ..Intune::default()
            },
            ..Options::default()
        }
    }
}
