//! Reports that Intune prepares when it is asked to, for downloading.

mod archive;
mod csv;
mod job;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use archive::Export;
pub(crate) use archive::{Archive, Download};
pub(crate) use job::{Fate, HOST, Job, Order, Status};

use crate::options::Intune;
use crate::services::report::{Ask, Selection, find};
use crate::world::random::{Draw, hash};
use crate::world::tenant::Tenant;

/// All jobs that prepare reports.
#[derive(Debug)]
pub(crate) struct Exports {
    time: Duration,
    pub(crate) lifetime: Duration,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    jobs: HashMap<String, Job>,
    /// How often each report was asked for, so that every job gets an id of its own, whatever the
    /// order in which different reports are asked for.
    times: HashMap<u64, u64>,
}

impl Exports {
    pub(crate) fn new(options: &Intune) -> Self {
        let (time, lifetime) = (options.export_time, options.export_lifetime);
        Self { time, lifetime, state: Mutex::default() }
    }

    /// Begins to prepare a report now, in microseconds since 1970. Refuses, with the reason, what
    /// there is not.
    pub(crate) fn begin(&self, tenant: &Tenant, now: u64, order: Order) -> Result<Job, String> {
        let name = &order.report_name;
        let report = find(name, tenant.fleet.app_reports)
            .ok_or_else(|| format!("PostExportJobAsync not supported for reportType {name}"))?;
        let ask = Ask {
            select: order.select.clone(),
            filter: order.filter.clone(),
            replaces: order.replaces,
        };
        let selection = Selection::new(tenant, report, &ask)?;
        let what = hash(tenant.seed, &format!("{name} {:?} {}", ask.select, ask.filter));
        let mut state = self.state();
        let times = state.times.entry(what).or_default();
        let mut draw = Draw::new(what, "export", *times);
        *times += 1;
        let id = format!("{name}_{}", draw.guid());
        let time = u64::try_from(self.time.as_micros()).unwrap_or(u64::MAX);
        let time = time / 2 + draw.below(time.saturating_mul(3) / 2);
        let job = Job {
            export: Arc::new(Export::new(selection, format!("{id}.csv"))),
            id: id.clone(),
            order,
            requested: now,
            starts: now + time / 5,
            ends: now + time,
            fate: Fate::Completes,
            signature: draw.hex(16) + &draw.hex(16),
        };
        state.jobs.insert(id, job.clone());
        Ok(job)
    }

    /// A job by its id.
    pub(crate) fn job(&self, id: &str) -> Option<Job> {
        self.state().jobs.get(id).cloned()
    }

    /// Decides what becomes of a job.
    pub(crate) fn decide(&self, id: &str, fate: Fate) {
        if let Some(job) = self.state().jobs.get_mut(id) {
            if fate == Fate::Slow {
                job.ends = job.requested + (job.ends - job.requested) * 10;
            }
            job.fate = fate;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
