//! Runs slices of steps.

use std::collections::{HashMap, HashSet};
use std::panic::AssertUnwindSafe;
use std::sync::{Mutex, MutexGuard, PoisonError};

use aws_lambda_events::sqs::{SqsEvent, SqsMessage};
use collector::Context;
use collector::layout::Job;
use collector::message::{self, Slice};
use collector::ports::QueueName;
use collector::work::{self, Outcome};
use futures_util::future::join_all;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt as _, StreamExt as _};
use lambda_runtime::{Error, LambdaEvent};
use serde_json::Value;
use service::{GROUP, Messages};
use tokio::time::Instant;

/// Runs the slices that the queue's messages ask for, side by side, and answers with the messages
/// to deliver again. A direct event is taken as the function `start` takes it.
///
/// # Errors
///
/// If a direct event cannot be done. A message that cannot is delivered again instead.
pub async fn handle(context: &Context, event: LambdaEvent<Value>) -> Result<Value, Error> {
    if event.payload.get("Records").is_none() {
        return start::handle(context, event).await;
    }
    let deadline = service::deadline(&event.context);
    let event: SqsEvent = serde_json::from_value(event.payload)?;
    let asked = event.records.iter().filter_map(asked).collect();
    let invocation = Invocation { context, deadline, asked, state: Mutex::default() };
    let messages = Messages::new(context, QueueName::Collect);
    // The messages of a group are steps of one throttle domain, which do not build on one another:
    // one that fails does not hold the others back.
    let left = event.records.iter().map(|it| messages.in_order(vec![it], |it| invocation.run(it)));
    let left = join_all(left).await;
    Ok(serde_json::to_value(service::answer(left.into_iter().flatten()))?)
}

struct Invocation<'a> {
    context: &'a Context,
    deadline: Instant,
    /// The slices that messages of this invocation ask for, and the groups of these.
    asked: HashMap<Slice, String>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The slices that were begun, so that none is run for two messages.
    begun: HashSet<Slice>,
    /// The jobs and groups of which it was found out what else can run.
    looked: HashSet<(Job, String)>,
}

/// What a message asks for, and its group.
fn asked(message: &SqsMessage) -> Option<(Slice, String)> {
    let slice = message::read::<Slice>(message.body.as_deref()?).ok()?.task;
    Some((slice, message.attributes.get(GROUP).cloned().unwrap_or_default()))
}

impl Invocation<'_> {
    /// Runs a slice, what waited for it, and what can run beside it.
    async fn run(&self, slice: Slice) -> Result<(), collector::Error> {
        // Another message of this invocation asks for the same.
        let Some(own) = self.begin(slice.clone(), false) else { return Ok(()) };
        let mut running = FuturesUnordered::from_iter([own]);
        if self.is_first_of_group(&slice) {
            let beside = work::beside(self.context, &slice).await?.into_iter();
            running.extend(beside.filter_map(|slice| self.begin(slice, true)));
        }
        let (mut longest, mut failed) = (None, None);
        while let Some(Ran { step, is_beside, outcome }) = running.next().await {
            match outcome {
                Ok(Outcome::Ended(next)) => {
                    let next = next.into_iter().filter_map(|slice| self.begin(slice, is_beside));
                    running.extend(next);
                }
                Ok(Outcome::Continued) => (),
                Ok(Outcome::Wait(wait)) => longest = longest.max(Some((wait, step))),
                // A message of its own asks for it, and counts how often it fails.
                Err(error) if is_beside => {
                    tracing::warn!(step, "a step failed before its message came: {error}");
                }
                Err(error) => failed = Some(error),
            }
        }
        if let Some(error) = failed {
            return Err(error);
        }
        // Nobody is paid for waiting: the queue holds the message, and with it the throttle domain.
        longest.map_or(Ok(()), |(wait, step)| Err(collector::Error::Waits { step, wait }))
    }

    /// Runs a slice, unless it is or will be run for another message. If one panics that no message
    /// of this invocation asks for, its own message will see to that.
    fn begin(&self, slice: Slice, is_beside: bool) -> Option<impl Future<Output = Ran>> {
        if is_beside && self.asked.contains_key(&slice) {
            return None;
        }
        self.state().begun.insert(slice.clone()).then_some(async move {
            let run = work::run(self.context, &slice, self.deadline);
            let outcome = if is_beside {
                let caught = AssertUnwindSafe(run).catch_unwind().await;
                caught.unwrap_or(Ok(Outcome::Continued))
            } else {
                run.await
            };
            Ran { step: slice.step, is_beside, outcome }
        })
    }

    /// Whether a slice is the first one of its job, in its group, that is run here.
    fn is_first_of_group(&self, slice: &Slice) -> bool {
        let group = self.asked.get(slice).cloned().unwrap_or_default();
        slice.slice == 0 && self.state().looked.insert((slice.job.clone(), group))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What came of a slice.
struct Ran {
    step: String,
    /// Whether no message of this invocation asks for it.
    is_beside: bool,
    outcome: Result<Outcome, collector::Error>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_event_that_can_be_sent_by_hand_is_one() {
        let event = include_str!("../../../events/collect-message.json");
        let event: SqsEvent = serde_json::from_str(event).unwrap();
        let body = event.records[0].body.as_deref().unwrap_or_default();
        let slice = message::read::<Slice>(body).unwrap().task;
        assert!(event.records[0].attributes["MessageDeduplicationId"].contains(&slice.job.id));
    }
}
