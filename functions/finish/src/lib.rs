//! Finishes jobs: links what their steps stored into a snapshot.

use aws_lambda_events::sqs::SqsEvent;
use collector::{Context, finish, message};
use lambda_runtime::{Error, LambdaEvent};
use serde_json::Value;
use tokio::time::Instant;

/// Finishes the jobs that the queue's messages name, and answers with the messages to deliver again.
///
/// # Errors
///
/// If the event is not one of Amazon SQS.
pub async fn handle(context: &Context, event: LambdaEvent<Value>) -> Result<Value, Error> {
    let deadline = service::deadline(&event.context);
    let messages: SqsEvent = serde_json::from_value(event.payload)?;
    let mut results = Vec::new();
    // One after the other: each takes as much of the memory and the disk as it may.
    for message in &messages.records {
        let body = message.body.as_deref().unwrap_or_default();
        results.push(finish(context, body, deadline).await);
    }
    Ok(serde_json::to_value(service::answer(&messages, results))?)
}

async fn finish(context: &Context, body: &str, deadline: Instant) -> Result<(), collector::Error> {
    finish::run(context, &message::read(body)?, deadline).await.map(drop)
}

#[cfg(test)]
mod tests {
    use collector::message::Finish;

    use super::*;

    #[test]
    fn the_event_that_can_be_sent_by_hand_is_one() {
        let event = include_str!("../../../events/finish-message.json");
        let event: SqsEvent = serde_json::from_str(event).unwrap();
        let finish: Finish =
            message::read(event.records[0].body.as_deref().unwrap_or_default()).unwrap();
        let deduplication = &event.records[0].attributes["MessageDeduplicationId"];
        assert_eq!(*deduplication, finish.outgoing().deduplication);
    }
}
