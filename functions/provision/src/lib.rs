//! Acts on what was found out about subscriptions: gives each an instance of its own, and starts
//! it.

use std::collections::BTreeMap;

use aws_lambda_events::sqs::{SqsEvent, SqsMessage};
use collector::message::Provision;
use collector::ports::{Failure, QueueName};
use collector::{Context, provision};
use futures_util::future::join_all;
use lambda_runtime::{Error, LambdaEvent};
use serde_json::Value;
use service::{GROUP, Messages};

/// Acts on what the queue's messages say, and answers with the messages to deliver again.
///
/// A group is a subscription, of which a later message may say the contrary of an earlier one. So
/// the messages of a group are done one after the other, up to the first that fails, and groups
/// side by side.
///
/// # Errors
///
/// If the event is not one of Amazon SQS. A message that cannot be done is sent anew instead.
pub async fn handle(context: &Context, event: LambdaEvent<Value>) -> Result<Value, Error> {
    let event: SqsEvent = serde_json::from_value(event.payload)?;
    let messages = Messages::new(context, QueueName::Provision);
    let groups = groups(&event.records).into_values();
    let left = groups.map(|group| messages.in_order(group, |finding| act(context, finding)));
    let left = join_all(left).await;
    Ok(serde_json::to_value(service::answer(left.into_iter().flatten()))?)
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

/// Acts on what a message says.
async fn act(context: &Context, finding: Provision) -> Result<(), collector::Error> {
    let done = provision::run(context, &finding).await;
    if let Err(collector::Error::Microsoft(Failure::Throttled { wait, .. })) = done {
        // Nobody is paid for waiting: the queue holds the message, and with it the subscription.
        return Err(collector::Error::Waits { step: finding.subscription, wait });
    }
    done
}

#[cfg(test)]
mod tests {
    use collector::message;

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
        let body = event.records[0].body.as_deref().unwrap_or_default();
        let finding = message::read::<Provision>(body).unwrap().task;
        let outgoing = finding.outgoing();
        assert_eq!(groups(&event.records).into_keys().collect::<Vec<_>>(), [outgoing.group]);
        let deduplication = &event.records[0].attributes["MessageDeduplicationId"];
        assert_eq!(*deduplication, outgoing.deduplication);
    }
}
