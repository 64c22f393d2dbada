//! The part of a step that one invocation does: fetch, convert, store.
//!
//! There is one loop for all steps. It keeps as many requests in flight as the throttle domain is
//! worth, takes each page as it comes, and turns its items into parts at once, so that memory holds
//! the pages in flight and no more.

mod delta;
mod divergence;
mod end;
mod export;
mod frontier;
mod merge;
pub(crate) mod parents;
mod patience;
mod rows;
mod stale;
mod take;

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use steps::{List, Parent, Scope, Service, Step};
use tokio::time::{Duration, Instant};
use uuid::Uuid;

use crate::advance;
use crate::context::{Context, Error, News, Stored};
use crate::delta::State;
use crate::layout;
use crate::ledger::{KnownBy, Progress, Status};
use crate::manifest::{Manifest, Part};
use crate::message::Slice;
use crate::part::PartWriter;
use crate::plan::Plan;
use crate::ports::{Address, Because, Condition, DomainKey, Etag, Failure, Fetch, Request};
use delta::{Delta, Way};
pub(crate) use end::failed;
use frontier::{Chain, Frontier, WALK};
use parents::Parents;
use patience::Standstill;
use stale::Stale;

/// How a slice ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The shard has ended, now or before. What waited for its step in the same throttle domain is to
    /// be run now, under the same message: until that is done, no message asks for it.
    Ended(Vec<Slice>),
    /// A message asks for the next slice.
    Continued,
    /// Microsoft asks to wait. The same message is to be delivered again after that.
    Wait(Duration),
}

/// How long a slice works at most. A slice that dies loses no more than that.
pub const BUDGET: Duration = Duration::from_secs(90);

/// How many `$batch` requests, or single requests, all shards of a step have in flight at once. Within a
/// throttle domain the governor decides how fast they go; this only has to cover the latency.
const WIDTH: usize = 8;

/// How many a shard has at least, so that it can go on while an answer is converted.
const LEAST_WIDTH: usize = 2;

/// How many requests Microsoft Graph takes in one `$batch`.
/// Source: Microsoft Graph, "Combine multiple HTTP requests using JSON batching".
const BATCH: usize = 20;

/// How far a shard of a step is.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Checkpoint {
    frontier: Frontier,
    progress: Progress,
    parts: Vec<Part>,
    next_part: u32,
    /// How it is read, where its changes can be followed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    delta: Option<Box<Delta>>,
    /// How many slices there were, so the number of the next. One that has to wait goes on after it.
    slice: u32,
    /// How long nothing came of any list.
    #[serde(default)]
    standstill: Standstill,
    /// Whether nothing more is asked for, because nothing came for too long.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    is_given_up: bool,
}

/// How long Microsoft asks to wait.
#[derive(Clone, Copy, Debug)]
struct Wait {
    time: Duration,
    because: Because,
}

impl Wait {
    const fn of(time: Duration) -> Self {
        Self { time, because: Because::Turn }
    }

    /// What two lists have to wait for.
    fn and(self, other: Option<Self>) -> Self {
        let Some(other) = other else { return self };
        Self { time: self.time.max(other.time), because: self.because.max(other.because) }
    }
}

