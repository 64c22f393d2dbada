//! How far a job is linked, where that takes more than one invocation.

use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use uuid::Uuid;

use super::feed::Told;
use super::objects::Begun;
use crate::context::{Context, Error};
use crate::layout::{Job, RecordKind};
use crate::plan::Plan;
use crate::ports::{Condition, Etag, StoreError};
use crate::summary::Linked;

/// One invocation's turn at linking a job.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Turn {
    /// How many turns came before it.
    pub(crate) number: u32,
    /// When it has to stop.
    pub(crate) deadline: Instant,
}

/// What the invocations so far have written.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Checkpoint {
    /// How many invocations there were.
    pub(super) turn: u32,
    /// The snapshot that they compared with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) previous: Option<Job>,
    /// What was written last.
    pub(super) place: Place,
    /// What linking has come to so far.
    pub(super) linked: Linked,
    /// The object that is written in part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) begun: Option<Begun>,
    /// The feed so far.
    pub(super) told: Told,
}

/// Where a thing stands in a snapshot: entities before relationships, by type and key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Place {
    pub(super) record_kind: RecordKind,
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) key: String,
}

impl Place {
    /// Whether a thing stands after it.
    pub(super) fn is_before(&self, record_kind: RecordKind, kind: &str, key: &str) -> bool {
        (self.record_kind, self.kind.as_str(), self.key.as_str()) < (record_kind, kind, key)
    }
}

/// Names for what an invocation stores of what is written in part. None of them is used again, so
/// that two invocations that run at the same time by mistake cannot mix what they write.
pub(super) fn names(job: &Job) -> [String; 2] {
    let word = &Uuid::new_v4().simple().to_string()[..8];
    ["object", "feed"].map(|it| job.linking(&format!("{it}-{word}.ndjson.zst")))
}

impl Checkpoint {
    /// The checkpoint of a job, if there is one that compares with the same snapshot.
    pub(super) async fn read(
        context: &Context,
        plan: &Plan,
        previous: Option<&Job>,
    ) -> Result<(Option<Self>, Option<Etag>), Error> {
        let stored = context.read::<Self>(&plan.job.linking(NAME)).await?;
        let Some((checkpoint, etag)) = stored else { return Ok((None, None)) };
        let is_of_same = checkpoint.previous.as_ref() == previous;
        Ok((Some(checkpoint).filter(|_| is_of_same), Some(etag)))
    }

    /// Stores it in the place of the one before. If another invocation was faster, its own holds.
    pub(super) async fn write(
        &self,
        context: &Context,
        job: &Job,
        etag: Option<Etag>,
    ) -> Result<(), Error> {
        let condition = etag.map_or(Condition::Absent, Condition::Matches);
        match context.write(&job.linking(NAME), self, condition).await {
            Err(Error::Store(StoreError::Conflict(_))) => Ok(()),
            written => written.map(drop),
        }
    }
}

const NAME: &str = "checkpoint.json";
