//! The queues in Amazon SQS.

use std::borrow::Cow;
use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{BatchResultErrorEntry, SendMessageBatchRequestEntry};
use collector::ports::{Outgoing, Queue, QueueError, QueueName};

use crate::failure::cause;
use crate::hash;

/// The most messages of a batch.
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html>
const BATCH_MESSAGES: usize = 10;

/// The most bytes of a message, and of a batch.
const BATCH_BYTES: usize = 1 << 20;

/// The most characters of a group and of a deduplication id.
const TOKEN_CHARACTERS: usize = 128;

/// How often the messages that a batch has failed to send are sent.
const ATTEMPTS: u32 = 4;

/// The wait before the second attempt. It doubles each time.
const BACKOFF: Duration = Duration::from_millis(100);

/// The longest hold. SQS refuses what would keep a message in flight for more than 12 hours since
/// it was received, and by now a function may have had it for the 15 minutes that a function can
/// run.
pub(crate) const LONGEST_HOLD: Duration = Duration::from_mins(12 * 60 - 15);

/// A [`Queue`] on three FIFO queues of Amazon SQS.
///
/// Messages go out in batches, one after another. Those of a batch that SQS could not take are sent
/// again before the next batch, so that only in this rare case a message may come after a later one
/// of its own batch. A send that fails may have sent some of its messages; sending them all again
/// within five minutes is safe, for SQS drops duplicates.
///
/// A group or a deduplication id that SQS would refuse (it has no character, or more than 128, or
/// others than `[A-Za-z0-9]` and ASCII punctuation) is replaced by `sha256-` and the hexadecimal
/// SHA-256 of its UTF-8 bytes. What was equal stays equal.
///
/// A hold lasts at most 11 h 45 min, and whole seconds, rounded up.
///
/// SQS itself moves a message to the dead letters only when it was received too often, which takes
/// as long as its deliveries do. So what is given up is sent there, and deleted here by whoever
/// took it.
#[derive(Clone, Debug)]
pub struct Sqs {
    client: Client,
    collect: Urls,
    finish: Urls,
    provision: Urls,
}

/// Where a queue is.
#[derive(Clone, Debug)]
pub struct Urls {
    /// The queue.
    pub queue: String,
    /// The queue of its dead letters, which is FIFO, too.
    pub dead_letters: String,
}

/// A message that no queue takes.
#[derive(Debug, thiserror::Error)]
#[error("a message of group {group} has {bytes} bytes; at most {BATCH_BYTES} are allowed")]
struct TooLarge {
    group: String,
    bytes: usize,
}

/// Messages that the queue has not taken, and what it said of the first.
#[derive(Debug, thiserror::Error)]
#[error("{count} messages of a batch of {sent} were refused: {code}: {message}")]
struct Refused {
    count: usize,
    sent: usize,
    code: String,
    message: String,
}

impl Sqs {
    /// The queues with these URLs.
    #[must_use]
    pub const fn new(client: Client, collect: Urls, finish: Urls, provision: Urls) -> Self {
        Self { client, collect, finish, provision }
    }

    const fn urls(&self, queue: QueueName) -> &Urls {
        match queue {
            QueueName::Collect => &self.collect,
            QueueName::Finish => &self.finish,
            QueueName::Provision => &self.provision,
        }
    }

    /// Sends a batch, and again what of it has failed.
    async fn send_batch(&self, url: &str, batch: &[Outgoing]) -> Result<(), QueueError> {
        let mut entries = entries(batch)?;
        let mut wait = BACKOFF;
        for attempt in 1.. {
            let request = self.client.send_message_batch().queue_url(url);
            let output = request.set_entries(Some(entries.clone())).send().await;
            let failed = output.map_err(|error| QueueError(cause(&error)))?.failed;
            let Some(first) = failed.first() else { break };
            if attempt == ATTEMPTS || failed.iter().any(BatchResultErrorEntry::sender_fault) {
                return Err(QueueError(Box::new(Refused {
                    count: failed.len(),
                    sent: batch.len(),
                    code: first.code.clone(),
                    message: first.message.clone().unwrap_or_default(),
                })));
            }
            entries.retain(|entry| failed.iter().any(|it| it.id == entry.id));
            tokio::time::sleep(wait).await;
            wait *= 2;
        }
        Ok(())
    }
}

