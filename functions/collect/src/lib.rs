//! Runs slices of steps.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use aws_lambda_events::sqs::SqsEvent;
use collector::Context;
use collector::message::Slice;
use collector::ports::QueueName;
use collector::work::{self, Outcome};
use futures_util::StreamExt as _;
use futures_util::future::join_all;
use futures_util::stream::FuturesUnordered;
use lambda_runtime::{Error, LambdaEvent};
use serde_json::Value;
use service::Messages;
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
    let invocation = Invocation { context, deadline, begun: Mutex::default() };
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
    /// The slices that were begun, so that none is run for two messages.
    begun: Mutex<HashSet<Slice>>,
}

impl Invocation<'_> {
    /// Runs a slice, and what waited for it.
    async fn run(&self, slice: Slice) -> Result<(), collector::Error> {
        let mut running = FuturesUnordered::new();
        running.extend(self.begin(slice));
        let (mut longest, mut failed) = (None, None);
        while let Some((step, outcome)) = running.next().await {
            match outcome {
                Ok(Outcome::Ended(next)) => {
                    running.extend(next.into_iter().filter_map(|slice| self.begin(slice)));
                }
                Ok(Outcome::Continued) => (),
                Ok(Outcome::Wait(wait)) => longest = longest.max(Some((wait, step))),
                Err(error) => failed = Some(error),
            }
        }
        if let Some(error) = failed {
            return Err(error);
        }
        // Nobody is paid for waiting: the queue holds the message, and with it the throttle domain.
        longest.map_or(Ok(()), |(wait, step)| Err(collector::Error::Waits { step, wait }))
    }

    /// Runs a slice, unless it was begun for another message.
    fn begin(
        &self,
        slice: Slice,
    ) -> Option<impl Future<Output = (String, Result<Outcome, collector::Error>)>> {
        let mut begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        begun.insert(slice.clone()).then_some(async move {
            let outcome = work::run(self.context, &slice, self.deadline).await;
            (slice.step, outcome)
        })
    }
}

#[cfg(test)]
mod tests {
    use collector::message;

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
