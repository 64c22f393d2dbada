//! What is told of a job while it runs.

use std::time::Duration;

use crate::layout::Job;
use crate::ledger::Entry;
use crate::manifest::Manifest;
use crate::summary::Summary;

/// Watches executions, for people.
pub trait Observer: std::fmt::Debug + Send + Sync {
    /// Something happened.
    fn observe(&self, job: &Job, news: &News<'_>);
}

/// What happened.
#[derive(Clone, Copy, Debug)]
pub enum News<'n> {
    /// A job was planned.
    Planned {
        /// The name of the instance.
        instance: &'n str,
        /// How many steps run.
        steps: usize,
    },
    /// A job whose process is gone is gone on with.
    Resumed {
        /// When it began, in ISO 8601.
        since: &'n str,
        /// How many of its steps have ended.
        ended: usize,
    },
    /// A job whose process is gone is given up, and another begins.
    Anew {
        /// When it began, in ISO 8601.
        since: &'n str,
        /// Why it is not gone on with.
        why: &'n str,
    },
    /// The job is given up.
    Failed {
        /// Why.
        reason: &'n str,
    },
    /// A slice of a step begins.
    Begun {
        /// The step.
        step: &'n str,
        /// Which slice.
        slice: u32,
    },
    /// A step read pages.
    Read {
        /// The step.
        step: &'n str,
        /// How many items it has read so far.
        items: u64,
    },
    /// A slice has come to its end.
    SliceEnded {
        /// The step.
        step: &'n str,
        /// Which slice.
        slice: u32,
        /// Why it has come to its end.
        because: SliceEnd,
        /// What was read.
        totals: Totals,
    },
    /// A step waits for a throttle.
    Waits {
        /// The step.
        step: &'n str,
        /// For how long.
        wait: Duration,
    },
    /// A step ended.
    Ended {
        /// The step.
        step: &'n str,
        /// Its ledger. The entries of a step for its several types tell of the same lists.
        entry: &'n Entry,
        /// What it has stored.
        manifest: &'n Manifest,
    },
    /// The graph is being linked.
    Links,
    /// The time is over before the graph is linked. Another message asks for the rest.
    LinksLater {
        /// How many turns were taken.
        turns: u32,
    },
    /// The job has an early snapshot, without what slow steps read.
    Published {
        /// How many of them had not ended.
        pending: usize,
    },
    /// The job has its snapshot.
    Finished {
        /// What came of it.
        summary: &'n Summary,
    },
}

/// Why a slice has come to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SliceEnd {
    /// Everything was read.
    Read,
    /// The time is over. Another message asks for the rest.
    TimeIsOver,
    /// Microsoft asks to wait for so long. The message is delivered again after that.
    Waits(Duration),
}

/// What a step has read in all of its slices so far, and what it cost this slice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// How many pages.
    pub pages: u64,
    /// How many items.
    pub items: u64,
    /// How many requests.
    pub requests: u64,
    /// How many bytes.
    pub bytes: u64,
    /// How many requests of this slice the service refused as too many (429), at the least.
    pub refused: u64,
    /// How long this slice took.
    pub time: Duration,
}

/// Nobody watches.
#[derive(Debug)]
pub(crate) struct Unobserved;

impl Observer for Unobserved {
    fn observe(&self, _: &Job, _: &News<'_>) {}
}
