//! What the queues carry.
//!
//! A message is a JSON object. Fields that a function does not know are ignored, so a newer release
//! may add some. Where a message means what an older function would do wrongly, its version grows.

use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::layout::Job;
use crate::plan::Plan;
use crate::ports::Outgoing;

/// The version of the messages that are written, and the newest that is read.
pub const VERSION: u32 = 1;

/// A message as a queue carries it: what it asks for, and what became of it before.
///
/// Nobody can change a message that is in Amazon SQS. One that fails is sent anew with one failure
/// more, and the old one is deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message<T> {
    /// The version. Messages had none before version 1, which says the same.
    #[serde(default = "first_version")]
    pub version: u32,
    /// How often it has failed. Waits are not among these.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub failures: u32,
    /// For how many seconds whoever receives it first makes it invisible. A FIFO queue of Amazon
    /// SQS cannot delay a message by itself.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub rest: u32,
    /// What it asks for.
    #[serde(flatten)]
    pub task: T,
}

const fn first_version() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
const fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl<T: Serialize> Message<T> {
    /// A message that was never sent.
    #[must_use]
    pub const fn new(task: T) -> Self {
        Self { version: VERSION, failures: 0, rest: 0, task }
    }

    /// The same message, to be sent anew: after so many failures, and not to be done for a while,
    /// in whole seconds, rounded up.
    #[must_use]
    pub fn anew(self, failures: u32, rest: Duration) -> Self {
        let seconds = rest.as_secs() + u64::from(rest.subsec_nanos() > 0);
        let rest = u32::try_from(seconds).unwrap_or(u32::MAX);
        Self { version: VERSION, failures, rest, ..self }
    }

    /// What goes into the queue.
    #[must_use]
    pub fn body(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// What a message asks for.
pub trait Task: Clone + Serialize + DeserializeOwned {
    /// The job that it is part of.
    fn job(&self) -> &Job;

    /// Which part of the job it is, for logs: a step, `finish`, or a subscription.
    fn step(&self) -> &str;
}

/// A slice of a step to run.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Slice {
    /// The job that it is part of.
    pub job: Job,
    /// The step.
    pub step: String,
    /// How many slices of the step came before it.
    pub slice: u32,
}

impl Slice {
    /// The message that asks for the slice. Its group is the throttle domain of the step, so that
    /// one invocation at a time owns the domain's budget.
    #[must_use]
    pub fn outgoing(&self, plan: &Plan) -> Outgoing {
        let Self { job, step, slice } = self;
        Outgoing {
            body: Message::new(self).body(),
            group: plan.group(step),
            deduplication: format!("{}/{}/{step}/{slice}", job.instance, job.id),
        }
    }
}

/// How long the message rests at least, and at most, that asks for an early snapshot: a tenth of
/// the time that the job has taken so far. Steps that end meanwhile are not worth linking twice.
const EARLY_RESTS: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(10)];

/// A job whose steps have all ended; or an early snapshot, of a job of which all but slow steps
/// have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finish {
    /// The job.
    pub job: Job,
    /// How many invocations have worked on it that came to the end of their time.
    #[serde(default, skip_serializing_if = "is_first")]
    pub turn: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
const fn is_first(turn: &u32) -> bool {
    *turn == 0
}

impl Finish {
    /// A job that nobody has worked on yet.
    #[must_use]
    pub const fn new(job: Job) -> Self {
        Self { job, turn: 0 }
    }

    /// The message that asks for the job to be finished. That which asks for an early snapshot has
    /// a group of its own: the job itself never waits for it.
    #[must_use]
    pub fn outgoing(&self) -> Outgoing {
        let Self { job: Job { instance, id }, turn } = self;
        let mut deduplication = format!("{instance}/{id}/finish");
        if *turn > 0 {
            deduplication = format!("{deduplication}/{turn}");
        }
        let is_early = self.job.of_early().is_some();
        let group = if is_early { format!("{instance}/early") } else { instance.clone() };
        Outgoing { body: Message::new(self).body(), group, deduplication }
    }

    /// The same message, which rests first: for some of the time that the job has taken so far.
    #[must_use]
    pub fn rested(&self, so_far: Duration) -> Outgoing {
        let [least, most] = EARLY_RESTS;
        // Somebody may wait for the snapshot, so parts of a second are not rested for.
        let rest = Duration::from_secs(so_far.as_secs() / 10).clamp(least, most);
        Outgoing { body: Message::new(self).anew(0, rest).body(), ..self.outgoing() }
    }
}

/// Whether a message asks for an early snapshot, which is needless once the job has ended.
#[must_use]
pub fn is_early(message: &Outgoing) -> bool {
    read::<Finish>(&message.body).is_ok_and(|it| it.task.job.of_early().is_some())
}

