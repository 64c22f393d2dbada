//! One queue of this machine, as a value: what Amazon SQS would do, with the time passed in.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
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
/// A group is never empty. Its messages in flight lock it. Every worker looks whenever anything
/// changes, so nothing here goes through all groups or flights.
#[derive(Debug, Default)]
pub(crate) struct FifoQueue {
    groups: BTreeMap<String, Group>,
    /// The groups that are not locked, by the position of their oldest message.
    open: BTreeMap<u64, String>,
    flights: HashMap<String, Flight>,
    /// When flights end, with their receipts.
    landings: BTreeSet<(Instant, String)>,
    sent: Sent,
    dead: Vec<Outgoing>,
    next: u64,
}

/// The messages of a group, by position, and how many of them are in flight.
#[derive(Debug, Default)]
struct Group {
    messages: BTreeMap<u64, Message>,
    in_flight: usize,
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
            let name = content.group.clone();
            let group = self.groups.entry(name.clone()).or_default();
            if group.messages.is_empty() {
                self.open.insert(self.next, name);
            }
            let id = Uuid::new_v4().to_string();
            group.messages.insert(self.next, Message { id, content, receives: 0, sent: now });
            self.next += 1;
        }
    }

    /// Receives the first messages of one group: of the groups that are not locked, the one whose
    /// first message is the oldest. Nothing if there is none. They are in flight until a time.
    pub(crate) fn receive(&mut self, max: usize, until: Instant) -> Vec<Delivery> {
        let Some((_, name)) = self.open.pop_first() else { return Vec::new() };
        let Some(group) = self.groups.get_mut(&name) else { return Vec::new() };
        let mut deliveries = Vec::new();
        for (position, message) in group.messages.iter_mut().take(max) {
            let receipt = Uuid::new_v4().to_string();
            let flight = Flight { group: name.clone(), position: *position, until };
            self.flights.insert(receipt.clone(), flight);
            self.landings.insert((until, receipt.clone()));
            message.receives += 1;
            deliveries.push(Delivery {
                message_id: message.id.clone(),
                receipt,
                body: message.content.body.clone(),
                group: name.clone(),
                receive_count: message.receives,
                sent: message.sent,
            });
        }
        group.in_flight = deliveries.len();
        deliveries
    }

    /// Deletes a message; false if it is not in flight by this receipt.
    pub(crate) fn delete(&mut self, receipt: &str) -> bool {
        let Some(flight) = self.flights.remove(receipt) else { return false };
        self.landings.remove(&(flight.until, receipt.to_owned()));
        self.land(&flight, |_| true);
        true
    }

    /// Keeps a message in flight until then; false if it is not in flight by this receipt.
    pub(crate) fn hold(&mut self, receipt: &str, until: Instant) -> bool {
        let Some(flight) = self.flights.get_mut(receipt) else { return false };
        self.landings.remove(&(flight.until, receipt.to_owned()));
        self.landings.insert((until, receipt.to_owned()));
        flight.until = until;
        true
    }

    /// Ends the flights whose time has come. A message that was received too often does not become
    /// visible again: it is dead.
    pub(crate) fn settle(&mut self, now: Instant, max_receives: u32) {
        let mut landed = Vec::new();
        while self.landings.first().is_some_and(|(until, _)| *until <= now) {
            let receipt = self.landings.pop_first().map(|(_, receipt)| receipt);
            landed.extend(receipt.and_then(|it| self.flights.remove(&it)));
        }
        landed.sort_unstable_by_key(|it| it.position);
        for flight in landed {
            let dead = self.land(&flight, |it| it.receives >= max_receives);
            self.dead.extend(dead.map(|it| it.content));
        }
    }

    /// When the next message becomes visible again, if nothing else happens.
    pub(crate) fn next_landing(&self) -> Option<Instant> {
        self.landings.first().map(|(until, _)| *until)
    }

    /// Whether every message was deleted, or is dead, but for those that may be left.
    pub(crate) fn is_drained(&self, may_be_left: &impl Fn(&Outgoing) -> bool) -> bool {
        let mut messages = self.groups.values().flat_map(|it| it.messages.values());
        messages.all(|it| may_be_left(&it.content))
    }

    /// Adds a message to the dead letters.
    pub(crate) fn give_up(&mut self, message: Outgoing) {
        self.dead.push(message);
    }

    /// The messages that were received too often, and those that were given up.
    pub(crate) fn dead(&self) -> &[Outgoing] {
        &self.dead
    }

    /// Ends a flight, and returns the message if it is to be removed. The last flight of a group
    /// frees what is left of it.
    fn land(&mut self, flight: &Flight, is_over: impl Fn(&Message) -> bool) -> Option<Message> {
        let group = self.groups.get_mut(&flight.group)?;
        let is_over = group.messages.get(&flight.position).is_some_and(is_over);
        let over = if is_over { group.messages.remove(&flight.position) } else { None };
        group.in_flight = group.in_flight.saturating_sub(1);
        match group.messages.first_key_value() {
            None => {
                self.groups.remove(&flight.group);
            }
            Some((first, _)) if group.in_flight == 0 => {
                self.open.insert(*first, flight.group.clone());
            }
            Some(_) => (),
        }
        over
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
