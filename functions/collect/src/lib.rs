//! Runs slices of steps.

use aws_lambda_events::sqs::{SqsEvent, SqsMessage};
use collector::ports::QueueName;
use collector::slice::{self, Outcome};
use collector::{Context, message};
use futures_util::future::join_all;
use lambda_runtime::{Error, LambdaEvent};
use serde_json::Value;
use tokio::time::Instant;

/// Runs the slices that the queue's messages ask for, side by side, and answers with the messages to
/// deliver again. A direct event is taken as the function `start` takes it.
///
/// # Errors
///
/// If a direct event cannot be done. A message that cannot is delivered again instead.
pub async fn handle(context: &Context, event: LambdaEvent<Value>) -> Result<Value, Error> {
    if event.payload.get("Records").is_none() {
        return start::handle(context, event).await;
    }
    let deadline = service::deadline(&event.context);
    let messages: SqsEvent = serde_json::from_value(event.payload)?;
    let slices = messages.records.iter().map(|message| slice(context, message, deadline));
    let results = join_all(slices).await;
    Ok(serde_json::to_value(service::answer(&messages, results))?)
}

async fn slice(
    context: &Context,
    message: &SqsMessage,
    deadline: Instant,
) -> Result<(), collector::Error> {
    let body = message.body.as_deref().unwrap_or_default();
    let slice: message::Slice = message::read(body)?;
    let Outcome::Wait(wait) = slice::run(context, &slice, deadline).await? else { return Ok(()) };
    // Nobody is paid for waiting: the queue holds the message, and with it the throttle domain.
    let receipt = message.receipt_handle.as_deref().unwrap_or_default();
    context.queue.hold(QueueName::Collect, receipt, wait).await?;
    Err(collector::Error::Waits { step: slice.step, wait })
}
