//! What came of a job.

mod linked;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use steps::Discovery;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::layout::Job;
use crate::ledger::{Entry, Exception, Status, add};
use crate::manifest::Manifest;
use crate::plan::{Plan, PlannedStep};
pub use linked::{Carried, Change, Linked};

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
    /// Why the job has no snapshot, if it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The last snapshot, if it could not be read and was therefore not compared with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set_aside: Option<SetAside>,
    /// Whether it was made up of the names of objects, as no summary is left: counts are not known.
    #[serde(skip)]
    pub(crate) is_bare: bool,
    /// When the job was planned, in ISO 8601.
    pub planned_at: String,
    /// When its early snapshot was published, in ISO 8601, if there was one: without the slow
    /// steps, which had not ended then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published_at: Option<String>,
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
    /// The subscriptions of the tenant that were found, by id, with why they are skipped if they
    /// are.
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
    /// It was given up, and has no snapshot.
    Failed,
}

/// A snapshot that could not be read. The job that found it so is the first of a new line: nothing
/// is compared with what was collected before, so nothing is reported as deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SetAside {
    /// The job that wrote it, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<Job>,
    /// What is wrong with which object.
    pub reason: String,
    /// How many entities of each type it had of which this job could not read everything. They are
    /// in no snapshot any more, until they are read again.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub lost: BTreeMap<String, u64>,
}

impl std::fmt::Display for SetAside {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "the last snapshot cannot be read and is not compared with, so nothing is reported as deleted: {}",
            self.reason
        )?;
        if self.lost.is_empty() {
            return Ok(());
        }
        let lost: Vec<String> = self.lost.iter().map(|(kind, n)| format!("{n} {kind}")).collect();
        write!(
            f,
            "; this job did not read everything of types of which it had {}, and nothing of them is carried forward",
            lost.join(", ")
        )
    }
}

/// The step under which a ledger says what is wrong with the last snapshot.
pub const LAST_SNAPSHOT: &str = "last-snapshot";

/// Why nothing is concluded from what was not found, where the last snapshot has no summary.
pub(crate) const BARE: &str =
    "the summary of the last snapshot is gone, so nothing is taken for deleted";

impl Summary {
    /// What came of a job, from what its steps and the linker say. Its status follows from the
    /// ledger, and from nothing else.
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
            published_at: None,
            finished_at: finished.format(&Rfc3339).unwrap_or_default(),
            reason: None,
            set_aside: None,
            is_bare: false,
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
    /// What is known of a job that is given up, from what its steps say if they do. It has no
    /// snapshot.
    pub(crate) fn failed(
        job: &Job,
        plan: Option<&Plan>,
        manifests: &[Manifest],
        reason: &str,
        now: OffsetDateTime,
    ) -> Self {
        let mut summary = match plan {
            Some(plan) => Self::new(plan, manifests, Linked::default(), now),
            None => Self::of_objects(job, Linked::default(), now),
        };
        summary.is_bare = false;
        summary.status = JobStatus::Failed;
        summary.reason = Some(reason.to_owned());
        summary
    }

    /// What can be known of a snapshot that has no summary: which types it has, but not how many of
    /// each.
    pub(crate) fn of_objects(job: &Job, graph: Linked, finished: OffsetDateTime) -> Self {
        let moment = |it: OffsetDateTime| it.format(&Rfc3339).unwrap_or_default();
        Self {
            job: job.clone(),
            instance_name: job.instance.clone(),
            status: JobStatus::Incomplete,
            reason: None,
            set_aside: None,
            is_bare: true,
            published_at: None,
            planned_at: moment(job.moment().unwrap_or(finished)),
            finished_at: moment(finished),
            seconds: 0,
            requests: 0,
            bytes: 0,
            incomplete: Vec::new(),
            exceptions: BTreeMap::new(),
            graph,
            drift: BTreeMap::new(),
            vanished: BTreeMap::new(),
            subscriptions: BTreeMap::new(),
            steps: Vec::new(),
            ledger: Vec::new(),
        }
    }

    /// Notes in the ledger what is wrong with the last snapshot, and what follows.
    pub(crate) fn note_last_snapshot(&mut self, scope: &str, status: Status, reason: &str) {
        let entry = Entry {
            step: LAST_SNAPSHOT.to_owned(),
            scope: scope.to_owned(),
            kind: None,
            pages: 0,
            items: 0,
            counted: None,
            requests: 0,
            bytes: 0,
            last: None,
            status,
            reason: Some(reason.to_owned()),
            known_by: crate::ledger::KnownBy::Read,
            known_at: None,
            vain: None,
            reading: None,
        };
        self.incomplete.insert(0, entry.clone());
        self.ledger.insert(0, entry);
        self.status = JobStatus::Incomplete;
    }
}
