//! Lets requests go when the budget of their throttle domain allows.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use collector::ports::DomainKey;
use reqwest::header::HeaderMap;
use steps::Domain;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

use crate::attempts::{backoff, jitter};
use crate::budget::{Budget, LARGEST_BATCH};

/// The governors of all throttle domains. There is one for a process: a domain's budget is the same
/// whichever connection spends it.
#[derive(Debug, Default)]
pub(crate) struct Governors {
    all: Mutex<HashMap<DomainKey, Arc<Governor>>>,
    /// Whether requests go at once, as there are no limits to keep to.
    is_unlimited: bool,
}

impl Governors {
    /// Governors of a cloud that has no limits.
    pub(crate) fn unlimited() -> Self {
        Self { is_unlimited: true, ..Self::default() }
    }

    pub(crate) fn of(&self, domain: &DomainKey) -> Arc<Governor> {
        let mut governors = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(governor) = governors.get(domain) {
            return governor.clone();
        }
        let budget =
            if self.is_unlimited { Budget::unlimited() } else { Budget::of(domain.domain) };
        let governor = Arc::new(Governor::with(domain.domain, budget));
        governors.insert(domain.clone(), governor.clone());
        governor
    }
}

/// That a request may not go yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    /// How long it would have to wait.
    pub(crate) wait: Duration,
    /// Whether the service refused the last request, rather than that this one has to wait for its
    /// turn.
    pub(crate) is_refused: bool,
}

/// Lets the requests of one throttle domain go.
#[derive(Debug)]
pub(crate) struct Governor {
    domain: Domain,
    slots: Semaphore,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    budget: Budget,
    pace: Pace,
    /// Until when the service wants to hear nothing.
    held: Option<Instant>,
    /// How often in a row it has said so.
    strikes: u32,
    /// What the last exchange costs that was let through.
    cost: u32,
    /// How many more requests the service last said that it would answer at once.
    left: Option<f64>,
}

/// The waits after answers that say nothing of how long to wait.
const FIRST_HOLD: Duration = Duration::from_secs(1);
const LAST_HOLD: Duration = Duration::from_mins(1);

/// The storage provider always says 17 seconds, which is when it may answer at the earliest: its
/// window of 5 minutes may still be full. Source: MicrosoftDocs/azure-docs issue 76932.
const STORAGE_WINDOW: Duration = Duration::from_mins(5);

/// What is left, in answers of Azure Resource Manager. Where a resource provider counts by itself,
/// its number takes the place of the subscription's.
const REMAINING: [&str; 6] = [
    "x-ms-ratelimit-remaining-subscription-reads",
    "x-ms-ratelimit-remaining-subscription-resource-requests",
    "x-ms-ratelimit-remaining-subscription-resource-entities-read",
    "x-ms-ratelimit-remaining-tenant-reads",
    "x-ms-ratelimit-remaining-tenant-resource-requests",
    "x-ms-ratelimit-remaining-tenant-resource-entities-read",
];

impl Governor {
    #[cfg(test)]
    fn new(domain: Domain) -> Self {
        Self::with(domain, Budget::of(domain))
    }

    fn with(domain: Domain, budget: Budget) -> Self {
        let state =
            State { budget, pace: Pace::new(), held: None, strikes: 0, cost: 0, left: None };
        Self { domain, slots: Semaphore::new(in_flight(domain)), state: Mutex::new(state) }
    }

    /// How many requests may go together in a `$batch`.
    pub(crate) fn batch(&self) -> usize {
        match self.domain {
            Domain::Graph | Domain::Intune | Domain::IntuneReports => LARGEST_BATCH,
            // Of two requests for policies in a second, one is refused; the others know no batches.
            _ => 1,
        }
    }

