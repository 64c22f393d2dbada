//! Budgets of requests: what a throttle domain may spend.

use std::collections::VecDeque;
use std::time::Duration;

use steps::Domain;
use tokio::time::Instant;

/// What may be spent, and how it comes back.
#[derive(Debug)]
pub(crate) enum Budget {
    /// It comes back all the time.
    Bucket {
        /// The most there can be.
        capacity: f64,
        /// How much comes back in a second.
        refill: f64,
        /// What there is. It is negative where requests wait for what they have already taken.
        level: f64,
        /// When that was so.
        at: Instant,
    },
    /// What was spent comes back after a while, all of it. A bucket would do for an average, but
    /// its trickle is worth nothing to a caller who has to come back for each request.
    Window {
        /// The most that may be spent in a period.
        capacity: usize,
        /// How long a period is.
        period: Duration,
        /// When each part of it was spent, or will be, the oldest first.
        spent: VecDeque<Instant>,
    },
}

/// How many requests a `$batch` takes, each of which counts.
pub(crate) const LARGEST_BATCH: usize = 20;

/// What is seeded of the rate at which a budget comes back: nearly all of it, as no other program
/// has a part in the budget of this one. The rest is for clocks that do not agree.
const SEED: f64 = 0.97;

/// The smallest budget of a domain, as a share of the one that is seeded: 3,500 resource units for
/// 10 seconds, in a tenant of fewer than 50 users.
const SMALLEST: f64 = 3500.0 / 8000.0;

impl Budget {
    /// The whole budget of a domain.
    pub(crate) fn of(domain: Domain) -> Self {
        match domain {
            // Azure Resource Manager, "Understand how Azure Resource Manager throttles requests":
            // reads of a subscription by one principal: 250, of which 25 come back in a second.
            // While the first ones are on their way nothing comes back, as the bucket is full.
            Domain::ResourceManager => Self::bucket(240.0, 25.0),
            // "Guidance for throttled requests in Azure Resource Graph": 15 queries in 5 seconds.
            Domain::ResourceGraph => Self::window(15, Duration::from_secs(5)),
            // "Azure Storage limits": 100 lists of the resource provider in 5 minutes.
            Domain::Storage => Self::window(100, Duration::from_mins(5)),
            // Microsoft Graph, "Service-specific throttling limits": a token bucket of 8,000
            // resource units for 10 seconds in a tenant with more than 500 users. What a smaller
            // one lacks is learnt from its answers.
            Domain::Graph => Self::bucket(8000.0, 800.0 * SEED),
            // There also: 1 request in a second for identity protection and conditional access. Two
            // of them arrive closer together than they are sent now and then, and who is refused
            // once waits for longer than all the others take.
            Domain::GraphPolicies => Self::bucket(1.0, 0.8),
            // There also: 5 requests in 10 seconds for reports and audit logs.
            Domain::GraphReports => Self::window(5, Duration::from_secs(10)),
            // There also: 10 requests in a minute for users with their `signInActivity`.
            Domain::SignInActivity => Self::window(10, Duration::from_mins(1)),
            // There also: Intune takes 1,000 requests in 20 seconds of one application for a
            // tenant, and twice as many for devices, which are few pages.
            Domain::Intune => Self::bucket(1000.0 * SEED, 50.0 * SEED),
            // "Export Intune reports using Graph APIs": 48 requests in a minute of one application.
            Domain::IntuneReports => Self::window(48, Duration::from_mins(1)),
            // "Azure Key Vault service limits": 4,000 transactions in 10 seconds, of a vault. The
            // vaults of a subscription share this; no 10 seconds see more than that.
            Domain::KeyVault => Self::bucket(1000.0, 300.0),
        }
    }

    /// A budget that is never spent, for a simulated cloud that refuses nothing.
    pub(crate) fn unlimited() -> Self {
        Self::bucket(1e12, 1e12)
    }

    fn bucket(capacity: f64, refill: f64) -> Self {
        Self::Bucket { capacity, refill, level: capacity, at: Instant::now() }
    }

    fn window(capacity: usize, period: Duration) -> Self {
        Self::Window { capacity, period, spent: VecDeque::new() }
    }

    /// Takes back what has come back by now, if what comes back in a second is multiplied by the
    /// pace. The other methods take this for done.
    pub(crate) fn refill(&mut self, pace: f64, now: Instant) {
        match self {
            Self::Bucket { capacity, refill, level, at } => {
                let seconds = now.duration_since(*at).as_secs_f64();
                *level = capacity.min(*level + *refill * pace * seconds);
                *at = now;
            }
            Self::Window { period, spent, .. } => {
                while spent.front().is_some_and(|at| now.duration_since(*at) >= *period) {
                    spent.pop_front();
                }
            }
        }
    }

    /// How long until this much may be spent at a pace. What is more than the budget may be spent
    /// when it is full.
    pub(crate) fn wait(&self, cost: u32, pace: f64, now: Instant) -> Duration {
        match self {
            Self::Bucket { capacity, refill, level, .. } => {
                let missing = f64::from(cost).min(*capacity) - level;
                // What is lost in rounding is not waited for.
                let missing = if missing < 1e-6 { 0.0 } else { missing };
                Duration::from_secs_f64(missing / (refill * pace))
            }
            Self::Window { capacity, period, spent } => {
                let surplus = (spent.len() + cost as usize).saturating_sub(*capacity);
                let last = surplus.min(spent.len()).checked_sub(1).and_then(|last| spent.get(last));
                last.map_or(Duration::ZERO, |at| (*at + *period).duration_since(now))
            }
        }
    }

