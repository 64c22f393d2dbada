//! Reading a shard until it ends, the time is over, or Microsoft asks to wait.
//!
//! There is one loop for all steps. It keeps as many requests in flight as the throttle domain is
//! worth, and hands each answer to the reader that asked for it.

use std::collections::BTreeMap;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use steps::{Service, Step};
use tokio::time::{Duration, Instant};

use super::checkpoint::Checkpoint;
use super::delta::Way;
use super::end::{self, Outcome, ask_again, end, go_on, pause};
use super::export::download;
use super::follow::{Follow, open_walk_again};
use super::frontier::DELTA_QUERY;
use super::give_up::give_up;
use super::merge::merge;
use super::parents::Parents;
use super::patience::{SILENT, Standstill, Wait, millis};
use super::shard::Shard;
use super::take::take;
use crate::context::{Context, Error, Stored};
use crate::ledger::{Progress, Status};
use crate::message::Slice;
use crate::plan::Plan;
use crate::ports::{Because, DomainKey, Etag, Failure, Request};
use crate::progress::{News, SliceEnd, SliceNumber, Totals};

/// How long a slice works at most. A slice that dies loses no more than that.
pub const BUDGET: Duration = Duration::from_secs(90);

/// How many `$batch` requests, or single requests, all shards of a step have in flight at once.
/// Within a throttle domain the governor decides how fast they go; this only has to cover the
/// latency.
const WIDTH: usize = 8;

/// How many a shard has at least, so that it can go on while an answer is converted.
const LEAST_WIDTH: usize = 2;

/// How many requests Microsoft Graph takes in one `$batch`.
/// Source: Microsoft Graph, "Combine multiple HTTP requests using JSON batching".
const BATCH: usize = 20;

/// Cursors that are asked for their next pages together.
struct Group {
    domain: DomainKey,
    cursors: Vec<u64>,
    requests: Vec<Request>,
}

impl Group {
    const fn new(domain: DomainKey) -> Self {
        Self { domain, cursors: Vec::new(), requests: Vec::new() }
    }
}

/// A shard, and what finds out what it is to read.
pub(super) struct Run<'a> {
    shard: Shard<'a>,
    /// The version of the stored checkpoint, if there is one.
    etag: Option<Etag>,
    parents: Parents<'a>,
    follow: Follow,
}

impl<'a> Run<'a> {
    /// Goes on where the last slice of a shard has stopped.
    pub(super) async fn resume(
        context: &'a Context,
        plan: &'a Plan,
        step: &'static Step,
        message: &Slice,
    ) -> Result<Self, Error> {
        let name = plan.job.checkpoint(step.id, message.shard);
        let (mut checkpoint, etag) = match context.look(&name).await? {
            Stored::Sound(checkpoint, etag) => (checkpoint, Some(etag)),
            Stored::Absent => (Checkpoint::default(), None),
            Stored::Damaged { etag, .. } => {
                // What is wrong with it is not told: that could show a page token.
                tracing::warn!(
                    name,
                    step = step.id,
                    "a checkpoint is damaged; the step starts over"
                );
                // Messages for earlier slices were sent, and the queue would drop them.
                let slice = message.slice;
                (Checkpoint { slice, ..Checkpoint::default() }, Some(etag))
            }
        };
        let follow = Follow::begin(context, plan, step, &mut checkpoint).await?;
        let taken = checkpoint.frontier.parents;
        let parents = Parents::of(context, plan, step, message.shard, taken).await?;
        let shard = Shard::new(context, plan, step, message.shard, checkpoint).await?;
        Ok(Self { shard, etag, parents, follow })
    }

    /// Whether a slice was done before.
    pub(super) const fn is_past(&self, slice: u32) -> bool {
        self.shard.checkpoint.slice > slice
    }

    /// Asks once more for the slice that follows.
    pub(super) async fn ask_again(&self) -> Result<Outcome, Error> {
        ask_again(&self.shard).await
    }

    /// Ends the step if every shard of it has ended.
    pub(super) async fn complete(&self) -> Result<Outcome, Error> {
        end::complete(&self.shard, &self.follow, &self.parents).await
    }

