//! One run after another, several at once.

use std::ops::Range;
use std::sync::{Mutex, PoisonError};
use std::thread;

use super::{Error, Outcome, Snapshot, Statistics, Tenant, Weather, run};

/// Runs a job for each seed, as many at once as there are cores, and tells what came of each.
/// Returns what happened in all of them.
///
/// # Errors
///
/// If a run cannot be made.
pub fn storm(
    tenant: Tenant,
    weather: &Weather,
    expected: &Snapshot,
    seeds: Range<u64>,
    tell: impl Fn(u64, &Outcome) + Sync,
) -> Result<Statistics, Error> {
    many(tenant, |seed| Weather { seed, ..weather.clone() }, Some(expected), seeds, tell)
}

/// Runs a job in one weather after another, as [`storm`] does. Compares snapshots if there is one
/// to compare them with.
///
/// # Errors
///
/// If a run cannot be made.
pub fn many(
    tenant: Tenant,
    weather: impl Fn(u64) -> Weather + Sync,
    expected: Option<&Snapshot>,
    numbers: Range<u64>,
    tell: impl Fn(u64, &Outcome) + Sync,
) -> Result<Statistics, Error> {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let numbers = Mutex::new(numbers);
    let next = || numbers.lock().unwrap_or_else(PoisonError::into_inner).next();
    let work = || {
        let mut statistics = Statistics::default();
        while let Some(number) = next() {
            let outcome = run(tenant, &weather(number), expected)?;
            statistics.add(&outcome.statistics);
            tell(number, &outcome);
        }
        Ok(statistics)
    };
    let mut all = Statistics::default();
    thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        for thread in threads {
            let statistics: Result<Statistics, Error> =
                thread.join().unwrap_or_else(|_| Err("a run panicked".into()));
            all.add(&statistics?);
        }
        Ok(all)
    })
}
