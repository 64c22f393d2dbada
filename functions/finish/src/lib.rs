//! Finishes jobs: links what their steps stored into a snapshot, and publishes its tables.

use std::sync::Arc;

use aws::Directory;
use aws_lambda_events::sqs::SqsEvent;
use collector::instance::Instance;
use collector::{Context, finish, message};
use lambda_runtime::{Error, LambdaEvent};
use query::tables;
use serde_json::Value;
use tempfile::TempDir;

/// Finishes the jobs that the queue's messages name, and answers with the messages to deliver again.
///
/// # Errors
///
/// If the event is not one of Amazon SQS.
pub async fn handle(context: &Context, event: LambdaEvent<Value>) -> Result<Value, Error> {
    let messages: SqsEvent = serde_json::from_value(event.payload)?;
    let mut results = Vec::new();
    // One after the other: each takes as much of the memory and the disk as it may.
    for message in &messages.records {
        let body = message.body.as_deref().unwrap_or_default();
        results.push(finish(context, body).await);
    }
    Ok(serde_json::to_value(service::answer(&messages, results))?)
}

async fn finish(context: &Context, body: &str) -> Result<(), collector::Error> {
    let summary = finish::run(context, &message::read(body)?).await?;
    // The job has ended. If this does not get done, the message is delivered again, and only this is.
    tables::publish(context, &summary).await?;
    let folder = TempDir::new()?;
    let store = Arc::new(Directory::new(folder.path()));
    let Context { queue, secrets, microsoft, .. } = context;
    let into = Context::new(store, queue.clone(), secrets.clone(), microsoft.clone());
    let tenant = Instance::tenant_of(&summary.job.instance);
    Ok(tables::publish_tenant(context, &into, tenant).await?)
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
