//! What the queues carry.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::context::Error;
use crate::layout::Job;
use crate::plan::Plan;
use crate::ports::Outgoing;

/// A slice of a step to run.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slice {
    /// The job that it is part of.
    pub job: Job,
    /// The step.
    pub step: String,
    /// Which shard of the step.
    pub shard: u32,
    /// How many slices of the shard came before it.
    pub slice: u32,
}

impl Slice {
    /// The message that asks for the slice. Its group is the throttle domain of the step, so that one
    /// invocation at a time owns the domain's budget.
    #[must_use]
    pub fn outgoing(&self, plan: &Plan) -> Outgoing {
        let Self { job, step, shard, slice } = self;
        Outgoing {
            body: serde_json::to_string(self).unwrap_or_default(),
            group: plan.group(step),
            deduplication: format!("{}/{}/{step}/{shard}/{slice}", job.instance, job.id),
        }
    }
}

/// A job whose steps have all ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
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

    /// The message that asks for the job to be finished.
    #[must_use]
    pub fn outgoing(&self) -> Outgoing {
        let Self { job: Job { instance, id }, turn } = self;
        let mut deduplication = format!("{instance}/{id}/finish");
        if *turn > 0 {
            deduplication = format!("{deduplication}/{turn}");
        }
        let body = serde_json::to_string(self).unwrap_or_default();
        Outgoing { body, group: instance.clone(), deduplication }
    }
}

/// What a listing of a tenant's subscriptions says of one of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
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
#[serde(rename_all = "camelCase", deny_unknown_fields)]
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
    /// The message that tells it. Its group is the subscription, so that one listing after the other is
    /// acted on.
    #[must_use]
    pub fn outgoing(&self) -> Outgoing {
        let Self { job, subscription, .. } = self;
        Outgoing {
            body: serde_json::to_string(self).unwrap_or_default(),
            group: format!("{}/{subscription}", job.instance),
            deduplication: format!("{}/{}/{subscription}", job.instance, job.id),
        }
    }
}

/// Reads a message.
///
/// # Errors
///
/// If it is not one of ours. It then ends in the dead-letter queue, where someone sees it.
pub fn read<T: DeserializeOwned>(body: &str) -> Result<T, Error> {
    let cause = |cause: serde_json::Error| cause.to_string();
    serde_json::from_str(body)
        .map_err(|it| Error::Unreadable { name: "a message".to_owned(), cause: cause(it) })
}
