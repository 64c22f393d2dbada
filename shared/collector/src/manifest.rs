//! What a step read, once it has ended.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use steps::Discovery;

use crate::layout::Content;
use crate::ledger::{Entry, Exception, Status};

/// What a step read. Only the parts that it names exist for the rest of the system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// The step.
    pub step: String,
    /// What it stored.
    pub parts: Vec<Part>,
    /// How complete it is, by type of entity.
    pub ledger: Vec<Entry>,
    /// How many entities of each type were found, counting those found twice.
    pub entities: BTreeMap<String, u64>,
    /// How many references were found.
    pub references: u64,
    /// How many parents were gone when their list was asked for.
    pub vanished: u64,
    /// The first of the lists that could not be read.
    pub exceptions: Vec<Exception>,
    /// How often each property was not of its declared type, and was left out.
    pub drift: BTreeMap<String, u64>,
    /// The subscriptions that were discovered, by id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub discoveries: BTreeMap<String, Discovery>,
    /// The object that says what was kept for the next job to add changes to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept: Option<String>,
}

impl Manifest {
    /// How the step ended.
    fn status(&self) -> Option<Status> {
        self.ledger.first().map(|it| it.status)
    }

    /// Notes that the step did not read everything after all.
    pub(crate) fn lacks(&mut self, why: &str) {
        for entry in &mut self.ledger {
            entry.status = Status::Partial;
            entry.reason = Some(why.to_owned());
            entry.known_at = None;
        }
    }

    /// Whether everything was read.
    pub(crate) fn is_complete(&self) -> bool {
        self.status().is_some_and(Status::is_complete)
    }
}

/// Takes what a step could not read for read where the step that stands in for it did.
pub(crate) fn apply_fallbacks(manifests: &mut [Manifest]) {
    let read: BTreeMap<&str, &str> = manifests
        .iter()
        .filter(|it| it.status() == Some(Status::Complete))
        .filter_map(|it| steps::find(&it.step).and_then(|step| Some((step.fallback_for?, step.id))))
        .collect();
    for manifest in manifests.iter_mut().filter(|it| !it.is_complete()) {
        let Some(other) = read.get(manifest.step.as_str()) else { continue };
        for entry in &mut manifest.ledger {
            let (status, reason) = (entry.status.as_str(), entry.reason.take().unwrap_or_default());
            entry.reason = Some(format!("{other} read it instead, as this is {status}: {reason}"));
            entry.status = Status::Skipped;
        }
        // What they are about was read.
        manifest.exceptions.clear();
    }
}

/// A stored object of a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub content: Content,
}
