//! One execution: does what an event asks for.

use serde::Serialize;
use tokio::time::Instant;

use crate::alone::{self, StepResult};
use crate::context::{Context, Error};
use crate::due;
use crate::event::Event;
use crate::instances::{self, Managed};
use crate::layout::Job;
use crate::start;

/// What came of an event.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Started {
    /// Jobs were started.
    Jobs(Vec<Job>),
    /// One step was run by itself.
    Step(Box<StepResult>),
    /// Stored instances were looked at or changed.
    Managed(Managed),
}

/// Does what an event asks for: starts jobs, or runs one step until `deadline`. The cause is the
/// name of the event, if it has one: AWS Lambda may hand it over more than once.
///
/// # Errors
///
/// If the event makes no sense, the instance cannot be collected as it is configured, or storage,
/// the queue or the store of secrets fails.
pub async fn run(
    context: &Context,
    event: Event,
    cause: &str,
    deadline: Instant,
) -> Result<Started, Error> {
    let (instance, secret, step) = match event {
        Event::Instance { instance, secret, step } => (*instance, secret, step),
        Event::Stored { instance_id, step } => {
            (instances::stored(context, &instance_id).await?, None, step)
        }
        Event::Due => return due::start(context, cause).await.map(Started::Jobs),
        Event::Manage(action) => {
            return instances::manage(context, action).await.map(Started::Managed);
        }
    };
    if let Some(secret) = secret {
        if step.is_none() && !context.is_one_process {
            return Err(Error::SecretLost(instance.id));
        }
        context.keep(&instance.id, secret);
    }
    if let Some(step) = step {
        let result = alone::run(context, &instance, &step, deadline).await?;
        Ok(Started::Step(Box::new(result)))
    } else {
        let job = start::start(context, &instance, cause, false).await?;
        Ok(Started::Jobs(vec![job]))
    }
}
