//! What happened in runs.

use std::collections::BTreeMap;
use std::fmt;

/// What happened in one run, or in several.
#[derive(Clone, Debug, Default)]
pub struct Statistics {
    /// How often each thing went wrong.
    pub faults: BTreeMap<&'static str, u64>,
    /// How many requests the simulated cloud answered.
    pub requests: u64,
    /// How many checkpoints, manifests, leases and so on were written.
    pub milestones: u64,
    /// How many invocations of functions there were.
    pub invocations: u64,
    /// How many of them died.
    pub kills: u64,
    /// How many early snapshots were published.
    pub early: u64,
}

impl Statistics {
    /// Adds what happened in another run.
    pub fn add(&mut self, other: &Self) {
        for (what, times) in &other.faults {
            *self.faults.entry(what).or_default() += times;
        }
        self.requests += other.requests;
        self.milestones += other.milestones;
        self.invocations += other.invocations;
        self.kills += other.kills;
        self.early += other.early;
    }
}

impl fmt::Display for Statistics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { faults, requests, invocations, kills, early, .. } = self;
        let all: u64 = faults.values().sum();
        write!(f, "{invocations} invocations, {kills} killed; {early} early snapshots; ")?;
        write!(f, "{requests} requests; {all} faults")?;
        for (number, (what, times)) in faults.iter().enumerate() {
            write!(f, "{}{times} {what}", if number == 0 { ": " } else { ", " })?;
        }
        Ok(())
    }
}
