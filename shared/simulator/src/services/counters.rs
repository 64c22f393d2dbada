//! What the server has done so far.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::services::answer::Answer;

/// What the server has done so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// HTTP requests answered. A `$batch` is one.
    pub requests: u64,
    /// Answers with status 429. Those inside of a `$batch` count too.
    pub throttled: u64,
    /// Answers with a list that holds nothing.
    pub empty: u64,
    /// Bytes of the bodies of all answers.
    pub bytes: u64,
    /// For each throttle domain, how many requests it granted and how many it refused. Domains are
    /// `{tenant}/graph`, `{tenant}/graph-policies`, `{tenant}/graph-reports`,
    /// `{tenant}/graph-sign-in-activity`, `{tenant}/intune-devices`, `{tenant}/intune`,
    /// `{tenant}/intune-reports`, `{tenant}/arm`, `{subscription}/arm`,
    /// `{subscription}/arm-storage` and `{vault}/keyvault`.
    pub domains: BTreeMap<String, (u64, u64)>,
    /// For each kind of fault, how many answers had it. What befell a whole `$batch` counts once
    /// more as `batch`, and what befell the token endpoint as `sign-in`.
    pub faults: BTreeMap<&'static str, u64>,
}

/// Counts while requests are served.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    counters: Mutex<Counters>,
}

impl Recorder {
    /// Counts an answer. One inside of a `$batch` is no request of its own.
    pub(crate) fn answered(&self, answer: &Answer, nested: bool) {
        self.with(|counters| {
            counters.throttled += u64::from(answer.status == 429);
            if !nested {
                counters.requests += 1;
                counters.empty += u64::from(answer.lists_nothing());
                counters.bytes += answer.body.len() as u64;
            }
        });
    }

    /// Counts what is sent after the answer was begun.
    pub(crate) fn sent(&self, bytes: usize) {
        self.with(|counters| counters.bytes += bytes as u64);
    }

    /// Counts the decision of a throttle.
    pub(crate) fn decided(&self, domain: &str, granted: bool) {
        self.with(|counters| {
            let (grants, refusals) = counters.domains.entry(domain.to_owned()).or_default();
            *if granted { grants } else { refusals } += 1;
        });
    }

    /// Counts a faulty answer.
    pub(crate) fn faulty(&self, kind: &'static str) {
        self.with(|counters| *counters.faults.entry(kind).or_default() += 1);
    }

    pub(crate) fn read(&self) -> Counters {
        self.with(|counters| counters.clone())
    }

    fn with<T>(&self, change: impl FnOnce(&mut Counters) -> T) -> T {
        change(&mut self.counters.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
