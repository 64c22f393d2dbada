//! Queues that deliver as badly as queues may, and worse.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use aws::Delivery;
use collector::ports::{Outgoing, Queue, QueueError, QueueName};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use super::dice::Dice;

/// How long a delivered message stays invisible, as the queue `collect` has it on AWS.
const VISIBILITY: Duration = Duration::from_mins(18);

/// How soon a message becomes visible where that goes wrong.
const SOON: [Duration; 2] = [Duration::from_millis(1), Duration::from_mins(1)];

/// How long a deduplication id is remembered.
const DEDUPLICATION: Duration = Duration::from_mins(5);

/// How many messages are delivered together.
const TOGETHER: usize = 10;

/// All queues in memory. Messages come twice, late, in another order, and again while their first
/// delivery is still being worked on; a group may be delivered to two at once; and calls fail
/// before or after they had their effect. Only one thing is certain: a message that was taken is
/// delivered until it is deleted.
#[derive(Debug)]
pub(crate) struct Unruly {
    dice: Arc<Dice>,
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    messages: BTreeMap<u64, Message>,
    /// The deduplication ids, and when each was remembered.
    sent: HashMap<String, Instant>,
    /// Every text that was ever sent.
    bodies: Vec<String>,
    /// What was given up.
    dead: Vec<String>,
    next: u64,
    is_closed: bool,
    /// How many are working on deliveries.
    busy: u32,
}

#[derive(Debug)]
struct Message {
    queue: QueueName,
    content: Outgoing,
    sent: Instant,
    /// Nobody receives it before.
    visible: Instant,
    /// Its last delivery.
    receipt: Option<String>,
    receives: u32,
}

impl Message {
    fn is_in_flight(&self, now: Instant) -> bool {
        self.receipt.is_some() && self.visible > now
    }
}

impl Unruly {
    pub(crate) fn new(dice: Arc<Dice>) -> Self {
        Self { dice, state: Mutex::default(), changed: Notify::new() }
    }

    /// Waits for messages of one group, and counts whoever gets them as busy until it says that it
    /// [rests](Self::rest). None if the queues are empty, and nothing more is to come.
    pub(crate) async fn receive(&self, queue: QueueName) -> Option<Vec<Delivery>> {
        loop {
            // Made before the look, so that no change between the look and the wait is missed.
            let changed = self.changed.notified();
            let next = {
                let mut state = self.state();
                // Whoever is busy may still send, although its own message was deleted for another
                // delivery.
                if state.is_closed && state.busy == 0 && state.messages.is_empty() {
                    return None;
                }
                let deliveries = self.deliver(&mut state, queue);
                if !deliveries.is_empty() {
                    state.busy += 1;
                    return Some(deliveries);
                }
                let now = Instant::now();
                state.messages.values().map(|it| it.visible).filter(|it| *it > now).min()
            };
            match next {
                Some(next) => tokio::select! {
                    () = changed => (),
                    () = sleep_until(next) => (),
                },
                None => changed.await,
            }
        }
    }

    /// Deletes a message, if this was its last delivery and it is still in flight. What cannot be
    /// deleted comes again.
    pub(crate) fn delete(&self, receipt: &str) {
        let mut state = self.state();
        let Some((number, message)) = state.delivered(receipt) else { return };
        if !self.dice.fault("a message cannot be deleted", &message.content.body) {
            state.messages.remove(&number);
            self.changed.notify_waiters();
        }
    }

    /// Lets more be sent, for another job.
    pub(crate) fn open(&self) {
        self.state().is_closed = false;
    }

    /// Ends the work on a delivery.
    pub(crate) fn rest(&self) {
        self.state().busy -= 1;
        self.changed.notify_waiters();
    }

    /// Tells that nothing more is sent but by those who work on messages.
    pub(crate) fn close(&self) {
        self.state().is_closed = true;
        self.changed.notify_waiters();
    }

    /// The messages that are left: what they say, how often they were delivered, and in how many
    /// seconds they can be again.
    pub(crate) fn left(&self) -> Vec<String> {
        let now = Instant::now();
        let state = self.state();
        let left = state.messages.values().map(|it| {
            let seconds = it.visible.saturating_duration_since(now).as_secs();
            format!("{} ({} times, again in {seconds} s)", it.content.body, it.receives)
        });
        left.collect()
    }

    /// Every text that was ever sent.
    pub(crate) fn bodies(&self) -> Vec<String> {
        self.state().bodies.clone()
    }

    /// What was given up, which nothing is that ends.
    pub(crate) fn dead(&self) -> Vec<String> {
        self.state().dead.clone()
    }

