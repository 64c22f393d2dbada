//! Acts on what was found out about subscriptions: gives each an instance of its own, and starts it.

use std::collections::BTreeMap;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use collector::ports::{Failure, QueueName};
use collector::{Context, message, provision};
use futures_util::future::join_all;
use lambda_runtime::{Error, LambdaEvent};
use serde_json::Value;

/// The attribute of a message that names its group.
const GROUP: &str = "MessageGroupId";

/// Acts on what the queue's messages say, and answers with the messages to deliver again.
///
/// A group is a subscription, of which a later message may say the contrary of an earlier one. So the
/// messages of a group are done one after the other, up to the first that fails, and groups side by
/// side.
///
/// # Errors
///
/// If the event is not one of Amazon SQS. A message that cannot be done is delivered again instead.
pub async fn handle(context: &Context, event: LambdaEvent<Value>) -> Result<Value, Error> {
    let messages: SqsEvent = serde_json::from_value(event.payload)?;
    let act = |message| act(context, message);
    let groups = groups(&messages.records).into_values();
    let left = join_all(groups.map(|group| one_by_one(group, act))).await;
    let mut response = SqsBatchResponse::default();
    for message in left.into_iter().flatten() {
        response.add_failure(message.message_id.clone().unwrap_or_default());
    }
    Ok(serde_json::to_value(response)?)
}

/// The messages of each group, in their order. Those that say nothing of a group make one.
fn groups(messages: &[SqsMessage]) -> BTreeMap<&str, Vec<&SqsMessage>> {
    let mut groups = BTreeMap::<_, Vec<_>>::new();
    for message in messages {
        let group = message.attributes.get(GROUP).map_or("", String::as_str);
        groups.entry(group).or_default().push(message);
    }
    groups
}

/// Does the messages of a group, and returns those that are left: the first that fails, and what comes
/// after it, which has to stay behind it.
async fn one_by_one<'a, F: Future<Output = Result<(), collector::Error>>>(
    mut group: Vec<&'a SqsMessage>,
    act: impl Fn(&'a SqsMessage) -> F,
) -> Vec<&'a SqsMessage> {
    for (position, message) in group.iter().enumerate() {
        if let Err(error) = act(message).await {
            service::tell(message, &error);
            return group.split_off(position);
        }
    }
    Vec::new()
}

/// Acts on what a message says.
async fn act(context: &Context, message: &SqsMessage) -> Result<(), collector::Error> {
    let finding = message::read(message.body.as_deref().unwrap_or_default())?;
    let done = provision::run(context, &finding).await;
    if let Err(collector::Error::Microsoft(Failure::Throttled { wait, .. })) = done {
        // Nobody is paid for waiting: the queue holds the message, and with it the subscription.
        let receipt = message.receipt_handle.as_deref().unwrap_or_default();
        context.queue.hold(QueueName::Provision, receipt, wait).await?;
    }
    done
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use collector::message::Provision;

    use super::*;

    /// A message such as `a1`: the group is the first character.
    fn message(id: &str) -> SqsMessage {
        let mut message = SqsMessage::default();
        message.message_id = Some(id.to_owned());
        message.attributes.insert(GROUP.to_owned(), id[..1].to_owned());
        message
    }

    fn ids(messages: &[&SqsMessage]) -> Vec<String> {
        messages.iter().filter_map(|it| it.message_id.clone()).collect()
    }

    #[test]
    fn a_batch_is_split_by_group_and_keeps_the_order() {
        let mut messages = ["b1", "a1", "b2", "a2", "b3"].map(message).to_vec();
        messages.extend([SqsMessage::default(), SqsMessage::default()]);
        let groups = groups(&messages);
        assert_eq!(ids(&groups["a"]), ["a1", "a2"]);
        assert_eq!(ids(&groups["b"]), ["b1", "b2", "b3"]);
        assert_eq!(groups[""].len(), 2);
    }

    #[test]
    fn the_event_that_can_be_sent_by_hand_is_one() {
        let event = include_str!("../../../events/provision-message.json");
        let event: SqsEvent = serde_json::from_str(event).unwrap();
        let finding: Provision =
            message::read(event.records[0].body.as_deref().unwrap_or_default()).unwrap();
        let outgoing = finding.outgoing();
        assert_eq!(groups(&event.records).into_keys().collect::<Vec<_>>(), [outgoing.group]);
        let deduplication = &event.records[0].attributes["MessageDeduplicationId"];
        assert_eq!(*deduplication, outgoing.deduplication);
    }

    #[tokio::test]
    async fn a_failure_leaves_the_rest_of_its_group() {
        let messages = ["a1", "a2", "a3"].map(message);
        for (fails, done, left) in [
            ("", vec!["a1", "a2", "a3"], vec![]),
            ("a1", vec!["a1"], vec!["a1", "a2", "a3"]),
            ("a2", vec!["a1", "a2"], vec!["a2", "a3"]),
            ("a3", vec!["a1", "a2", "a3"], vec!["a3"]),
        ] {
            let acted = Mutex::new(Vec::new());
            let act = |message: &SqsMessage| {
                let id = message.message_id.clone().unwrap_or_default();
                acted.lock().unwrap().push(id.clone());
                let failed = id == fails;
                async move { if failed { Err(collector::Error::Unknown(id)) } else { Ok(()) } }
            };
            assert_eq!(ids(&one_by_one(messages.iter().collect(), act).await), left);
            assert_eq!(*acted.lock().unwrap(), done);
        }
    }
}
