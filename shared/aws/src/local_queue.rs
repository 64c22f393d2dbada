//! The queues of one machine.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use collector::ports::{Outgoing, Queue, QueueError, QueueName};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use crate::fifo_queue::{Delivery, FifoQueue};
use crate::sqs::LONGEST_HOLD;

/// The most messages of one delivery.
const BATCH_MESSAGES: usize = 10;

/// A [`Queue`] in memory, and its receiving side: what Amazon SQS does with FIFO queues, and AWS
/// Lambda with their messages.
///
/// - The messages of a group are delivered in order. While one of them is in flight, no other
///   message of the group is delivered.
/// - A message is in flight from its delivery until it is deleted, released, or its visibility
///   timeout has passed. Then, if it was not deleted, it is delivered again, before those sent
///   after it.
/// - Only the receipt of the last delivery counts, and only as long as the message is in flight.
/// - A message that was received as often as it may be, and not deleted, goes to the dead letters
///   and frees its group. (SQS moves it when it would be received once more; nobody can tell.)
/// - A deduplication id counts for five minutes, in the whole queue, also after the message is
///   deleted.
///
/// One call delivers messages of one group only, of the one that has waited longest. Any number of
/// consumers may receive at once. Time is tokio's, so that a test can pause it.
pub struct LocalQueue {
    visibility: Duration,
    max_receives: u32,
    queues: Mutex<Queues>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct Queues {
    collect: FifoQueue,
    finish: FifoQueue,
    provision: FifoQueue,
}

/// A message that is not in flight by a receipt (any more).
#[derive(Debug, thiserror::Error)]
#[error("no message is in flight with the receipt {0}")]
struct UnknownReceipt(String);

impl LocalQueue {
    /// Empty queues. Their messages stay in flight for the visibility timeout (at most 11 h 45 min)
    /// and are received at most so often, which counts those that were held, too.
    #[must_use]
    pub fn new(visibility: Duration, max_receives: u32) -> Self {
        let visibility = visibility.min(LONGEST_HOLD);
        Self { visibility, max_receives, queues: Mutex::default(), changed: Notify::new() }
    }

    /// Waits until messages can be delivered, and receives at least one and at most `max`, or ten.
    ///
    /// It waits forever where no message comes; see [`drained`](Self::drained). Nothing is lost
    /// where the future is dropped before it is ready.
    pub async fn receive(&self, queue: QueueName, max: usize) -> Vec<Delivery> {
        self.wait_for(|queues, now| {
            let max = max.clamp(1, BATCH_MESSAGES);
            let batch = queues.named(queue).receive(max, now + self.visibility);
            (!batch.is_empty()).then_some(batch)
        })
        .await
    }

    /// Deletes a message that was received: it is done.
    ///
    /// # Errors
    ///
    /// The message is not in flight by this receipt: its visibility timeout has passed, or it was
    /// deleted or released.
    pub fn delete(&self, receipt: &str) -> Result<(), QueueError> {
        self.change(receipt, |it, _| it.delete(receipt))
    }

    /// Makes a message visible at once, in its old place: it has failed, and is to be tried again.
    ///
    /// # Errors
    ///
    /// The message is not in flight by this receipt: its visibility timeout has passed, or it was
    /// deleted or released.
    pub fn release(&self, receipt: &str) -> Result<(), QueueError> {
        self.change(receipt, |it, now| it.hold(receipt, now))
    }

    /// Whether all queues are empty: every message that was sent is deleted or a dead letter.
    #[must_use]
    pub fn is_drained(&self) -> bool {
        self.settled(Instant::now()).is_drained(|_| false)
    }

    /// Waits until all queues are empty.
    ///
    /// That is the end of all work, if a consumer sends what follows from a message before it
    /// deletes the message. Whether all of it succeeded, [`dead_letters`](Self::dead_letters) says.
    pub async fn drained(&self) {
        self.drained_but_for(|_| false).await;
    }

