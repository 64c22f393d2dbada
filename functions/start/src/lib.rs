//! Takes an event, and starts what it asks for.

use collector::event::Event;
use collector::{Context, execution};
use lambda_runtime::{Error, LambdaEvent};
use serde_json::Value;

/// Starts the jobs that an event asks for, or runs the step that it names, and answers with what
/// was started or stored.
///
/// # Errors
///
/// If the event makes no sense, an instance cannot be collected as it is configured, or storage or
/// the queue fails. The message is for whoever sent the event.
pub async fn handle(context: &Context, event: LambdaEvent<Value>) -> Result<Value, Error> {
    let LambdaEvent { payload, context: cause, .. } = event;
    let deadline = service::deadline(&cause);
    let event = Event::parse(&payload)?;
    // Lambda tries an event again that has failed, or seems to; its id stays the same.
    let cause = &cause.request_id;
    tracing::info!(event = "event taken", cause, "event {cause} is taken");
    let started = execution::run(context, event, cause, deadline).await?;
    Ok(serde_json::to_value(started)?)
}
