//! Finishes jobs: links what their steps stored into a snapshot.

use aws_lambda_events::sqs::SqsEvent;
use collector::{Context, finish, message};
use lambda_runtime::{Error, LambdaEvent};
use serde_json::Value;

/// Finishes the jobs that the queue's messages name, and answers with the messages to deliver again.
///
/// # Errors
///
/// If the event is not one of Amazon SQS.
pub async fn handle(context: &Context, event: LambdaEvent<Value>) -> Result<Value, Error> {
    let messages: SqsEvent = serde_json::from_value(event.payload)?;
    let response = service::each(&messages, async |message| {
        let body = message.body.as_deref().unwrap_or_default();
        finish::run(context, &message::read(body)?).await.map(drop)
    })
    .await;
    Ok(serde_json::to_value(response)?)
}