    /// Reads until the shard ends, `deadline` nears, or Microsoft asks to wait.
    pub(super) async fn read(mut self, deadline: Instant) -> Result<Outcome, Error> {
        let deadline = deadline.min(Instant::now() + BUDGET);
        let fetch = self.shard.fetch.clone();
        let fetch = &*fetch;
        let shards = usize::try_from(self.parents.shards()).unwrap_or(WIDTH);
        let width = (WIDTH / shards).max(LEAST_WIDTH);
        let mut in_flight = FuturesUnordered::new();
        let mut asked = BTreeMap::new();
        let mut wait: Option<Wait> = None;
        let begun = Instant::now();
        let (step, slice) = (self.shard.step.id, self.slice());
        self.shard.tell(&News::Begun { step, slice });
        loop {
            while let Some(id) = self.shard.checkpoint.frontier.ready()
                && Instant::now() < deadline
            {
                download(&mut self.shard, id, fetch, deadline).await?;
            }
            while wait.is_none() && in_flight.len() < width && Instant::now() < deadline {
                let Some(Group { domain, cursors, requests }) = self.next_group(&asked).await?
                else {
                    break;
                };
                let now = Instant::now();
                asked.extend(cursors.iter().map(|&cursor| (cursor, now)));
                in_flight.push(async move { (cursors, fetch.fetch(&domain, requests).await) });
            }
            let answered = tokio::select! {
                answered = in_flight.next() => answered,
                () = tokio::time::sleep_until(deadline) => None,
            };
            let Some((cursors, answers)) = answered else { break };
            for (cursor, answer) in cursors.into_iter().zip(answers) {
                asked.remove(&cursor);
                wait = take(&mut self.follow, &mut self.shard, cursor, answer)?
                    .map(|it| it.and(wait))
                    .or(wait);
            }
            self.shard.store_parts(false).await?;
            let items = self.shard.checkpoint.progress.items;
            self.shard.tell(&News::Read { step: self.shard.step.id, items });
        }
        // What is still in flight stays in the frontier, and is asked for again.
        drop(in_flight);
        self.silent(asked.into_iter().map(|(cursor, since)| (cursor, since.elapsed())));
        if !self.is_read() {
            self.stand_still(wait);
        }
        self.shard.store_parts(true).await?;
        let because = match wait {
            _ if self.is_read() => SliceEnd::Read,
            Some(wait) => SliceEnd::Waits(wait.time),
            None => SliceEnd::TimeIsOver,
        };
        let totals = self.totals(begun.elapsed());
        self.shard.tell(&News::SliceEnded { step, slice, because, totals });
        match wait {
            Some(wait) if !self.is_read() => pause(&self.shard, self.etag, wait.time).await,
            _ if !self.is_read() => go_on(&mut self.shard, self.etag).await,
            // What few steps do must not make the futures of all of them larger.
            _ if Box::pin(merge(
                &mut self.follow,
                &mut self.shard,
                &mut self.parents,
                deadline,
            ))
            .await? =>
            {
                end(&mut self.shard, &self.follow, &self.parents).await
            }
            _ => go_on(&mut self.shard, self.etag).await,
        }
    }

    fn slice(&self) -> SliceNumber {
        SliceNumber { shard: self.shard.number, slice: self.shard.checkpoint.slice }
    }

    fn totals(&self, time: Duration) -> Totals {
        let Progress { pages, items, requests, bytes, .. } = self.shard.checkpoint.progress;
        Totals { pages, items, requests, bytes, refused: self.shard.refused, time }
    }

    /// Whether everything was read that is to be read. A slice that ran out of time before it asked
    /// for anything has read nothing yet.
    fn is_read(&self) -> bool {
        let list = &self.shard.step.list;
        let delta = self.shard.checkpoint.delta.as_ref();
        let has_begun = self.shard.checkpoint.frontier.parents > 0
            || !list.parents.is_empty()
            || self.reads_changes();
        let is_read = has_begun
            && delta.is_none_or(|it| it.is_walked(list.delta))
            && self.shard.checkpoint.frontier.is_empty()
            && self.parents.is_exhausted();
        is_read || self.shard.is_given_up()
    }

    /// Whether no list is read, but only its changes.
    fn reads_changes(&self) -> bool {
        let delta = self.shard.checkpoint.delta.as_ref();
        self.shard.step.list.parents.is_empty() && delta.is_some_and(|it| it.way == Way::Delta)
    }

