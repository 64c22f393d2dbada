//! What came of a job.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use steps::Discovery;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::layout::Job;
use crate::ledger::{Entry, Exception};
use crate::link::Linked;
use crate::manifest::Manifest;
use crate::plan::{Plan, PlannedStep};

/// What came of a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// The job.
    pub job: Job,
    /// The name of the instance.
    pub instance_name: String,
    /// Whether everything was read that the plan says.
    pub status: JobStatus,
    /// When the job was planned, in ISO 8601.
    pub planned_at: String,
    /// When it was finished, in ISO 8601.
    pub finished_at: String,
    /// How many seconds lay between.
    pub seconds: u64,
    /// How many requests it took.
    pub requests: u64,
    /// How many bytes were read.
    pub bytes: u64,
    /// What is not complete, first.
    pub incomplete: Vec<Entry>,
    /// Single lists that could not be read.
    pub exceptions: BTreeMap<String, Vec<Exception>>,
    /// The graph.
    pub graph: Linked,
    /// How often each property was not of its declared type, and was left out.
    pub drift: BTreeMap<String, u64>,
    /// How many parents were gone when their list was asked for, by step.
    pub vanished: BTreeMap<String, u64>,
    /// The subscriptions of the tenant that were found, by id, with why they are skipped if they are.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub subscriptions: BTreeMap<String, Discovery>,
    /// Every step, with why it did not run, unless it did.
    pub steps: Vec<PlannedStep>,
    /// How complete everything is.
    pub ledger: Vec<Entry>,
}

/// Whether everything was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum JobStatus {
    /// Everything that the plan says.
    Complete,
    /// Not everything; the ledger says what.
    Incomplete,
}

/// Adds counts to others, each to its own.
pub fn add<K: Clone + Ord>(sums: &mut BTreeMap<K, u64>, counts: &BTreeMap<K, u64>) {
    for (what, count) in counts {
        *sums.entry(what.clone()).or_default() += count;
    }
}

impl Summary {
    /// What came of a job, from what its steps and the linker say. Its status follows from the ledger,
    /// and from nothing else.
    pub(crate) fn new(
        plan: &Plan,
        manifests: &[Manifest],
        graph: Linked,
        finished: OffsetDateTime,
    ) -> Self {
        let planned = OffsetDateTime::parse(&plan.planned_at, &Rfc3339);
        let ledger: Vec<Entry> = manifests.iter().flat_map(|it| it.ledger.clone()).collect();
        let incomplete: Vec<Entry> =
            ledger.iter().filter(|entry| !entry.status.is_complete()).cloned().collect();
        let mut drift: BTreeMap<String, u64> = BTreeMap::new();
        for manifest in manifests {
            add(&mut drift, &manifest.drift);
        }
        // The entries of a step for its several types tell of the same requests.
        let lists = || manifests.iter().filter_map(|it| it.ledger.first());
        let exceptions = manifests.iter().filter(|it| !it.exceptions.is_empty());
        let vanished = manifests.iter().filter(|it| it.vanished > 0);
        Self {
            job: plan.job.clone(),
            instance_name: plan.instance.name.clone(),
            status: if incomplete.is_empty() { JobStatus::Complete } else { JobStatus::Incomplete },
            planned_at: plan.planned_at.clone(),
            finished_at: finished.format(&Rfc3339).unwrap_or_default(),
            seconds: planned.map_or(0, |planned| (finished - planned).unsigned_abs().as_secs()),
            requests: lists().map(|it| it.requests).sum(),
            bytes: lists().map(|it| it.bytes).sum(),
            incomplete,
            exceptions: exceptions.map(|it| (it.step.clone(), it.exceptions.clone())).collect(),
            graph,
            drift,
            vanished: vanished.map(|it| (it.step.clone(), it.vanished)).collect(),
            subscriptions: manifests.iter().flat_map(|it| it.discoveries.clone()).collect(),
            steps: plan.steps.clone(),
            ledger,
        }
    }
}