/// What a listing of a tenant's subscriptions says of one of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provision {
    /// The job of the tenant's instance that listed them.
    pub job: Job,
    /// The id of the subscription.
    pub subscription: String,
    /// What it says.
    pub finding: Finding,
}

/// What a listing says of a subscription.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Finding {
    /// It is there, and is to be collected.
    Listed {
        /// The name that people see.
        name: String,
    },
    /// It is there, and is not to be collected.
    Skipped {
        /// Why not.
        reason: String,
    },
    /// It is not there, and the listing is complete.
    Missing {
        /// Whether so many others are not there either that the listing is doubted.
        #[serde(default)]
        with_many: bool,
    },
}

impl Provision {
    /// The message that tells it. Its group is the subscription, so that one listing after the
    /// other is acted on.
    #[must_use]
    pub fn outgoing(&self) -> Outgoing {
        let Self { job, subscription, .. } = self;
        Outgoing {
            body: Message::new(self).body(),
            group: format!("{}/{subscription}", job.instance),
            deduplication: format!("{}/{}/{subscription}", job.instance, job.id),
        }
    }
}

impl Task for Slice {
    fn job(&self) -> &Job {
        &self.job
    }

    fn step(&self) -> &str {
        &self.step
    }
}

impl Task for Finish {
    fn job(&self) -> &Job {
        &self.job
    }

    fn step(&self) -> &'static str {
        "finish"
    }
}

impl Task for Provision {
    fn job(&self) -> &Job {
        &self.job
    }

    fn step(&self) -> &str {
        &self.subscription
    }
}

/// Why a message cannot be read. However often it is delivered, that stays so.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// A newer release has sent it.
    #[error("it has version {0}, and this function reads versions up to {VERSION}")]
    Newer(u32),
    /// It is not one of ours.
    #[error("it is not a message of this queue: {0}")]
    Foreign(#[from] serde_json::Error),
}

/// Reads a message.
///
/// # Errors
///
/// If it is of a newer version, or not one of ours.
pub fn read<T: DeserializeOwned>(body: &str) -> Result<Message<T>, Unreadable> {
    #[derive(Deserialize)]
    struct Versioned {
        #[serde(default = "first_version")]
        version: u32,
    }
    // Looked at first, for the rest of a newer one may have any shape.
    let Versioned { version } = serde_json::from_str(body)?;
    if version > VERSION {
        return Err(Unreadable::Newer(version));
    }
    Ok(serde_json::from_str(body)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finish() -> Finish {
        Finish::new(Job { instance: "i".to_owned(), id: "j".to_owned() })
    }

    #[test]
    fn a_message_carries_its_version_and_comes_back_as_it_was() {
        let body = finish().outgoing().body;
        assert_eq!(body, r#"{"version":1,"job":{"instance":"i","id":"j"}}"#);
        assert_eq!(read::<Finish>(&body).unwrap(), Message::new(finish()));
        let anew = Message::new(finish()).anew(3, Duration::from_millis(1_500));
        assert_eq!((anew.failures, anew.rest), (3, 2));
        assert_eq!(read::<Finish>(&anew.body()).unwrap(), anew);
    }

    #[test]
    fn an_early_snapshot_rests_and_never_keeps_its_job_waiting() {
        let early = Finish::new(finish().job.early());
        assert_eq!(early.job.of_early(), Some(finish().job));
        let rest = |seconds| {
            let resting = early.rested(Duration::from_secs(seconds));
            read::<Finish>(&resting.body).unwrap().rest
        };
        assert_eq!([0, 10, 15, 42, 100, 3600].map(rest), [1, 1, 1, 4, 10, 10]);
        let (early, late) = (early.rested(Duration::ZERO), finish().outgoing());
        assert_ne!((&early.group, &early.deduplication), (&late.group, &late.deduplication));
        assert!(is_early(&early) && !is_early(&late));
    }

    #[test]
    fn fields_that_nobody_knows_are_ignored_at_every_depth() {
        let body = r#"{"job":{"instance":"i","id":"j","new":1},"subscription":"s","new":{},
            "finding":{"missing":{"with_many":true,"new":[]}}}"#;
        let Message { version, task, .. } = read::<Provision>(body).unwrap();
        assert_eq!(version, 1, "what the last release sent has no version");
        assert_eq!(task.finding, Finding::Missing { with_many: true });
    }

    #[test]
    fn what_is_newer_or_foreign_is_not_read() {
        let newer = read::<Finish>(r#"{"version":2,"jobs":[]}"#).unwrap_err().to_string();
        assert_eq!(newer, "it has version 2, and this function reads versions up to 1");
        for body in ["", "{", "{}", "[]", "null", r#"{"job":1}"#, r#"{"version":-1}"#, "\u{0}"] {
            let foreign = read::<Finish>(body).unwrap_err();
            assert!(matches!(foreign, Unreadable::Foreign(_)), "{body}: {foreign}");
        }
    }
}