/// Runs one slice of a step, until the step ends, `deadline` nears, or Microsoft asks to wait.
///
/// A slice may die anywhere, be run again, or be run twice at once: what it stores counts only once a
/// checkpoint or the manifest names it, and both are written under a condition.
///
/// # Errors
///
/// If storage or the queue fails. What Microsoft refuses is in the ledger.
pub async fn run(context: &Context, message: &Slice, deadline: Instant) -> Result<Outcome, Error> {
    let Slice { job, step, .. } = message;
    let (plan, _): (Plan, _) =
        context.read(&job.plan()).await?.ok_or_else(|| Error::Unknown(job.plan()))?;
    let step = steps::find(step).ok_or_else(|| Error::Unknown(format!("step {step}")))?;
    if context.store.get(&job.manifest(step.id)).await?.is_some() {
        return ended(context, &plan, step).await;
    }
    if let Some(original) = step.instead_of.filter(|_| plan.is_whole) {
        let name = job.manifest(original);
        let (manifest, _): (Manifest, _) =
            context.read(&name).await?.ok_or_else(|| Error::Unknown(name))?;
        if manifest.is_complete() {
            return end::skip(context, &plan, step, &format!("{original} was read"), KnownBy::Read)
                .await;
        }
    }
    if let Some(namespace) = plan.lacks_provider(step) {
        let reason = Failure::NotRegistered(namespace.to_owned()).to_string();
        return end::skip(context, &plan, step, &reason, KnownBy::NotRegistered).await;
    }
    if let Some(kind) = plan.lacks_type(step) {
        let reason = format!("Azure Resource Graph shows no {kind}");
        return end::skip(context, &plan, step, &reason, KnownBy::Index).await;
    }
    let shard = Shard::resume(context, &plan, step, message).await?;
    if context.store.get(&job.shard(step.id, message.shard)).await?.is_some() {
        return shard.complete().await;
    }
    if shard.checkpoint.slice > message.slice {
        // This slice was done, and perhaps died before it asked for the next.
        return shard.ask_again().await;
    }
    // All that a slice needs is large, and whoever waits for it should not have to be.
    Box::pin(shard.run(deadline)).await
}

/// Sees to what follows when a step has ended. It may be done again at any time.
async fn ended(context: &Context, plan: &Plan, step: &'static Step) -> Result<Outcome, Error> {
    let latest = layout::latest_step(&plan.job.instance, step.id);
    context.write(&latest, &plan.job, Condition::Always).await?;
    if plan.keeps(step) {
        crate::delta::keep(context, plan, step).await?;
    }
    Ok(Outcome::Ended(advance::after(context, plan, step).await?))
}

/// Chains that are asked for their next pages together.
struct Group {
    domain: DomainKey,
    chains: Vec<u64>,
    requests: Vec<Request>,
}

impl Group {
    const fn new(domain: DomainKey) -> Self {
        Self { domain, chains: Vec::new(), requests: Vec::new() }
    }
}

struct Shard<'a> {
    context: &'a Context,
    plan: &'a Plan,
    step: &'static Step,
    number: u32,
    scope: Scope,
    fetch: Arc<dyn Fetch>,
    checkpoint: Checkpoint,
    /// The version of the stored checkpoint, if there is one.
    etag: Option<Etag>,
    parents: Parents<'a>,
    entities: PartWriter,
    references: PartWriter,
    /// Items to keep, and changes that were told.
    items: PartWriter,
    changes: PartWriter,
    /// What was kept, which changes are added to.
    base: Option<Box<State>>,
    /// Which parents' lists are to be read again, once that is known.
    stale: Option<Arc<Stale>>,
    /// What tells this slice's parts from those of another that runs at the same time by mistake.
    name: String,
    /// When something was answered last, or when the slice began.
    since: Instant,
}

impl<'a> Shard<'a> {
    async fn resume(
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
        let base = delta::begin(context, plan, step, &mut checkpoint).await?.map(Box::new);
        let taken = checkpoint.frontier.parents;
        let parents = Parents::of(context, plan, step, message.shard, taken).await?;
        Ok(Self {
            context,
            plan,
            step,
            number: message.shard,
            scope: plan.scope(),
            fetch: context.connect(&plan.instance).await?,
            checkpoint,
            etag,
            parents,
            entities: PartWriter::default(),
            references: PartWriter::default(),
            items: PartWriter::default(),
            changes: PartWriter::default(),
            base,
            stale: None,
            name: Uuid::new_v4().simple().to_string()[..8].to_owned(),
            since: Instant::now(),
        })
    }

