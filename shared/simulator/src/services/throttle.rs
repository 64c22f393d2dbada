//! Throttles that refill in real time.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::services::clock::Clock;

/// A limit on the requests that one caller may send in one throttle domain.
#[derive(Clone, Debug)]
pub(crate) struct Limit {
    /// The throttle domain, such as `{tenant}/graph`.
    pub(crate) domain: String,
    /// Whose budget it is; empty where all callers share one.
    pub(crate) holder: String,
    /// How the budget comes back.
    pub(crate) budget: Budget,
}

/// How a budget comes back after it was spent.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Budget {
    /// A bucket of units that refills all the time.
    Bucket {
        /// The most units it holds.
        capacity: u32,
        /// Units that come back in a second.
        refill: u32,
        /// How many units a caller may owe who goes on asking after a refusal.
        debt: u32,
    },
    /// A number of units in each period. The period starts with the first request, and nothing
    /// comes back before it ends.
    Window {
        /// Units in a period.
        units: u32,
        /// The length of a period in seconds.
        seconds: u32,
    },
}

/// The answer of a throttle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Verdict {
    /// Whether the request may be answered.
    pub(crate) granted: bool,
    /// Units that are left.
    pub(crate) remaining: u64,
    /// How much of the budget is spent, in thousandths; above 1000 after refusals.
    pub(crate) used: u64,
    /// Seconds until the request would be granted, 1 at least; 0 if it was granted.
    pub(crate) wait: u64,
}

/// All throttles of the cloud.
#[derive(Debug, Default)]
pub(crate) struct Throttles {
    states: Mutex<HashMap<(String, String), State>>,
}

/// Units are counted in millionths, so that a microsecond of refill is a whole number.
const UNIT: i64 = 1_000_000;

#[derive(Clone, Copy, Debug)]
struct State {
    level: i64,
    /// When the level was last right, in microseconds; for a window, when it started.
    at: u64,
}

impl Throttles {
    /// Charges a request of `cost` units to a limit.
    pub(crate) fn charge(&self, clock: &Clock, limit: &Limit, cost: u32) -> Verdict {
        let now = clock.micros();
        let key = (limit.domain.clone(), limit.holder.clone());
        let mut states = self.states.lock().unwrap_or_else(PoisonError::into_inner);
        let state = states.entry(key).or_insert(State { level: limit.budget.full(), at: now });
        limit.budget.charge(state, now, i64::from(cost) * UNIT)
    }
}

impl Budget {
    /// The most units there can be.
    pub(crate) const fn units(self) -> u32 {
        match self {
            Self::Bucket { capacity: units, .. } | Self::Window { units, .. } => units,
        }
    }

    fn full(self) -> i64 {
        i64::from(self.units()) * UNIT
    }

    fn charge(self, state: &mut State, now: u64, cost: i64) -> Verdict {
        let full = self.full();
        let passed = i64::try_from(now.saturating_sub(state.at)).unwrap_or(i64::MAX);
        let (rate, debt) = match self {
            Self::Bucket { refill, debt, .. } => {
                let gain = passed.saturating_mul(i64::from(refill));
                *state = State { level: full.min(state.level.saturating_add(gain)), at: now };
                (i64::from(refill), i64::from(debt) * UNIT)
            }
            Self::Window { seconds, .. } => {
                if passed >= i64::from(seconds) * UNIT {
                    *state = State { level: full, at: now };
                }
                (0, 0)
            }
        };
        let granted = state.level >= cost;
        state.level = match granted {
            true => state.level - cost,
            false if debt > 0 => (state.level - cost).max(-debt),
            false => state.level,
        };
        let micros = match self {
            _ if granted => 0,
            Self::Bucket { .. } => (cost - state.level + rate - 1) / rate.max(1),
            Self::Window { seconds, .. } => i64::from(seconds) * UNIT - passed,
        };
        Verdict {
            granted,
            remaining: units(state.level / UNIT),
            used: units((full - state.level).saturating_mul(1000) / full.max(1)),
            wait: if granted { 0 } else { units((micros + UNIT - 1) / UNIT).max(1) },
        }
    }
}

fn units(count: i64) -> u64 {
    u64::try_from(count).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn limit(budget: Budget) -> Limit {
        Limit { domain: "s/arm".into(), holder: "app".into(), budget }
    }

    #[test]
    fn a_bucket_refills_with_the_clock_and_never_overflows() {
        let (clock, throttles) = (Clock::manual(), Throttles::default());
        let limit = limit(Budget::Bucket { capacity: 250, refill: 25, debt: 0 });
        for left in (0..250).rev() {
            let verdict = throttles.charge(&clock, &limit, 1);
            assert!(verdict.granted);
            assert_eq!(verdict.remaining, left);
        }
        for _ in 0..3 {
            let refused = throttles.charge(&clock, &limit, 1);
            assert_eq!((refused.granted, refused.wait, refused.used), (false, 1, 1000));
        }
        clock.advance(Duration::from_micros(39_999));
        assert!(!throttles.charge(&clock, &limit, 1).granted);
        clock.advance(Duration::from_micros(1));
        assert!(throttles.charge(&clock, &limit, 1).granted);
        clock.advance(Duration::from_hours(1));
        assert_eq!(throttles.charge(&clock, &limit, 1).remaining, 249);
    }

    #[test]
    fn a_window_gives_nothing_back_before_it_ends() {
        let (clock, throttles) = (Clock::manual(), Throttles::default());
        let limit = limit(Budget::Window { units: 100, seconds: 300 });
        assert!((0..100).all(|_| throttles.charge(&clock, &limit, 1).granted));
        assert_eq!(throttles.charge(&clock, &limit, 1).wait, 300);
        clock.advance(Duration::from_secs(299));
        assert_eq!(throttles.charge(&clock, &limit, 1).wait, 1);
        clock.advance(Duration::from_secs(1));
        assert_eq!(throttles.charge(&clock, &limit, 1).remaining, 99);
    }

    #[test]
    fn who_goes_on_asking_owes_up_to_the_debt() {
        let (clock, throttles) = (Clock::manual(), Throttles::default());
        let limit = limit(Budget::Bucket { capacity: 100, refill: 10, debt: 80 });
        assert!(throttles.charge(&clock, &limit, 100).granted);
        let first = throttles.charge(&clock, &limit, 10);
        assert_eq!((first.granted, first.used, first.wait), (false, 1100, 2));
        let last = (0..20).map(|_| throttles.charge(&clock, &limit, 10)).last().unwrap();
        assert_eq!((last.used, last.wait), (1800, 9));
        clock.advance(Duration::from_secs(9));
        assert!(throttles.charge(&clock, &limit, 10).granted);
    }

    #[test]
    fn callers_and_domains_have_budgets_of_their_own() {
        let (clock, throttles) = (Clock::manual(), Throttles::default());
        let one = limit(Budget::Bucket { capacity: 1, refill: 1, debt: 0 });
        assert!(throttles.charge(&clock, &one, 1).granted);
        assert!(!throttles.charge(&clock, &one, 1).granted);
        let other_holder = Limit { holder: "other".into(), ..one.clone() };
        assert!(throttles.charge(&clock, &other_holder, 1).granted);
        let other_domain = Limit { domain: "t/arm".into(), ..one };
        assert!(throttles.charge(&clock, &other_domain, 1).granted);
    }
}
