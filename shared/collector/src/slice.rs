//! The part of a step that one invocation does: fetch, convert, store.
//!
//! There is one loop for all steps. It keeps as many requests in flight as the throttle domain is
//! worth, takes each page as it comes, and turns its items into parts at once, so that memory holds
//! the pages in flight and no more.

mod frontier;
mod parents;

use std::collections::BTreeSet;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use steps::{Item, List, Output, Parent, Scope, Service, Step};
use tokio::time::{Duration, Instant};
use uuid::Uuid;

use crate::advance;
use crate::context::{Context, Error, News};
use crate::layout::{self, Content, Job};
use crate::ledger::{Entry, Progress, Status};
use crate::manifest::{Manifest, Part};
use crate::message::Slice;
use crate::page::Page;
use crate::part::PartWriter;
use crate::plan::Plan;
use crate::ports::{
    Address, Answer, Body, Condition, Etag, Failure, Fetch, QueueName, Request, StoreError,
};
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
        advance::after(context, &plan, step).await?;
        return Ok(Outcome::Ended);
    }
    let shard = Shard::resume(context, &plan, step, message).await?;
    shard.run(deadline).await
}

struct Shard<'a> {
    context: &'a Context,
    plan: &'a Plan,
    step: &'static Step,
    shard: u32,
    scope: Scope,
    fetch: std::sync::Arc<dyn Fetch>,
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
        let parents = Parents::of(context, plan, step, checkpoint.frontier.parents).await?;
        Ok(Self {
            context,
            plan,
            step,
            shard: message.shard,
            scope: plan.instance.scope(&plan.portal),
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
        let is_done = self.checkpoint.frontier.is_empty() && self.parents.is_exhausted();
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
                    self.except(id, Status::Failed, "the parent lacks what the address is made of")
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
        Some(Request { service: list.service, address, eventual: false })
    }

    /// Takes the answer for a chain. Returns how long Microsoft asks to wait, if it does.
    fn take(&mut self, id: u64, answer: Answer) -> Result<Option<Duration>, Error> {
        let failure = match answer {
            Ok(document) => {
                let progress = &mut self.checkpoint.progress;
                progress.requests += u64::from(document.requests);
                progress.bytes += document.body.len() as u64;
                return self.page(id, &document.body).map(|()| None);
            }
            Err(failure) => failure,
        };
        let reason = failure.to_string();
        match failure {
            Failure::Throttled { wait } => return Ok(Some(wait)),
            Failure::PageExpired(_) if self.restart(id) => (),
            Failure::Forbidden(_) if self.fall_back(id) => (),
            Failure::Gone(_) if self.has_parent(id) => {
                // It was listed, and is gone: what it held is gone with it.
                self.checkpoint.progress.vanished += 1;
                self.checkpoint.progress.lists += 1;
                self.checkpoint.frontier.close(id);
            }
            Failure::NotRegistered(_) => self.except(id, Status::Skipped, &reason),
            Failure::Forbidden(_) => self.except(id, Status::Forbidden, &reason),
            Failure::Retired(_) => self.except(id, Status::Retired, &reason),
            Failure::Gone(_)
            | Failure::PageExpired(_)
            | Failure::Authentication(_)
            | Failure::Failed(_) => self.except(id, Status::Failed, &reason),
        }
        Ok(None)
    }

    fn restart(&mut self, id: u64) -> bool {
        self.checkpoint.frontier.chain_mut(id).is_some_and(Chain::restart)
    }

    fn has_parent(&self, id: u64) -> bool {
        self.checkpoint.frontier.chain(id).is_some_and(|it| it.parent.is_some())
    }

    /// Reads the list another way, if there is one that was not tried.
    fn fall_back(&mut self, id: u64) -> bool {
        let has_fallback = self.step.list.fallback.is_some();
        let chain = self.checkpoint.frontier.chain_mut(id);
        chain.is_some_and(|chain| has_fallback && chain.fall_back())
    }

    /// Notes that a list cannot be read to its end.
    fn except(&mut self, id: u64, status: Status, reason: &str) {
        let Some(chain) = self.checkpoint.frontier.close(id) else { return };
        let scope = chain.parent.as_ref().map_or_else(
            || self.plan.scope_of(self.step).to_owned(),
            |parent| parent.key.to_string(),
        );
        self.checkpoint.progress.except(&scope, status, reason);
    }

    fn page(&mut self, id: u64, body: &[u8]) -> Result<(), Error> {
        let Some(chain) = self.checkpoint.frontier.chain(id).cloned() else { return Ok(()) };
        let list = self.list(&chain);
        let page = match Page::read(body, list.shape) {
            Ok(page) => page,
            Err(error) => {
                let reason = format!("failed: a page is not a list ({error})");
                self.except(id, Status::Failed, &reason);
                return Ok(());
            }
        };
        for raw in &page.items {
            self.item(raw, &chain)?;
        }
        let last = self.request(id).map(|it| address_of(&it));
        let progress = &mut self.checkpoint.progress;
        progress.pages += 1;
        progress.items += page.items.len() as u64;
        progress.last = last;
        match page.next {
            None => {
                self.checkpoint.progress.lists += 1;
                self.checkpoint.frontier.close(id);
            }
            Some(link) => {
                let chain = self.checkpoint.frontier.chain_mut(id);
                let follows = chain.map_or(Ok(()), |it| it.follow(&link, page.items.is_empty()));
                if let Err(reason) = follows {
                    self.except(id, Status::Failed, reason);
                }
            }
        }
        Ok(())
    }

    /// Converts one item, and writes what it becomes. An odd item costs itself only.
    fn item(&mut self, raw: &RawValue, chain: &Chain) -> Result<(), Error> {
        let Ok(json) = serde_json::from_str::<Value>(raw.get()) else {
            let drift = &mut self.checkpoint.progress.drift;
            *drift.entry(format!("{}.item", self.step.id)).or_default() += 1;
            return Ok(());
        };
        let parent = chain.parent.as_ref();
        let parent = parent.map(|it| Parent { key: &it.key, kind: &it.kind, json: &it.json });
        let mut out = Output::default();
        self.step.convert(Item { json: &json, raw, parent, scope: &self.scope }, &mut out);
        self.write(&out)
    }

    fn write(&mut self, out: &Output) -> Result<(), Error> {
        let progress = &mut self.checkpoint.progress;
        for entity in &out.entities {
            self.entities.entity(entity)?;
            if !entity.is_patch {
                *progress.entities.entry(entity.kind.to_owned()).or_default() += 1;
            }
        }
        for reference in &out.references {
            self.references.reference(reference)?;
        }
        progress.references += out.references.len() as u64;
        for drift in &out.drift {
            *progress.drift.entry(drift.clone()).or_default() += 1;
        }
        Ok(())
    }

    /// Stores the parts that are full, or all.
    async fn store_parts(&mut self, all: bool) -> Result<(), Error> {
        for content in [Content::Entities, Content::References] {
            let writer = match content {
                Content::Entities => &mut self.entities,
                Content::References => &mut self.references,
            };
            if !all && !writer.is_full() {
                continue;
            }
            let Some(body) = writer.take()? else { continue };
            let number = self.checkpoint.next_part;
            self.checkpoint.next_part += 1;
            let name = self.plan.job.part(self.step.id, self.shard, number, &self.name, content);
            self.context.store.put(&name, Body::Bytes(body), Condition::Always).await?;
            self.checkpoint.parts.push(Part { name, content });
        }
        Ok(())
    }

    /// Stores how far the shard is. False if another slice was faster, whose work then counts.
    async fn store_checkpoint(&mut self) -> Result<bool, Error> {
        self.checkpoint.slice += 1;
        let name = self.plan.job.checkpoint(self.step.id, self.shard);
        let condition = self.etag.take().map_or(Condition::Absent, Condition::Matches);
        match self.context.write(&name, &self.checkpoint, condition).await {
            Ok(_) => Ok(true),
            Err(Error::Store(StoreError::Conflict(_))) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn pause(mut self, wait: Duration) -> Result<Outcome, Error> {
        self.tell(&News::Waits { step: self.step.id, wait });
        self.store_checkpoint().await?;
        Ok(Outcome::Wait(wait))
    }

    async fn go_on(mut self) -> Result<Outcome, Error> {
        if self.store_checkpoint().await? {
            let next = Slice {
                job: self.plan.job.clone(),
                step: self.step.id.to_owned(),
                shard: self.shard,
                slice: self.checkpoint.slice,
            };
            self.context.queue.send(QueueName::Collect, vec![next.outgoing(self.plan)]).await?;
        }
        Ok(Outcome::Continued)
    }

    async fn end(mut self) -> Result<Outcome, Error> {
        self.stand_in()?;
        self.store_parts(true).await?;
        let (status, reason) = self.status();
        let items = self.checkpoint.progress.items;
        let manifest = self.manifest(status, reason.as_deref());
        let Job { instance, .. } = &self.plan.job;
        let name = self.plan.job.manifest(self.step.id);
        match self.context.write(&name, &manifest, Condition::Absent).await {
            Ok(_) => {
                let latest = layout::latest_step(instance, self.step.id);
                self.context.write(&latest, &self.plan.job, Condition::Always).await?;
                let reason = reason.as_deref();
                self.tell(&News::Ended { step: self.step.id, status, reason, items });
            }
            Err(Error::Store(StoreError::Conflict(_))) => (),
            Err(error) => return Err(error),
        }
        advance::after(self.context, self.plan, self.step).await?;
        Ok(Outcome::Ended)
    }

    /// Where the only list cannot be read and its entity has to exist, makes it of what is known.
    fn stand_in(&mut self) -> Result<(), Error> {
        let (Some(stand_in), true) = (self.step.stand_in, self.checkpoint.progress.items == 0)
        else {
            return Ok(());
        };
        let json = stand_in(&self.scope);
        let raw = serde_json::value::to_raw_value(&json).map_err(std::io::Error::from)?;
        let mut out = Output::default();
        let item = Item { json: &json, raw: &raw, parent: None, scope: &self.scope };
        self.step.convert(item, &mut out);
        self.write(&out)
    }

    /// How complete the step is. A list of each parent is no more complete than that of the parents.
    fn status(&self) -> (Status, Option<String>) {
        let (status, reason) = self.checkpoint.progress.status();
        match self.parents.incomplete() {
            Some(parents) if status == Status::Complete => {
                (Status::Partial, Some(parents.to_owned()))
            }
            _ => (status, reason),
        }
    }

    fn manifest(&mut self, status: Status, reason: Option<&str>) -> Manifest {
        let progress = std::mem::take(&mut self.checkpoint.progress);
        let patched = self.step.emits.filter(|_| !self.step.patches.is_empty());
        let declared = self.step.entity_types().chain(patched);
        let kinds: BTreeSet<String> = declared.map(|it| it.kind.to_owned()).collect();
        let entry = |kind: Option<String>| Entry {
            step: self.step.id.to_owned(),
            scope: self.plan.scope_of(self.step).to_owned(),
            kind,
            pages: progress.pages,
            items: progress.items,
            requests: progress.requests,
            bytes: progress.bytes,
            last: progress.last.clone(),
            status,
            reason: reason.map(str::to_owned),
        };
        let ledger = match kinds.is_empty() {
            true => vec![entry(None)],
            false => kinds.into_iter().map(|kind| entry(Some(kind))).collect(),
        };
        Manifest {
            step: self.step.id.to_owned(),
            parts: std::mem::take(&mut self.checkpoint.parts),
            ledger,
            entities: progress.entities,
            references: progress.references,
            vanished: progress.vanished,
            exceptions: progress.examples,
            drift: progress.drift,
        }
    }

    fn tell(&self, news: &News<'_>) {
        self.context.observer.observe(&self.plan.job, news);
    }
}

/// The address of a request without its query.
fn address_of(request: &Request) -> String {
    let address = match &request.address {
        Address::Path(path) => path.clone(),
        Address::Host { base, path } => format!("{}{path}", base.trim_end_matches('/')),
        Address::Link { link, .. } => link.clone(),
    };
    address.split('?').next().unwrap_or_default().to_owned()
}
