//! The part of a step that one invocation does: fetch, convert, store.
//!
//! There is one loop for all steps. It keeps as many requests in flight as the throttle domain is
//! worth, takes each page as it comes, and turns its items into parts at once, so that memory holds
//! the pages in flight and no more.

mod end;
mod frontier;
pub(crate) mod parents;
mod take;

use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use serde::{Deserialize, Serialize};
use steps::{List, Parent, Scope, Service, Step};
use tokio::time::{Duration, Instant};
use uuid::Uuid;

use crate::advance;
use crate::context::{Context, Error, News};
use crate::layout;
use crate::ledger::{Progress, Status};
use crate::manifest::Part;
use crate::message::Slice;
use crate::part::PartWriter;
use crate::plan::Plan;
use crate::ports::{Address, Condition, Etag, Fetch, Request};
use frontier::{Chain, Frontier};
use parents::Parents;

/// How a slice ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The step has ended, now or before.
    Ended,
    /// A message asks for the next slice.
    Continued,
    /// Microsoft asks to wait. The same message is to be delivered again after that.
    Wait(Duration),
}

/// How long a slice works at most. A slice that dies loses no more than that.
pub const BUDGET: Duration = Duration::from_secs(90);

/// How many `$batch` requests, or single requests, are in flight at once. Within a throttle domain the
/// governor decides how fast they go; this only has to cover the latency.
const WIDTH: usize = 8;

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
    slice: u32,
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
    let shard = Shard::resume(context, &plan, step, message).await?;
    if context.store.get(&job.shard(step.id, message.shard)).await?.is_some() {
        return shard.complete().await;
    }
    shard.run(deadline).await
}

/// Sees to what follows when a step has ended. It may be done again at any time.
async fn ended(context: &Context, plan: &Plan, step: &'static Step) -> Result<Outcome, Error> {
    let latest = layout::latest_step(&plan.job.instance, step.id);
    context.write(&latest, &plan.job, Condition::Always).await?;
    advance::after(context, plan, step).await?;
    Ok(Outcome::Ended)
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
    /// What tells this slice's parts from those of another that runs at the same time by mistake.
    name: String,
}

impl<'a> Shard<'a> {
    async fn resume(
        context: &'a Context,
        plan: &'a Plan,
        step: &'static Step,
        message: &Slice,
    ) -> Result<Self, Error> {
        let stored = context.read(&plan.job.checkpoint(step.id, message.shard)).await?;
        let (checkpoint, etag) = match stored {
            Some((checkpoint, etag)) => (checkpoint, Some(etag)),
            None => (Checkpoint::default(), None),
        };
        let taken = checkpoint.frontier.parents;
        let parents = Parents::of(context, plan, step, message.shard, taken).await?;
        Ok(Self {
            context,
            plan,
            step,
            number: message.shard,
            scope: plan.instance.scope(&plan.portal, &plan.planned_at),
            fetch: context.connect(&plan.instance).await?,
            checkpoint,
            etag,
            parents,
            entities: PartWriter::default(),
            references: PartWriter::default(),
            name: Uuid::new_v4().simple().to_string()[..8].to_owned(),
        })
    }

    async fn run(mut self, deadline: Instant) -> Result<Outcome, Error> {
        let deadline = deadline.min(Instant::now() + BUDGET);
        let domain = self.plan.domain(self.step);
        let fetch = self.fetch.clone();
        let (fetch, domain) = (&*fetch, &domain);
        let mut in_flight = FuturesUnordered::new();
        let mut asked = BTreeSet::new();
        let mut wait = None;
        loop {
            while wait.is_none() && in_flight.len() < WIDTH && Instant::now() < deadline {
                let group = self.next_group(&asked).await?;
                if group.is_empty() {
                    break;
                }
                asked.extend(group.iter().map(|(chain, _)| *chain));
                let (chains, requests): (Vec<u64>, Vec<Request>) = group.into_iter().unzip();
                in_flight.push(async move { (chains, fetch.fetch(domain, requests).await) });
            }
            let answered = tokio::select! {
                answered = in_flight.next() => answered,
                () = tokio::time::sleep_until(deadline) => None,
            };
            let Some((chains, answers)) = answered else { break };
            for (chain, answer) in chains.into_iter().zip(answers) {
                asked.remove(&chain);
                wait = wait.max(self.take(chain, answer)?);
            }
            self.store_parts(false).await?;
            let items = self.checkpoint.progress.items;
            self.tell(&News::Read { step: self.step.id, items });
        }
        // What is still in flight stays in the frontier, and is asked for again.
        drop(in_flight);
        self.store_parts(true).await?;
        // A slice that ran out of time before it asked for anything has read nothing yet.
        let has_begun = self.checkpoint.frontier.parents > 0 || !self.step.list.parents.is_empty();
        let is_done =
            has_begun && self.checkpoint.frontier.is_empty() && self.parents.is_exhausted();
        match wait {
            Some(wait) if !is_done => self.pause(wait).await,
            _ if !is_done => self.go_on().await,
            _ => self.end().await,
        }
    }

    /// The next chains to ask for their next pages: several together where Microsoft Graph takes them
    /// in one request.
    async fn next_group(&mut self, asked: &BTreeSet<u64>) -> Result<Vec<(u64, Request)>, Error> {
        let has_parents = !self.step.list.parents.is_empty();
        let is_batched = self.step.list.service == Service::Graph && has_parents;
        let size = if is_batched { BATCH } else { 1 };
        let mut group = Vec::new();
        while group.len() < size {
            let waiting = self
                .checkpoint
                .frontier
                .waiting(|id| !asked.contains(&id) && !group.iter().any(|(other, _)| *other == id));
            let id = match waiting {
                Some(id) => id,
                None => match self.open().await? {
                    Some(id) => id,
                    None => break,
                },
            };
            match self.request(id) {
                Some(request) => group.push((id, request)),
                None => {
                    self.except(id, Status::Failed, "the parent lacks what the address is made of");
                }
            }
        }
        Ok(group)
    }

    /// Opens the next list: the step's only one, or that of the next parent.
    async fn open(&mut self) -> Result<Option<u64>, Error> {
        let frontier = &mut self.checkpoint.frontier;
        if self.step.list.parents.is_empty() {
            return Ok((frontier.parents == 0).then(|| frontier.open(None)));
        }
        let parent = self.parents.next().await?;
        Ok(parent.map(|parent| self.checkpoint.frontier.open(Some(parent))))
    }

    fn list(&self, chain: &Chain) -> &'static List {
        let list = &self.step.list;
        if chain.is_fallback { list.fallback.unwrap_or(list) } else { list }
    }

    fn request(&self, id: u64) -> Option<Request> {
        let chain = self.checkpoint.frontier.chain(id)?;
        let list = self.list(chain);
        let parent = chain.parent.as_ref();
        let parent = parent.map(|it| Parent { key: &it.key, kind: &it.kind, json: &it.json });
        let (base, path) = list.address(self.step, &self.scope, parent)?;
        let first = match base {
            Some(base) => Address::Host { base, path },
            None => Address::Path(path),
        };
        let address = match &chain.link {
            Some(link) => Address::Link { link: link.clone(), first: Box::new(first) },
            None => first,
        };
        Some(Request { service: list.service, address, eventual: list.eventual })
    }

    fn tell(&self, news: &News<'_>) {
        self.context.observer.observe(&self.plan.job, news);
    }
}