    async fn run(mut self, deadline: Instant) -> Result<Outcome, Error> {
        let deadline = deadline.min(Instant::now() + BUDGET);
        let fetch = self.fetch.clone();
        let fetch = &*fetch;
        let shards = usize::try_from(self.parents.shards()).unwrap_or(WIDTH);
        let width = (WIDTH / shards).max(LEAST_WIDTH);
        let mut in_flight = FuturesUnordered::new();
        let mut asked = BTreeMap::new();
        let mut wait: Option<Wait> = None;
        self.tell(&News::Begun { step: self.step.id });
        loop {
            while let Some(id) = self.checkpoint.frontier.ready()
                && Instant::now() < deadline
            {
                self.download(id, fetch, deadline).await?;
            }
            while wait.is_none() && in_flight.len() < width && Instant::now() < deadline {
                let Some(Group { domain, chains, requests }) = self.next_group(&asked).await?
                else {
                    break;
                };
                let now = Instant::now();
                asked.extend(chains.iter().map(|&chain| (chain, now)));
                in_flight.push(async move { (chains, fetch.fetch(&domain, requests).await) });
            }
            let answered = tokio::select! {
                answered = in_flight.next() => answered,
                () = tokio::time::sleep_until(deadline) => None,
            };
            let Some((chains, answers)) = answered else { break };
            for (chain, answer) in chains.into_iter().zip(answers) {
                asked.remove(&chain);
                wait = self.take(chain, answer)?.map(|it| it.and(wait)).or(wait);
            }
            self.store_parts(false).await?;
            let items = self.checkpoint.progress.items;
            self.tell(&News::Read { step: self.step.id, items });
        }
        // What is still in flight stays in the frontier, and is asked for again.
        drop(in_flight);
        self.silent(asked.into_iter().map(|(chain, since)| (chain, since.elapsed())));
        if !self.is_read() {
            self.stand_still(wait);
        }
        self.store_parts(true).await?;
        match wait {
            Some(wait) if !self.is_read() => self.pause(wait.time).await,
            _ if !self.is_read() => self.go_on().await,
            // What few steps do must not make the futures of all of them larger.
            _ if Box::pin(self.merge(deadline)).await? => self.end().await,
            _ => self.go_on().await,
        }
    }

    /// Whether everything was read that is to be read. A slice that ran out of time before it asked for
    /// anything has read nothing yet.
    fn is_read(&self) -> bool {
        let list = &self.step.list;
        let delta = self.checkpoint.delta.as_ref();
        let has_begun = self.checkpoint.frontier.parents > 0
            || !list.parents.is_empty()
            || self.reads_changes();
        let is_read = has_begun
            && delta.is_none_or(|it| it.is_walked(list.delta))
            && self.checkpoint.frontier.is_empty()
            && self.parents.is_exhausted();
        is_read || self.is_given_up()
    }

    /// Whether no list is read, but only its changes.
    fn reads_changes(&self) -> bool {
        let delta = self.checkpoint.delta.as_ref();
        self.step.list.parents.is_empty() && delta.is_some_and(|it| it.way == Way::Delta)
    }

    /// The next chains to ask for their next pages: several together where Microsoft Graph takes them
    /// in one request. None if there is nothing to ask for now.
    async fn next_group(&mut self, asked: &BTreeMap<u64, Instant>) -> Result<Option<Group>, Error> {
        let has_parents = !self.step.list.parents.is_empty();
        let is_batched = self.step.list.service() == Service::Graph && has_parents;
        let size = if is_batched { BATCH } else { 1 };
        let mut group: Option<Group> = None;
        while group.as_ref().map_or(0, |it| it.chains.len()) < size {
            let is_taken = |id| group.as_ref().is_some_and(|it| it.chains.contains(&id));
            let waiting =
                self.checkpoint.frontier.waiting(|id| !asked.contains_key(&id) && !is_taken(id));
            let id = match waiting {
                Some(id) => id,
                None => match self.open().await? {
                    Some(id) => id,
                    None => break,
                },
            };
            let Some((domain, request)) = self.request(id) else {
                self.except(id, Status::Failed, "the parent lacks what the address is made of");
                continue;
            };
            let group = group.get_or_insert_with(|| Group::new(domain.clone()));
            if group.domain != domain {
                // Its turn comes with the next group.
                break;
            }
            group.chains.push(id);
            group.requests.push(request);
        }
        Ok(group)
    }

