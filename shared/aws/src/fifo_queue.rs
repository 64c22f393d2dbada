//! One queue of this machine, as a value: what Amazon SQS would do, with the time passed in.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::time::Duration;

use collector::ports::Outgoing;
use tokio::time::Instant;
use uuid::Uuid;

/// How long a deduplication id is remembered.
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html>
const DEDUPLICATION: Duration = Duration::from_mins(5);

/// A message that was received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The message. It stays the same for all deliveries of it.
    pub message_id: String,
    /// This delivery, for deleting, releasing or holding the message.
    pub receipt: String,
    /// What the message says.
    pub body: String,
    /// Its group.
    pub group: String,
    /// How often it was received, this time included.
    pub receive_count: u32,
    /// When it was sent.
    pub sent: Instant,
}

/// A queue: the messages that were sent and not deleted, by group and in the order of sending.
///
/// A group is never empty. Its messages in flight lock it.
#[derive(Debug, Default)]
pub(crate) struct FifoQueue {
    groups: BTreeMap<String, BTreeMap<u64, Message>>,
    flights: HashMap<String, Flight>,
    sent: Sent,
    dead: Vec<Outgoing>,
    next: u64,
}

#[derive(Debug)]
struct Message {
    id: String,
    content: Outgoing,
    receives: u32,
    sent: Instant,
}

/// A message that was received and not deleted, and when it becomes visible again.
#[derive(Debug)]
struct Flight {
    group: String,
    position: u64,
    until: Instant,
}

impl FifoQueue {
    /// Adds a message, unless it was sent not long ago.
    pub(crate) fn send(&mut self, content: Outgoing, now: Instant) {
        if self.sent.insert(&content.deduplication, now) {
            let group = self.groups.entry(content.group.clone()).or_default();
            let id = Uuid::new_v4().to_string();
            group.insert(self.next, Message { id, content, receives: 0, sent: now });
            self.next += 1;
        }
    }

    /// Receives the first messages of one group: of the groups that are not locked, the one whose
    /// first message is the oldest. Nothing if there is none. They are in flight until a time.
    pub(crate) fn receive(&mut self, max: usize, until: Instant) -> Vec<Delivery> {
        let locked: HashSet<_> = self.flights.values().map(|it| &it.group).collect();
        let open = self.groups.iter_mut().filter(|(group, _)| !locked.contains(group));
        let oldest = open.min_by_key(|(_, messages)| messages.keys().next().copied());
        let Some((group, messages)) = oldest else { return Vec::new() };
        let mut deliveries = Vec::new();
        for (position, message) in messages.iter_mut().take(max) {
            let receipt = Uuid::new_v4().to_string();
            let flight = Flight { group: group.clone(), position: *position, until };
            self.flights.insert(receipt.clone(), flight);
            message.receives += 1;
            deliveries.push(Delivery {
                message_id: message.id.clone(),
                receipt,
                body: message.content.body.clone(),
                group: group.clone(),
                receive_count: message.receives,
                sent: message.sent,
            });
        }
        deliveries
    }

    /// Deletes a message; false if it is not in flight by this receipt.
    pub(crate) fn delete(&mut self, receipt: &str) -> bool {
        let flight = self.flights.remove(receipt);
        flight.is_some_and(|it| self.remove(&it).is_some())
    }

    /// Keeps a message in flight until then; false if it is not in flight by this receipt.
    pub(crate) fn hold(&mut self, receipt: &str, until: Instant) -> bool {
        let flight = self.flights.get_mut(receipt);
        flight.map(|it| it.until = until).is_some()
    }

    /// Ends the flights whose time has come. A message that was received too often does not become
    /// visible again: it is dead.
    pub(crate) fn settle(&mut self, now: Instant, max_receives: u32) {
        let mut landed: Vec<_> = self.flights.extract_if(|_, it| it.until <= now).collect();
        landed.sort_unstable_by_key(|(_, it)| it.position);
        for (_, flight) in landed {
            let message = self.groups.get(&flight.group).and_then(|it| it.get(&flight.position));
            if message.is_some_and(|it| it.receives >= max_receives) {
                let message = self.remove(&flight);
                self.dead.extend(message.map(|it| it.content));
            }
        }
    }

    /// When the next message becomes visible again, if nothing else happens.
    pub(crate) fn next_landing(&self) -> Option<Instant> {
        self.flights.values().map(|it| it.until).min()
    }

    /// Whether every message was deleted, or is dead, but for those that may be left.
    pub(crate) fn is_drained(&self, may_be_left: &impl Fn(&Outgoing) -> bool) -> bool {
        self.groups.values().flat_map(BTreeMap::values).all(|it| may_be_left(&it.content))
    }

    /// Adds a message to the dead letters.
    pub(crate) fn give_up(&mut self, message: Outgoing) {
        self.dead.push(message);
    }

    /// The messages that were received too often, and those that were given up.
    pub(crate) fn dead(&self) -> &[Outgoing] {
        &self.dead
    }

    fn remove(&mut self, flight: &Flight) -> Option<Message> {
        let group = self.groups.get_mut(&flight.group)?;
        let message = group.remove(&flight.position);
        if group.is_empty() {
            self.groups.remove(&flight.group);
        }
        message
    }
}

/// The deduplication ids of the last five minutes.
#[derive(Debug, Default)]
struct Sent {
    ids: HashSet<String>,
    ages: VecDeque<(Instant, String)>,
}

impl Sent {
    /// Remembers an id; false if it is remembered already, which does not make it younger.
    fn insert(&mut self, id: &str, now: Instant) -> bool {
        while self.ages.front().is_some_and(|(at, _)| now.duration_since(*at) >= DEDUPLICATION) {
            if let Some((_, old)) = self.ages.pop_front() {
                self.ids.remove(&old);
            }
        }
        let new = self.ids.insert(id.to_owned());
        if new {
            self.ages.push_back((now, id.to_owned()));
        }
        new
    }
}
