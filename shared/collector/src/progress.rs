//! What is told of a job while it runs.

use std::time::Duration;

use crate::layout::Job;
use crate::ledger::Status;

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
    /// A step is read, or gone on with.
    Begun {
        /// The step.
        step: &'n str,
    },
    /// A step read pages.
    Read {
        /// The step.
        step: &'n str,
        /// How many items it has read so far.
        items: u64,
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
        /// How.
        status: Status,
        /// Why it is not complete.
        reason: Option<&'n str>,
        /// How many items it read.
        items: u64,
    },
    /// The graph is being linked.
    Links,
    /// The job has its snapshot.
    Finished,
}

/// Nobody watches.
#[derive(Debug)]
pub(crate) struct Unobserved;

impl Observer for Unobserved {
    fn observe(&self, _: &Job, _: &News<'_>) {}
}