    /// Waits until an exchange of this cost may begin; it may go on while the slot is held. The
    /// wait is taken off the patience.
    ///
    /// # Errors
    ///
    /// If it would take longer than the patience, with how long, and why.
    pub(crate) async fn admit(
        &self,
        cost: u32,
        patience: &mut Duration,
    ) -> Result<SemaphorePermit<'_>, Held> {
        loop {
            let wait = self.state().reserve(cost, *patience)?;
            tokio::time::sleep(wait).await;
            *patience = patience.saturating_sub(wait);
            // It is not a throttle's fault if others are slow, so this wait does not count.
            let closed = Held { wait: LAST_HOLD, is_refused: false };
            let slot = self.slots.acquire().await.map_err(|_| closed)?;
            let mut state = self.state();
            if state.hold_left(Instant::now()).is_zero() {
                return Ok(slot);
            }
            // Meanwhile another request was refused.
            state.budget.give_back(cost);
        }
    }

    /// Learns from an answer to a request that was taken to cost this much.
    pub(crate) fn observe(&self, headers: &HeaderMap, cost: u32) {
        let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<f64>().ok();
        let mut state = self.state();
        let told = REMAINING.iter().filter_map(|name| number(name));
        if let Some(left) = told.map(|left| left.max(0.0)).reduce(f64::min) {
            state.budget.lower_to(left);
            state.left = Some(left);
        }
        let charged =
            headers.get("x-ms-resource-unit").and_then(|it| it.to_str().ok()?.parse().ok());
        if let Some(charged) = charged {
            // No request costs more than some units: what is more is no number to believe.
            state.budget.correct(cost, u32::min(charged, 100));
        }
        // It is told from 0.8 on. Nothing of a bucket is wasted that is nearly empty, and one that
        // is as large as it was taken for does not get emptier. Any other is left some room.
        if let Some(used) = number("x-ms-throttle-limit-percentage").filter(|used| *used >= 0.8) {
            if used >= 1.0 {
                state.pace.slow_once(0.5);
            } else if used >= 0.9 && state.pace.at(Instant::now()) < 1.0 {
                state.pace.slow_once(0.9);
            }
            let share = state.budget.shrink(used.min(1.0));
            state.pace.limit(share);
        }
    }

    /// How many more requests the service last said that it would answer at once.
    pub(crate) fn left(&self) -> Option<f64> {
        self.state().left
    }

    /// Notes that the service answered a request that it had let through.
    pub(crate) fn succeeded(&self) {
        let mut state = self.state();
        if state.hold_left(Instant::now()).is_zero() {
            state.strikes = 0;
        }
    }

    /// Notes that the service refused a request because there were too many. The whole domain
    /// waits, for as long as the service says at least, if it does.
    pub(crate) fn throttled(&self, at_least: Duration) {
        let mut state = self.state();
        let now = Instant::now();
        // What was under way together is refused together; that is one refusal.
        if state.hold_left(now).is_zero() {
            state.strikes += 1;
            state.pace.slow(0.5);
        }
        let own = backoff(FIRST_HOLD, LAST_HOLD, state.strikes, jitter());
        let mut wait = own.max(at_least);
        if self.domain == Domain::Storage && state.strikes > 1 {
            wait = wait.max(STORAGE_WINDOW);
        }
        // After the wait the service has enough for one exchange: if all who wait went then, it
        // would refuse them again.
        let (pace, cost) = (state.pace.at(now), state.cost);
        state.budget.drain(wait, pace, cost);
        tracing::debug!(domain = self.domain.as_str(), wait_ms = wait.as_millis(), "throttled");
        state.held = state.held.max(Some(now + wait));
    }

    /// The state as it is now.
    fn state(&self) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let pace = state.pace.at(now);
        state.budget.refill(pace, now);
        state
    }
}

impl State {
    /// Spends now, for an exchange that begins after the wait that is returned.
    fn reserve(&mut self, cost: u32, patience: Duration) -> Result<Duration, Held> {
        let now = Instant::now();
        let wait = self.budget.wait(cost, self.pace.at(now), now).max(self.hold_left(now));
        if wait > patience {
            return Err(Held { wait, is_refused: self.strikes > 0 });
        }
        self.budget.spend(cost, now + wait);
        self.cost = cost;
        Ok(wait)
    }

    fn hold_left(&self, now: Instant) -> Duration {
        self.held.map_or(Duration::ZERO, |until| until.saturating_duration_since(now))
    }
}

/// How many exchanges of a domain may be under way at once.
const fn in_flight(domain: Domain) -> usize {
    match domain {
        // More than the budget can feed at a latency of half a second.
        Domain::ResourceManager => 20,
        Domain::Storage | Domain::ResourceGraph => 5,
        // As many batches as two steps have: at a latency of a second they use two thirds of the
        // limit.
        Domain::Graph => 16,
        Domain::Intune | Domain::KeyVault => 10,
        Domain::GraphReports | Domain::IntuneReports | Domain::SignInActivity => 2,
        Domain::GraphPolicies => 1,
    }
}

/// The share of its budget that a domain spends. It falls when the service says that it is near its
/// limits, and comes back by itself.
#[derive(Debug)]
struct Pace {
    share: f64,
    at: Instant,
}

impl Pace {
    const LEAST: f64 = 0.1;
    /// How much comes back in a second.
    const RECOVERY: f64 = 0.02;
    /// How long answers to what was sent before keep coming.
    const ECHO: Duration = Duration::from_secs(1);