    /// Opens the next list: the step's only one, or that of the next parent. Delta queries are made before
    /// any, and once more after all.
    async fn open(&mut self) -> Result<Option<u64>, Error> {
        if self.checkpoint.frontier.chain(WALK).is_some() {
            return Ok(None);
        }
        if let Some(walk) = self.open_walk() {
            return Ok(Some(walk));
        }
        if !Box::pin(self.find_stale()).await? {
            return Ok(self.open_walk());
        }
        let list = match self.step.list.parents {
            [] if self.reads_changes() => None,
            [] => {
                let frontier = &mut self.checkpoint.frontier;
                (frontier.parents == 0).then(|| frontier.open(None))
            }
            _ => {
                let parent = self.parents.next().await?;
                parent.map(|parent| self.checkpoint.frontier.open(Some(parent)))
            }
        };
        Ok(list.or_else(|| self.open_walk_again()))
    }

    fn list(&self, chain: &Chain) -> &'static List {
        let list = &self.step.list;
        if chain.is_fallback { list.fallback.unwrap_or(list) } else { list }
    }

    /// What to ask for the next page of a chain, and which domain that draws on: a list that is read the
    /// other way may draw on another.
    fn request(&self, id: u64) -> Option<(DomainKey, Request)> {
        let chain = self.checkpoint.frontier.chain(id)?;
        if id == WALK {
            return self.walk_request(chain);
        }
        let list = self.list(chain);
        let parent = chain.parent.as_ref();
        let parent = parent.map(|it| Parent { key: &it.key, kind: &it.kind, json: &it.json });
        let (base, mut path) = list.address(self.step, &self.scope, parent)?;
        let mut body = None;
        let is_counted = list.ask.counted && !chain.is_uncounted;
        if is_counted {
            path.push(if path.contains('?') { '&' } else { '?' });
            path.push_str("$count=true");
        }
        if list.report().is_some() {
            if let Some(job) = chain.export.path(&path) {
                path = job;
            } else {
                let whole = list.body(&self.scope, parent, chain.export.name())?;
                body = Some(chain.ask(whole, list.shape()));
            }
        } else {
            body = list.post_body();
        }
        let first = match base {
            Some(base) => Address::Host { base, path },
            None => Address::Path(path),
        };
        let address = match &chain.link {
            Some(link) => Address::Link { link: link.clone(), first: Box::new(first) },
            None => first,
        };
        let eventual = list.ask.eventual || is_counted;
        let request = Request { service: list.service(), address, eventual, body };
        Some((self.plan.domain(self.step, list), request))
    }

    /// Whether what is read is kept for the next job.
    fn is_kept(&self) -> bool {
        self.checkpoint.delta.as_ref().is_some_and(|it| it.keeps())
    }

    fn tell(&self, news: &News<'_>) {
        self.context.observer.observe(&self.plan.job, news);
    }
}

/// The parts that a checkpoint, or what a shard of a step has left, names; none if it is neither.
pub(crate) fn parts(stored: &Value) -> Option<Vec<String>> {
    let parts = match Checkpoint::deserialize(stored) {
        Ok(Checkpoint { parts, delta, .. }) => {
            let delta = delta.map(|it| it.items.into_iter().chain(it.changes));
            (parts, delta.into_iter().flatten().collect())
        }
        Err(_) => (end::Ended::deserialize(stored).ok()?.parts, Vec::new()),
    };
    let (parts, mut names): (Vec<Part>, Vec<String>) = parts;
    names.extend(parts.into_iter().map(|part| part.name));
    Some(names)
}
