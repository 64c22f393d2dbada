//! Finishes jobs: links what their steps stored into a snapshot, and publishes its tables.

use std::sync::Arc;

use aws::Directory;
use aws_lambda_events::sqs::SqsEvent;
use collector::instance::Instance;
use collector::message::Finish;
use collector::ports::QueueName;
use collector::summary::JobStatus;
use collector::{Context, finish};
use lambda_runtime::{Error, LambdaEvent};
use query::tables;
use serde_json::Value;
use service::Messages;
use tempfile::TempDir;
use tokio::time::Instant;

/// Finishes the jobs that the queue's messages name, and answers with the messages to deliver
/// again.
///
/// # Errors
///
/// If the event is not one of Amazon SQS.
pub async fn handle(context: &Context, event: LambdaEvent<Value>) -> Result<Value, Error> {
    let deadline = service::deadline(&event.context);
    let event: SqsEvent = serde_json::from_value(event.payload)?;
    let messages = Messages::new(context, QueueName::Finish);
    let mut left = Vec::new();
    // One after the other: each takes as much of the memory and the disk as it may.
    for message in &event.records {
        let finished = messages.in_order(vec![message], |it| finish(context, it, deadline));
        left.extend(Box::pin(finished).await);
    }
    Ok(serde_json::to_value(service::answer(left))?)
}

async fn finish(
    context: &Context,
    finish: Finish,
    deadline: Instant,
) -> Result<(), collector::Error> {
    let summary = finish::run(context, &finish, deadline).await?;
    let Some(summary) = summary.filter(|it| it.status != JobStatus::Failed) else {
        return Ok(());
    };
    let collector::layout::Job { instance, id: job } = &summary.job;
    // The job has ended. If this does not get done, the message is delivered again, and only this
    // is.
    tables::publish(context, &summary).await?;
    let folder = TempDir::new()?;
    let store = Arc::new(Directory::new(folder.path()));
    let Context { queue, secrets, microsoft, .. } = context;
    let into = Context::new(store, queue.clone(), secrets.clone(), microsoft.clone());
    let tenant = Instance::tenant_of(&summary.job.instance);
    tables::publish_tenant(context, &into, tenant).await?;
    tracing::info!(
        event = "tables published",
        instance,
        job,
        "the tables of job {job} of instance {instance} are published"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use collector::message;

    use super::*;

    #[test]
    fn the_event_that_can_be_sent_by_hand_is_one() {
        let event = include_str!("../../../events/finish-message.json");
        let event: SqsEvent = serde_json::from_str(event).unwrap();
        let body = event.records[0].body.as_deref().unwrap_or_default();
        let finish = message::read::<Finish>(body).unwrap().task;
        let deduplication = &event.records[0].attributes["MessageDeduplicationId"];
        assert_eq!(*deduplication, finish.outgoing().deduplication);
    }
}