    fn new() -> Self {
        Self { share: 1.0, at: Instant::now() }
    }

    fn at(&self, now: Instant) -> f64 {
        let recovered = Self::RECOVERY * now.duration_since(self.at).as_secs_f64();
        (self.share + recovered).min(1.0)
    }

    /// Goes no faster than at a share.
    fn limit(&mut self, share: f64) {
        let now = Instant::now();
        if share < self.at(now) {
            *self = Self { share, at: now };
        }
    }

    /// Slows down, unless it just did: the answers to what was sent before say the same.
    fn slow_once(&mut self, factor: f64) {
        let now = Instant::now();
        if self.at(now) >= 1.0 || now.duration_since(self.at) >= Self::ECHO {
            self.slow(factor);
        }
    }

    fn slow(&mut self, factor: f64) {
        let now = Instant::now();
        *self = Self { share: (self.at(now) * factor).max(Self::LEAST), at: now };
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use futures_util::future::join_all;

    use super::*;
    use crate::attempts::PATIENCE;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    /// Admits a request, and says when, in milliseconds, or how long it would have to wait.
    async fn admit(governor: &Governor, cost: u32) -> Result<u128, u128> {
        let start = Instant::now();
        let mut patience = PATIENCE;
        let admitted = governor.admit(cost, &mut patience).await;
        admitted.map(|_| start.elapsed().as_millis()).map_err(|held| held.wait.as_millis())
    }

    #[tokio::test(start_paused = true)]
    async fn a_domain_has_one_governor() {
        let governors = Governors::default();
        let key = |owner: &str, domain| DomainKey { owner: owner.to_owned(), domain };
        let one = governors.of(&key("s", Domain::ResourceManager));
        assert!(Arc::ptr_eq(&one, &governors.of(&key("s", Domain::ResourceManager))));
        assert!(!Arc::ptr_eq(&one, &governors.of(&key("t", Domain::ResourceManager))));
        assert!(!Arc::ptr_eq(&one, &governors.of(&key("s", Domain::Storage))));
        assert_eq!(governors.of(&key("t", Domain::Graph)).batch(), 20);
        assert_eq!(governors.of(&key("t", Domain::GraphPolicies)).batch(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn requests_queue_for_what_comes_back() {
        let governor = Governor::new(Domain::ResourceManager);
        assert_eq!(admit(&governor, 240).await, Ok(0));
        let waits = join_all((0..5).map(|_| admit(&governor, 1))).await;
        // Timers of Tokio have a resolution of a millisecond and are never early.
        assert_eq!(waits, [40, 80, 120, 160, 200].map(Ok));
    }

    #[tokio::test(start_paused = true)]
    async fn what_would_wait_too_long_is_not_begun_and_costs_nothing() {
        let governor = Governor::new(Domain::GraphPolicies);
        let answers = join_all((0..9).map(|_| admit(&governor, 1))).await;
        let (begun, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
        assert_eq!(begun, [0, 1250, 2500, 3750, 5000].map(Ok));
        assert_eq!(refused, [Err(6250); 4]);
        assert_eq!(admit(&governor, 1).await, Ok(1250));
    }

    #[tokio::test(start_paused = true)]
    async fn storage_waits_for_its_window() {
        let governor = Governor::new(Domain::Storage);
        for _ in 0..100 {
            assert_eq!(admit(&governor, 1).await, Ok(0));
        }
        tokio::time::advance(Duration::from_secs(20)).await;
        assert_eq!(admit(&governor, 1).await, Err(280_000));
        tokio::time::advance(Duration::from_secs(276)).await;
        assert_eq!(admit(&governor, 1).await, Ok(4000));
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_holds_the_whole_domain() {
        let governor = Governor::new(Domain::ResourceManager);
        assert_eq!(admit(&governor, 1).await, Ok(0));
        governor.throttled(Duration::from_secs(3));
        governor.throttled(Duration::from_secs(2));
        // Then they go one after the other.
        let waits = join_all((0..3).map(|_| admit(&governor, 1))).await;
        assert_eq!(waits, [3000, 3080, 3160].map(Ok));
        governor.succeeded();
        governor.throttled(Duration::from_secs(30));
        assert_eq!(admit(&governor, 1).await, Err(30_000));
        tokio::time::advance(Duration::from_secs(30)).await;
        assert_eq!(admit(&governor, 1).await, Ok(0));
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_holds_those_who_are_already_waiting() {
        let governor = Governor::new(Domain::ResourceManager);
        governor.state().budget.spend(265, Instant::now());
        let refuse = async {
            tokio::time::sleep(Duration::from_millis(500)).await;
            governor.throttled(Duration::from_secs(2));
        };
        let (admitted, ()) = tokio::join!(admit(&governor, 1), refuse);
        assert_eq!(admitted, Ok(2500));
        governor.state().budget.lower_to(-24.0);
        let refuse = async {
            tokio::time::sleep(Duration::from_millis(500)).await;
            governor.throttled(Duration::from_mins(1));
        };
        let (admitted, ()) = tokio::join!(admit(&governor, 1), refuse);
        assert!(admitted.is_err_and(|wait| (58_000..=60_000).contains(&wait)), "{admitted:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn refusals_in_a_row_wait_longer_without_being_told() {
        let governor = Governor::new(Domain::GraphPolicies);
        let mut holds = Vec::new();
        for _ in 0..9 {
            governor.throttled(Duration::ZERO);
            // Those that were under way with it make no difference to how often it was.
            governor.throttled(Duration::ZERO);
            let hold = governor.state().hold_left(Instant::now());
            holds.push(hold.as_millis());
            tokio::time::advance(hold).await;
        }
        for (hold, longest) in holds.into_iter().zip([1, 2, 4, 8, 16, 32, 60, 60, 60]) {
            assert!((longest * 500..=longest * 1000).contains(&hold), "{hold} of {longest}");
        }
        governor.succeeded();
        governor.throttled(Duration::ZERO);
        assert!(governor.state().hold_left(Instant::now()).as_millis() <= 1000);
    }

    #[tokio::test(start_paused = true)]
    async fn storage_holds_for_its_window_after_the_second_refusal() {
        let governor = Governor::new(Domain::Storage);
        let said = Duration::from_secs(17);
        governor.throttled(said);
        assert_eq!(admit(&governor, 1).await, Err(17_000));
        tokio::time::advance(Duration::from_secs(17)).await;
        assert_eq!(admit(&governor, 1).await, Ok(0));
        governor.throttled(said);
        assert_eq!(admit(&governor, 1).await, Err(300_000));
    }

    #[tokio::test(start_paused = true)]
    async fn headers_lower_the_budget() {
        for (name, left, wait) in [
            (REMAINING[0], "0", 40),
            (REMAINING[1], " 0 ", 40),
            (REMAINING[4], "-7", 40),
            (REMAINING[3], "11999", 0),
            (REMAINING[3], "many", 0),
        ] {
            let governor = Governor::new(Domain::ResourceManager);
            governor.observe(&headers(&[(name, left)]), 1);
            assert_eq!(admit(&governor, 1).await, Ok(wait), "{name}: {left}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_costs_what_the_service_says() {
        let governor = Governor::new(Domain::Graph);
        governor.state().budget.lower_to(10.0);
        governor.observe(&headers(&[("x-ms-resource-unit", "5")]), 2);
        governor.observe(&headers(&[("x-ms-resource-unit", "1")]), 3);
        assert_eq!(admit(&governor, 9).await, Ok(0));
        assert_eq!(admit(&governor, 77).await, Ok(100));
    }

    #[tokio::test(start_paused = true)]
    async fn near_its_limits_a_domain_slows_down_for_a_while() {
        let governor = Governor::new(Domain::Graph);
        let assert_pace = |expected: f64| {
            let pace = governor.state().pace.at(Instant::now());
            assert!((pace - expected).abs() < 1e-9, "{pace} instead of {expected}");
        };
        let observe =
            |used| governor.observe(&headers(&[("x-ms-throttle-limit-percentage", used)]), 1);
        governor.state().budget.lower_to(0.0);
        observe("0.79");
        observe("0.9");
        assert_pace(1.0);
        observe("1.3");
        // The answers to what was already sent say the same.
        observe("1.2");
        assert_pace(0.5);
        tokio::time::advance(Duration::from_secs(1)).await;
        observe("0.8");
        assert_pace(0.52);
        observe("0.9");
        assert_pace(0.468);
        governor.state().budget.lower_to(0.0);
        assert_eq!(admit(&governor, 36).await, Ok(100));
        for _ in 0..9 {
            tokio::time::advance(Duration::from_secs(1)).await;
            observe("1.8");
        }
        assert_pace(Pace::LEAST);
        tokio::time::advance(Duration::from_secs(45)).await;
        assert_pace(1.0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_budget_that_is_used_up_too_early_is_a_smaller_one() {
        let governor = Governor::new(Domain::Graph);
        governor.state().budget.spend(4000, Instant::now());
        governor.observe(&headers(&[("x-ms-throttle-limit-percentage", "0.8")]), 1);
        let pace = governor.state().pace.at(Instant::now());
        assert!((pace - 0.5 / 0.8).abs() < 1e-9, "{pace}");
        assert_eq!(admit(&governor, 49).await, Ok(102));
    }

    #[tokio::test(start_paused = true)]
    async fn few_exchanges_are_under_way_at_once() {
        let governor = Governor::new(Domain::KeyVault);
        let mut patience = PATIENCE;
        let mut slots = Vec::new();
        for _ in 0..10 {
            slots.push(governor.admit(1, &mut patience).await.unwrap());
        }
        let release = async {
            tokio::time::sleep(Duration::from_mins(1)).await;
            slots.pop();
        };
        let (admitted, ()) = tokio::join!(admit(&governor, 1), release);
        assert_eq!(admitted, Ok(60_000));
    }

    /// The directory's side of a throttle: a bucket of so many resource units for ten seconds, of
    /// which those who go on asking may owe some, and what it has granted and refused.
    struct Service {
        capacity: f64,
        level: f64,
        at: Instant,
        granted: u32,
        refused: u32,
    }

    impl Service {
        fn new(capacity: f64) -> Self {
            Self { capacity, level: capacity, at: Instant::now(), granted: 0, refused: 0 }
        }

        /// Charges one request of a batch. Returns the headers, and how long to wait if it is
        /// refused.
        fn charge(&mut self, cost: u32) -> (HeaderMap, Option<Duration>) {
            let (now, cost) = (Instant::now(), f64::from(cost));
            let back = now.duration_since(self.at).as_secs_f64() * self.capacity / 10.0;
            self.level = self.capacity.min(self.level + back);
            self.at = now;
            let is_granted = self.level >= cost;
            self.level = (self.level - cost).max(-0.8 * self.capacity);
            *if is_granted { &mut self.granted } else { &mut self.refused } += 1;
            let wait = ((cost - self.level) / (self.capacity / 10.0)).ceil();
            let tenths = ((1.0 - self.level / self.capacity) * 10.0).floor() / 10.0;
            let mut headers = HeaderMap::new();
            if tenths >= 0.8 {
                let tenths = format!("{tenths:.1}").parse().unwrap();
                headers.insert("x-ms-throttle-limit-percentage", tenths);
            }
            (headers, (!is_granted).then(|| Duration::from_secs_f64(wait)))
        }
    }

    /// Sends batches to a directory for a minute, as many side by side as two steps do, and returns
    /// which share of its limit was used and which share of the requests was refused.
    async fn minute(capacity: f64, latency: Duration) -> (f64, f64) {
        let (governor, service) =
            (Governor::new(Domain::Graph), RefCell::new(Service::new(capacity)));
        let end = Instant::now() + Duration::from_mins(1);
        let batches = join_all((0..16).map(|_| async {
            let (mut left, mut patience) = (20, PATIENCE);
            while Instant::now() < end {
                let Ok(slot) = governor.admit(2 * left, &mut patience).await else {
                    tokio::time::sleep(PATIENCE).await;
                    patience = PATIENCE;
                    continue;
                };
                tokio::time::sleep(latency / 2).await;
                let answers: Vec<_> = (0..left).map(|_| service.borrow_mut().charge(2)).collect();
                tokio::time::sleep(latency / 2).await;
                drop(slot);
                for (headers, _) in &answers {
                    governor.observe(headers, 2);
                }
                match answers.iter().filter_map(|(_, wait)| *wait).max() {
                    Some(wait) => governor.throttled(wait),
                    None => governor.succeeded(),
                }
                left = u32::try_from(answers.iter().filter(|(_, wait)| wait.is_some()).count())
                    .unwrap();
                if left == 0 {
                    (left, patience) = (20, PATIENCE);
                }
            }
        }));
        batches.await;
        let Service { granted, refused, .. } = service.into_inner();
        (
            2.0 * f64::from(granted) / (7.0 * capacity),
            f64::from(refused) / f64::from(granted + refused),
        )
    }

    #[tokio::test(start_paused = true)]
    async fn a_directory_is_used_up_and_seldom_refuses_whatever_its_size() {
        for capacity in [3500.0, 5000.0, 8000.0] {
            for latency in [50, 100, 500] {
                let (used, refused) = minute(capacity, Duration::from_millis(latency)).await;
                let of = format!("{capacity} units, {latency} ms");
                assert!(used >= 0.9, "{used:.3} of {of}");
                assert!(refused <= 0.005, "{refused:.4} of {of}");
            }
        }
    }
}
