//! Reading a step until it ends, the time is over, or Microsoft asks to wait.
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
use super::end::{Outcome, ask_again, end, go_on, pause};
use super::expanded;
use super::export::download;
use super::follow::{Follow, open_walk_again};
use super::frontier::{DELTA_QUERY, EXPANDED};
use super::give_up::give_up;
use super::merge::merge;
use super::parents::Parents;
use super::patience::{SILENT, Standstill, Wait, millis};
use super::take::take;
use super::task::Task;
use crate::context::{Context, Error, Stored};
use crate::ledger::{Progress, Status};
use crate::message::Slice;
use crate::plan::Plan;
use crate::ports::{Answers, Because, DomainKey, Etag, Failure, Request};
use crate::progress::{News, SliceEnd, Totals};

/// How long a slice works at most. A slice that dies loses no more than that.
pub const BUDGET: Duration = Duration::from_secs(90);

/// How many `$batch` requests, or single requests, a step has in flight at once.
/// Within a throttle domain the governor decides how fast they go; this only has to cover the
/// latency.
const WIDTH: usize = 8;

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

/// A step that is read, and what finds out what it is to read.
pub(super) struct Run<'a> {
    task: Task<'a>,
    /// The version of the stored checkpoint, if there is one.
    etag: Option<Etag>,
    parents: Parents<'a>,
    follow: Follow,
}

impl<'a> Run<'a> {
    /// Goes on where the last slice of a step has stopped.
    pub(super) async fn resume(
        context: &'a Context,
        plan: &'a Plan,
        step: &'static Step,
        message: &Slice,
    ) -> Result<Self, Error> {
        let name = plan.job.checkpoint(step.id);
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
        let parents = Parents::of(context, plan, step, taken).await?;
        let task = Task::new(context, plan, step, checkpoint).await?;
        Ok(Self { task, etag, parents, follow })
    }

    /// Whether a slice was done before.
    pub(super) const fn is_past(&self, slice: u32) -> bool {
        self.task.checkpoint.slice > slice
    }

    /// Asks once more for the slice that follows.
    pub(super) async fn ask_again(&self) -> Result<Outcome, Error> {
        ask_again(&self.task).await
    }