    /// Waits until there are no messages but such as may be left, whether they wait or not.
    pub async fn drained_but_for(&self, may_be_left: impl Fn(&Outgoing) -> bool) {
        self.wait_for(|queues, _| queues.is_drained(&may_be_left).then_some(())).await;
    }

    /// The messages of a queue that were received too often or given up, in the order in which that
    /// happened.
    #[must_use]
    pub fn dead_letters(&self, queue: QueueName) -> Vec<Outgoing> {
        self.settled(Instant::now()).named(queue).dead().to_vec()
    }

    /// Waits until a look at the queues yields something.
    async fn wait_for<T>(&self, mut look: impl FnMut(&mut Queues, Instant) -> Option<T>) -> T {
        loop {
            // Made before the look, so that no change between the look and the wait is missed.
            let changed = self.changed.notified();
            let landing = {
                let now = Instant::now();
                let mut queues = self.settled(now);
                if let Some(found) = look(&mut queues, now) {
                    return found;
                }
                queues.next_landing()
            };
            match landing {
                Some(landing) => tokio::select! {
                    () = changed => {}
                    () = sleep_until(landing) => {}
                },
                None => changed.await,
            }
        }
    }

    /// Changes a message in flight, in whichever queue it is.
    fn change(
        &self,
        receipt: &str,
        change: impl Fn(&mut FifoQueue, Instant) -> bool,
    ) -> Result<(), QueueError> {
        let now = Instant::now();
        let mut queues = self.settled(now);
        if queues.all().into_iter().any(|it| change(it, now)) {
            self.changed.notify_waiters();
            return Ok(());
        }
        Err(QueueError(Box::new(UnknownReceipt(receipt.to_owned()))))
    }

    /// The queues as they are at this time.
    fn settled(&self, now: Instant) -> MutexGuard<'_, Queues> {
        let mut queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
        for one in queues.all() {
            one.settle(now, self.max_receives);
        }
        queues
    }
}

#[async_trait]
impl Queue for LocalQueue {
    async fn send(&self, queue: QueueName, messages: Vec<Outgoing>) -> Result<(), QueueError> {
        let now = Instant::now();
        let mut queues = self.settled(now);
        for message in messages {
            queues.named(queue).send(message, now);
        }
        self.changed.notify_waiters();
        Ok(())
    }

    async fn hold(
        &self,
        queue: QueueName,
        receipt: &str,
        wait: Duration,
    ) -> Result<(), QueueError> {
        let now = Instant::now();
        let held = self.settled(now).named(queue).hold(receipt, now + wait.min(LONGEST_HOLD));
        self.changed.notify_waiters();
        held.then_some(()).ok_or_else(|| QueueError(Box::new(UnknownReceipt(receipt.to_owned()))))
    }

    async fn give_up(&self, queue: QueueName, message: Outgoing) -> Result<(), QueueError> {
        self.settled(Instant::now()).named(queue).give_up(message);
        Ok(())
    }
}

impl Queues {
    fn named(&mut self, queue: QueueName) -> &mut FifoQueue {
        match queue {
            QueueName::Collect => &mut self.collect,
            QueueName::Finish => &mut self.finish,
            QueueName::Provision => &mut self.provision,
        }
    }

    fn all(&mut self) -> [&mut FifoQueue; 3] {
        [&mut self.collect, &mut self.finish, &mut self.provision]
    }

    fn is_drained(&mut self, may_be_left: impl Fn(&Outgoing) -> bool) -> bool {
        self.all().into_iter().all(|it| it.is_drained(&may_be_left))
    }

    fn next_landing(&mut self) -> Option<Instant> {
        self.all().into_iter().filter_map(|it| it.next_landing()).min()
    }
}

impl fmt::Debug for LocalQueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The messages may be many.
        f.debug_struct("LocalQueue").finish_non_exhaustive()
    }
}