#[async_trait]
impl Queue for Sqs {
    async fn send(&self, queue: QueueName, messages: Vec<Outgoing>) -> Result<(), QueueError> {
        // Looked at first, so that nothing is sent where not everything can be.
        if let Some(large) = messages.iter().find(|it| it.body.len() > BATCH_BYTES) {
            let (group, bytes) = (large.group.clone(), large.body.len());
            return Err(QueueError(Box::new(TooLarge { group, bytes })));
        }
        for batch in batches(&messages) {
            self.send_batch(&self.urls(queue).queue, batch).await?;
        }
        Ok(())
    }

    async fn hold(
        &self,
        queue: QueueName,
        receipt: &str,
        wait: Duration,
    ) -> Result<(), QueueError> {
        let wait = wait.min(LONGEST_HOLD);
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        let request = self.client.change_message_visibility().queue_url(&self.urls(queue).queue);
        let request = request.receipt_handle(receipt);
        // The cap is far below what this type holds.
        let request = request.visibility_timeout(i32::try_from(seconds).unwrap_or(i32::MAX));
        request.send().await.map(|_| ()).map_err(|error| QueueError(cause(&error)))
    }

    async fn give_up(&self, queue: QueueName, message: Outgoing) -> Result<(), QueueError> {
        self.send_batch(&self.urls(queue).dead_letters, &[message]).await
    }
}

/// Cuts messages into batches, as large as they may be.
fn batches(messages: &[Outgoing]) -> Vec<&[Outgoing]> {
    let mut batches = Vec::new();
    let mut rest = messages;
    while !rest.is_empty() {
        let mut bytes = 0;
        let fits = rest.iter().take(BATCH_MESSAGES).take_while(|it| {
            bytes += it.body.len();
            bytes <= BATCH_BYTES
        });
        // A message that is too large by itself makes a batch, so that this comes to an end.
        let (batch, after) = rest.split_at(fits.count().max(1));
        batches.push(batch);
        rest = after;
    }
    batches
}

fn entries(batch: &[Outgoing]) -> Result<Vec<SendMessageBatchRequestEntry>, QueueError> {
    let entry = |(index, message): (usize, &Outgoing)| {
        SendMessageBatchRequestEntry::builder()
            .id(index.to_string())
            .message_body(&message.body)
            .message_group_id(token(&message.group))
            .message_deduplication_id(token(&message.deduplication))
            .build()
    };
    let entries = batch.iter().enumerate().map(entry).collect::<Result<_, _>>();
    entries.map_err(|error| QueueError(Box::new(error)))
}

/// A group or a deduplication id as SQS takes it.
fn token(text: &str) -> Cow<'_, str> {
    let valid = (1..=TOKEN_CHARACTERS).contains(&text.len())
        && text.bytes().all(|it| it.is_ascii_graphic());
    if valid { text.into() } else { format!("sha256-{}", hash::of(text.as_bytes())).into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_kept_where_they_can_be() {
        let allowed = "aZ09!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
        assert_eq!(token(allowed), allowed);
        assert_eq!(token(&"x".repeat(128)), "x".repeat(128));
    }

    #[test]
    fn other_tokens_become_hashes() {
        let empty = "sha256-e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(token(""), empty);
        for text in ["a b", "é", "a\n", &"x".repeat(129)] {
            assert_eq!(token(text), format!("sha256-{}", hash::of(text.as_bytes())));
            assert_eq!(token(text).len(), 71);
        }
    }
}