    fn deliver(&self, state: &mut State, queue: QueueName) -> Vec<Delivery> {
        let now = Instant::now();
        let is_locked = |group: &str| {
            let mut others = state.messages.values().filter(|it| it.content.group == group);
            others.any(|it| it.queue == queue && it.is_in_flight(now))
        };
        let visible =
            state.messages.iter().filter(|(_, it)| it.queue == queue && it.visible <= now);
        let first = visible.clone().find(|(_, it)| {
            !is_locked(&it.content.group)
                || self.dice.fault("a group is delivered to two", &it.content.body)
        });
        let Some((_, Message { content: Outgoing { group, .. }, .. })) = first else {
            return Vec::new();
        };
        let group = group.clone();
        let together = visible.filter(|(_, it)| it.content.group == group);
        let mut together: Vec<u64> = together.map(|(number, _)| *number).collect();
        if self.dice.fault("a group is out of order", &group) {
            self.dice.shuffle("order", &mut together);
        }
        together.truncate(TOGETHER);
        together.iter().filter_map(|number| self.take(state, *number, now)).collect()
    }

    fn take(&self, state: &mut State, number: u64, now: Instant) -> Option<Delivery> {
        let message = state.messages.get_mut(&number)?;
        let Outgoing { body, group, .. } = &message.content;
        message.visible = now + VISIBILITY;
        if self.dice.fault("a receipt expires early", body) {
            message.visible = now + self.dice.time("early", SOON);
        }
        if self.dice.fault("a message is delivered to two", body) {
            message.visible = now;
        }
        message.receives += 1;
        let receipt = format!("{number}/{}", message.receives);
        message.receipt = Some(receipt.clone());
        Some(Delivery {
            message_id: number.to_string(),
            receipt,
            body: body.clone(),
            group: group.clone(),
            receive_count: message.receives,
            sent: message.sent,
        })
    }

    fn take_in(&self, state: &mut State, queue: QueueName, content: &Outgoing) {
        let now = Instant::now();
        let known = state.sent.get(&content.deduplication);
        let is_known = known.is_some_and(|at| now.duration_since(*at) < DEDUPLICATION);
        if is_known && !self.dice.fault("a deduplication is lost", &content.body) {
            return;
        }
        state.sent.insert(content.deduplication.clone(), now);
        state.bodies.push(content.body.clone());
        let copies = 1 + u64::from(self.dice.fault("a message is sent twice", &content.body));
        for _ in 0..copies {
            let is_late = self.dice.fault("a message is late", &content.body);
            let late = if is_late { self.dice.time("late", SOON) } else { Duration::ZERO };
            let (content, visible) = (content.clone(), now + late);
            let message =
                Message { queue, content, sent: now, visible, receipt: None, receives: 0 };
            let number = state.next;
            state.messages.insert(number, message);
            state.next += 1;
        }
    }

    fn trouble(&self, what: &'static str, about: &str) -> Result<(), QueueError> {
        let is_trouble = self.dice.fault(what, about);
        if is_trouble { Err(QueueError(format!("chaos: {what}").into())) } else { Ok(()) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The message that is in flight by a receipt.
    fn delivered(&mut self, receipt: &str) -> Option<(u64, &mut Message)> {
        let now = Instant::now();
        let mut messages = self.messages.iter_mut();
        let is_it = |it: &Message| it.receipt.as_deref() == Some(receipt) && it.is_in_flight(now);
        messages.find(|(_, it)| is_it(it)).map(|(number, it)| (*number, it))
    }
}

#[async_trait]
impl Queue for Unruly {
    async fn send(&self, queue: QueueName, messages: Vec<Outgoing>) -> Result<(), QueueError> {
        // One call takes ten messages.
        for batch in messages.chunks(TOGETHER) {
            let about = &batch[0].body;
            self.trouble("messages cannot be sent", about)?;
            for message in batch {
                self.take_in(&mut self.state(), queue, message);
            }
            self.changed.notify_waiters();
            self.trouble("messages are sent and seem not to be", about)?;
        }
        Ok(())
    }

    async fn hold(&self, _: QueueName, receipt: &str, wait: Duration) -> Result<(), QueueError> {
        self.trouble("a message cannot be held", receipt)?;
        let mut state = self.state();
        let (_, message) = state.delivered(receipt).ok_or_else(|| {
            QueueError(format!("no message is in flight with the receipt {receipt}").into())
        })?;
        let is_short = self.dice.fault("a hold ends early", receipt);
        let wait = if is_short { self.dice.time("early", SOON).min(wait) } else { wait };
        message.visible = Instant::now() + wait;
        self.changed.notify_waiters();
        drop(state);
        self.trouble("a message is held and seems not to be", receipt)
    }

    async fn give_up(&self, _: QueueName, message: Outgoing) -> Result<(), QueueError> {
        self.trouble("a message cannot be given up", &message.body)?;
        self.state().dead.push(message.body);
        Ok(())
    }
}