    /// The next cursors to ask for their next pages: several together where Microsoft Graph takes
    /// them in one request. None if there is nothing to ask for now.
    async fn next_group(&mut self, asked: &BTreeMap<u64, Instant>) -> Result<Option<Group>, Error> {
        let has_parents = !self.shard.step.list.parents.is_empty();
        let is_batched = self.shard.step.list.service() == Service::Graph && has_parents;
        let size = if is_batched { BATCH } else { 1 };
        let mut group: Option<Group> = None;
        while group.as_ref().map_or(0, |it| it.cursors.len()) < size {
            let is_taken = |id| group.as_ref().is_some_and(|it| it.cursors.contains(&id));
            let waiting = self
                .shard
                .checkpoint
                .frontier
                .waiting(|id| !asked.contains_key(&id) && !is_taken(id));
            let id = match waiting {
                Some(id) => id,
                None => match self.open().await? {
                    Some(id) => id,
                    None => break,
                },
            };
            let Some((domain, request)) = self.request(id) else {
                self.shard.except(
                    id,
                    Status::Failed,
                    "the parent lacks what the address is made of",
                );
                continue;
            };
            let group = group.get_or_insert_with(|| Group::new(domain.clone()));
            if group.domain != domain {
                // Its turn comes with the next group.
                break;
            }
            group.cursors.push(id);
            group.requests.push(request);
        }
        Ok(group)
    }

    /// Opens the next list: the step's only one, or that of the next parent. Delta queries are made
    /// before any, and once more after all.
    async fn open(&mut self) -> Result<Option<u64>, Error> {
        if self.shard.checkpoint.frontier.cursor(DELTA_QUERY).is_some() {
            return Ok(None);
        }
        if let Some(query) = self.follow.open_delta_query(&mut self.shard) {
            return Ok(Some(query));
        }
        if !Box::pin(self.follow.find_stale(&mut self.shard, &mut self.parents)).await? {
            return Ok(self.follow.open_delta_query(&mut self.shard));
        }
        let list = match self.shard.step.list.parents {
            [] if self.reads_changes() => None,
            [] => {
                let frontier = &mut self.shard.checkpoint.frontier;
                (frontier.parents == 0).then(|| frontier.open(None))
            }
            _ => {
                let parent = self.parents.next().await?;
                parent.map(|parent| self.shard.checkpoint.frontier.open(Some(parent)))
            }
        };
        Ok(list.or_else(|| open_walk_again(&mut self.shard)))
    }

    /// What to ask for the next page of a list that was begun, or of a delta query.
    fn request(&self, id: u64) -> Option<(DomainKey, Request)> {
        if id == DELTA_QUERY {
            return self.follow.request(&self.shard, self.shard.checkpoint.frontier.cursor(id)?);
        }
        self.shard.request(id)
    }

    /// Notes which lists were asked for and not answered, and gives up those that were for too
    /// long.
    fn silent(&mut self, asked: impl Iterator<Item = (u64, Duration)>) {
        for (id, time) in asked {
            if let Some(cursor) = self.shard.checkpoint.frontier.cursor_mut(id) {
                cursor.vain.add(time);
            }
            let cursor = self.shard.checkpoint.frontier.cursor(id);
            if cursor.is_some_and(|cursor| cursor.vain.is_over()) {
                self.give_up(id, SILENT);
            }
        }
    }

    /// Notes how a slice ends in which not everything was read. Gives up the whole shard if it
    /// lasts for too long, or if the service asks to wait for longer than there is patience for.
    fn stand_still(&mut self, wait: Option<Wait>) {
        let standstill = &mut self.shard.checkpoint.standstill;
        let why = match wait {
            // It waits for its turn, or for a report to be prepared.
            Some(Wait { because: Because::Turn, .. }) => None,
            Some(wait) => standstill.refuse(wait),
            None => standstill.keep_silent(self.shard.since.elapsed()),
        };
        let Some(reason) = why else { return };
        let (times, time) = (standstill.refused.times, standstill.refused.time());
        self.shard.checkpoint.standstill = Standstill::default();
        let waiting: Vec<u64> = self.shard.checkpoint.frontier.ids().collect();
        for id in waiting.iter().copied() {
            if let Some(cursor) = self.shard.checkpoint.frontier.cursor_mut(id) {
                cursor.vain.times += times;
                cursor.vain.millis += millis(time);
            }
            self.give_up(id, &reason);
        }
        if waiting.contains(&DELTA_QUERY) {
            // Without its delta queries, the step is read in full.
            return;
        }
        if !self.parents.is_exhausted() {
            let scope = self.shard.plan.scope_of(self.shard.step).to_owned();
            let rest = format!("{reason}; the lists of the other parents were not requested");
            self.shard.checkpoint.progress.except(&scope, Status::Failed, &rest);
        }
        self.shard.checkpoint.is_given_up = true;
    }

    /// Gives up a list, or a delta query.
    fn give_up(&mut self, id: u64, reason: &str) {
        if id == DELTA_QUERY {
            let reason = reason.trim_start_matches("failed: ").to_owned();
            self.follow.failed(&mut self.shard, &Failure::Failed(reason));
            return;
        }
        give_up(&mut self.shard, id, reason);
    }
}
