//! Takes an event, and starts what it asks for.

use collector::event::Event;
use collector::{Context, start};
use lambda_runtime::{Error, LambdaEvent};
use serde_json::Value;

/// Starts the jobs that an event asks for, or runs the step that it names, and answers with what was
/// started or stored.
///
/// # Errors
///
/// If the event makes no sense, an instance cannot be collected as it is configured, or storage or
/// the queue fails. The message is for whoever sent the event.
pub async fn handle(context: &Context, event: LambdaEvent<Value>) -> Result<Value, Error> {
    let deadline = service::deadline(&event.context);
    let event = Event::parse(&event.payload)?;
    let started = start::handle(context, event, deadline).await?;
    Ok(serde_json::to_value(started)?)
}