    /// Spends, now or at a time to come.
    pub(crate) fn spend(&mut self, cost: u32, at: Instant) {
        match self {
            Self::Bucket { level, .. } => *level -= f64::from(cost),
            Self::Window { spent, .. } => spent.extend((0..cost).map(|_| at)),
        }
    }

    /// Gives back what was spent last and not used.
    pub(crate) fn give_back(&mut self, cost: u32) {
        match self {
            Self::Bucket { level, capacity, .. } => *level = capacity.min(*level + f64::from(cost)),
            Self::Window { spent, .. } => spent.truncate(spent.len().saturating_sub(cost as usize)),
        }
    }

    /// Corrects the budget by what the service says is left.
    pub(crate) fn lower_to(&mut self, left: f64) {
        if let Self::Bucket { level, .. } = self {
            *level = level.min(left);
        }
    }

    /// Corrects the budget so that after a time at a pace there is no more of it than this.
    pub(crate) fn drain(&mut self, time: Duration, pace: f64, left: u32) {
        if let Self::Bucket { level, refill, .. } = self {
            *level = level.min(f64::from(left) - *refill * pace * time.as_secs_f64());
        }
    }

    /// Corrects the budget where the service says that a larger share of it is used than was spent:
    /// the whole is smaller than it was taken for. Returns which share of it there seems to be.
    pub(crate) fn shrink(&mut self, used: f64) -> f64 {
        let Self::Bucket { capacity, level, .. } = self else { return 1.0 };
        let spent = 1.0 - *level / *capacity;
        if spent >= used {
            return 1.0;
        }
        let share = (spent / used).max(SMALLEST);
        // What is left is for what is under way, which the service has not counted yet.
        *level = level.min(0.0);
        share
    }

    /// Corrects the budget by what a request has cost, where that is not what was spent.
    pub(crate) fn correct(&mut self, spent: u32, cost: u32) {
        if let Self::Bucket { level, capacity, .. } = self {
            *level = capacity.min(*level + f64::from(spent) - f64::from(cost));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(budget: &mut Budget, cost: u32) -> u128 {
        budget.refill(1.0, Instant::now());
        budget.wait(cost, 1.0, Instant::now()).as_millis()
    }

    #[tokio::test(start_paused = true)]
    async fn a_bucket_comes_back_all_the_time() {
        let mut budget = Budget::of(Domain::ResourceManager);
        assert_eq!(wait(&mut budget, 240), 0);
        budget.spend(240, Instant::now());
        assert_eq!(wait(&mut budget, 1), 40);
        assert_eq!(budget.wait(1, 0.5, Instant::now()).as_millis(), 80);
        tokio::time::advance(Duration::from_millis(40)).await;
        assert_eq!(wait(&mut budget, 1), 0);
        tokio::time::advance(Duration::from_hours(1)).await;
        assert_eq!(wait(&mut budget, 240), 0);
        assert_eq!(wait(&mut budget, 9999), 0);
        budget.spend(9999, Instant::now());
        assert_eq!(wait(&mut budget, 240), (9999 - 240 + 240) * 40);
    }

    #[tokio::test(start_paused = true)]
    async fn a_bucket_is_corrected() {
        let mut budget = Budget::of(Domain::Graph);
        budget.spend(10, Instant::now());
        budget.lower_to(100.0);
        budget.lower_to(5000.0);
        budget.correct(2, 3);
        budget.give_back(1);
        assert_eq!(wait(&mut budget, 100), 0);
        assert_eq!(wait(&mut budget, 876), 1000);
        budget.correct(9999, 0);
        assert_eq!(wait(&mut budget, 6000), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_window_comes_back_after_its_period() {
        let mut budget = Budget::of(Domain::Storage);
        assert_eq!(wait(&mut budget, 1), 0);
        budget.spend(60, Instant::now());
        tokio::time::advance(Duration::from_secs(10)).await;
        assert_eq!(wait(&mut budget, 40), 0);
        budget.spend(40, Instant::now());
        assert_eq!(wait(&mut budget, 1), 290_000);
        assert_eq!(wait(&mut budget, 60), 290_000);
        assert_eq!(wait(&mut budget, 61), 300_000);
        assert_eq!(wait(&mut budget, 999), 300_000);
        budget.give_back(1);
        assert_eq!(wait(&mut budget, 1), 0);
        budget.spend(1, Instant::now());
        tokio::time::advance(Duration::from_secs(290)).await;
        assert_eq!(wait(&mut budget, 60), 0);
        assert_eq!(wait(&mut budget, 61), 10_000);
    }

    #[tokio::test(start_paused = true)]
    async fn no_ten_seconds_see_more_than_a_vault_allows() {
        let mut budget = Budget::of(Domain::KeyVault);
        let start = Instant::now();
        let mut count = 0;
        while start.elapsed() < Duration::from_secs(10) {
            budget.refill(1.0, Instant::now());
            let wait = budget.wait(1, 1.0, Instant::now());
            tokio::time::advance(wait).await;
            budget.spend(1, Instant::now());
            count += 1;
        }
        assert!((3990..=4000).contains(&count), "{count}");
    }
}