    /// Reads until the step ends, `deadline` nears, or Microsoft asks to wait.
    pub(super) async fn read(mut self, deadline: Instant) -> Result<Outcome, Error> {
        let deadline = deadline.min(Instant::now() + BUDGET);
        let fetch = self.task.fetch.clone();
        let fetch = &*fetch;
        let mut in_flight = FuturesUnordered::new();
        let mut asked = BTreeMap::new();
        let mut wait: Option<Wait> = None;
        let begun = Instant::now();
        let (step, slice) = (self.task.step.id, self.task.checkpoint.slice);
        self.task.tell(&News::Begun { step, slice });
        loop {
            while let Some(id) = self.task.checkpoint.frontier.ready()
                && Instant::now() < deadline
            {
                download(&mut self.task, id, fetch, deadline).await?;
            }
            while wait.is_none() && in_flight.len() < WIDTH && Instant::now() < deadline {
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
            let Some((cursors, Answers { answers, in_vain })) = answered else { break };
            self.task.checkpoint.progress.requests += u64::from(in_vain);
            for (cursor, answer) in cursors.into_iter().zip(answers) {
                asked.remove(&cursor);
                wait = take(&mut self.follow, &mut self.task, cursor, answer)?
                    .map(|it| it.and(wait))
                    .or(wait);
            }
            self.task.store_parts(false).await?;
            let items = self.task.checkpoint.progress.items;
            self.task.tell(&News::Read { step: self.task.step.id, items });
        }
        // What is still in flight stays in the frontier, and is asked for again.
        drop(in_flight);
        self.silent(asked.into_iter().map(|(cursor, since)| (cursor, since.elapsed())));
        if !self.is_read() {
            self.stand_still(wait);
        }
        self.task.store_parts(true).await?;
        let because = match wait {
            _ if self.is_read() => SliceEnd::Read,
            Some(wait) => SliceEnd::Waits(wait.time),
            None => SliceEnd::TimeIsOver,
        };
        let totals = self.totals(begun.elapsed());
        self.task.tell(&News::SliceEnded { step, slice, because, totals });
        match wait {
            Some(wait) if !self.is_read() => pause(&self.task, self.etag, wait.time).await,
            _ if !self.is_read() => go_on(&mut self.task, self.etag).await,
            // What few steps do must not make the futures of all of them larger.
            _ if Box::pin(merge(&mut self.follow, &mut self.task, &mut self.parents, deadline))
                .await? =>
            {
                end(&mut self.task, &self.follow, &self.parents).await
            }
            _ => go_on(&mut self.task, self.etag).await,
        }
    }

    fn totals(&self, time: Duration) -> Totals {
        let Progress { pages, items, requests, bytes, .. } = self.task.checkpoint.progress;
        Totals { pages, items, requests, bytes, refused: self.task.refused, time }
    }

    /// Whether everything was read that is to be read. A slice that ran out of time before it asked
    /// for anything has read nothing yet.
    fn is_read(&self) -> bool {
        let list = &self.task.step.list;
        let delta = self.task.checkpoint.delta.as_ref();
        let has_begun = self.task.checkpoint.frontier.parents > 0
            || !list.parents.is_empty()
            || self.reads_changes();
        let is_read = has_begun
            && delta.is_none_or(|it| it.is_walked(list.delta))
            && self.task.checkpoint.frontier.is_empty()
            && self.parents.is_exhausted();
        is_read || self.task.is_given_up()
    }

    /// Whether no list is read, but only its changes.
    fn reads_changes(&self) -> bool {
        let delta = self.task.checkpoint.delta.as_ref();
        self.task.step.list.parents.is_empty() && delta.is_some_and(|it| it.way == Way::Delta)
    }

    /// The next cursors to ask for their next pages: several together where Microsoft Graph takes
    /// them in one request. None if there is nothing to ask for now.
    async fn next_group(&mut self, asked: &BTreeMap<u64, Instant>) -> Result<Option<Group>, Error> {
        let has_parents = !self.task.step.list.parents.is_empty();
        let is_batched = self.task.step.list.service() == Service::Graph && has_parents;
        let size = if is_batched { BATCH } else { 1 };
        let mut group: Option<Group> = None;
        while group.as_ref().map_or(0, |it| it.cursors.len()) < size {
            let is_taken = |id| group.as_ref().is_some_and(|it| it.cursors.contains(&id));
            let waiting = self
                .task
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
                self.task.except(
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

    /// Opens the next list: the step's only one, or that of the next parent. Before any come delta
    /// queries, which are made once more after all, and what comes with the list of the parents.
    async fn open(&mut self) -> Result<Option<u64>, Error> {
        if self.task.checkpoint.frontier.ids().any(|id| matches!(id, DELTA_QUERY | EXPANDED)) {
            return Ok(None);
        }
        if let Some(query) = self.follow.open_delta_query(&mut self.task) {
            return Ok(Some(query));
        }
        if let Some(list) = expanded::open(&mut self.task, &self.parents) {
            return Ok(Some(list));
        }
        expanded::leave_out(&self.task, &mut self.parents);
        if !Box::pin(self.follow.find_stale(&mut self.task, &mut self.parents)).await? {
            return Ok(self.follow.open_delta_query(&mut self.task));
        }
        let list = match self.task.step.list.parents {
            [] if self.reads_changes() => None,
            [] => {
                let frontier = &mut self.task.checkpoint.frontier;
                (frontier.parents == 0).then(|| frontier.open(None))
            }
            _ => {
                let parent = self.parents.next().await?;
                parent.map(|parent| self.task.checkpoint.frontier.open(Some(parent)))
            }
        };
        Ok(list.or_else(|| open_walk_again(&mut self.task)))
    }

    /// What to ask for the next page of a list that was begun, or of a delta query.
    fn request(&self, id: u64) -> Option<(DomainKey, Request)> {
        let cursor = self.task.checkpoint.frontier.cursor(id)?;
        match id {
            DELTA_QUERY => self.follow.request(&self.task, cursor),
            EXPANDED => expanded::request(&self.task, cursor),
            _ => self.task.request(id),
        }
    }

    /// Notes which lists were asked for and not answered, and gives up those that were for too
    /// long.
    fn silent(&mut self, asked: impl Iterator<Item = (u64, Duration)>) {
        for (id, time) in asked {
            if let Some(cursor) = self.task.checkpoint.frontier.cursor_mut(id) {
                cursor.vain.add(time);
            }
            let cursor = self.task.checkpoint.frontier.cursor(id);
            if cursor.is_some_and(|cursor| cursor.vain.is_over()) {
                self.give_up(id, SILENT);
            }
        }
    }

    /// Notes how a slice ends in which not everything was read. Gives up the whole step if it
    /// lasts for too long, or if the service asks to wait for longer than there is patience for.
    fn stand_still(&mut self, wait: Option<Wait>) {
        let standstill = &mut self.task.checkpoint.standstill;
        let why = match wait {
            // It waits for its turn, or for a report to be prepared.
            Some(Wait { because: Because::Turn, .. }) => None,
            Some(wait) => standstill.refuse(wait),
            None => standstill.keep_silent(self.task.since.elapsed()),
        };
        let Some(reason) = why else { return };
        let (times, time) = (standstill.refused.times, standstill.refused.time());
        self.task.checkpoint.standstill = Standstill::default();
        let waiting: Vec<u64> = self.task.checkpoint.frontier.ids().collect();
        for id in waiting.iter().copied() {
            if let Some(cursor) = self.task.checkpoint.frontier.cursor_mut(id) {
                cursor.vain.times += times;
                cursor.vain.millis += millis(time);
            }
            self.give_up(id, &reason);
        }
        if waiting.contains(&DELTA_QUERY) || waiting.contains(&EXPANDED) {
            // Without its delta queries, the step is read in full, and each parent by itself
            // without what comes with the list of them.
            return;
        }
        if !self.parents.is_exhausted() {
            let scope = self.task.plan.scope_of(self.task.step).to_owned();
            let rest = format!("{reason}; the lists of the other parents were not requested");
            self.task.checkpoint.progress.except(&scope, Status::Failed, &rest);
        }
        self.task.checkpoint.is_given_up = true;
    }

    /// Gives up a list, or a delta query.
    fn give_up(&mut self, id: u64, reason: &str) {
        if id == DELTA_QUERY {
            let reason = reason.trim_start_matches("failed: ").to_owned();
            self.follow.failed(&mut self.task, &Failure::Failed(reason));
            return;
        }
        if id == EXPANDED {
            expanded::give_up(&mut self.task, reason);
            return;
        }
        give_up(&mut self.task, id, reason);
    }
}
