//! What a slice leaves behind: parts, and a checkpoint or the manifest.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use steps::{Item, Output, Step};
use tokio::time::Duration;

use super::{Checkpoint, Outcome, Shard};
use crate::context::{Context, Error, News};
use crate::layout::Content;
use crate::ledger::{Entry, KnownBy, Progress, Status};
use crate::manifest::{Manifest, Part};
use crate::message::Slice;
use crate::part::PartWriter;
use crate::plan::Plan;
use crate::ports::{Body, Condition, QueueName, StoreError};

/// What a shard stored, once it has ended.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Ended {
    progress: Progress,
    pub(super) parts: Vec<Part>,
}

impl Shard<'_> {
    /// Stores the parts that are full, or all.
    pub(super) async fn store_parts(&mut self, all: bool) -> Result<(), Error> {
        for content in [Content::Entities, Content::References, Content::Items, Content::Changes] {
            let writer = self.writer(content);
            if !all && !writer.is_full() {
                continue;
            }
            let Some(body) = writer.take()? else { continue };
            let number = self.checkpoint.next_part;
            self.checkpoint.next_part += 1;
            let name = self.plan.job.part(self.step.id, self.number, number, &self.name, content);
            self.context.store.put(&name, Body::Bytes(body), Condition::Always).await?;
            match (content, &mut self.checkpoint.delta) {
                (Content::Items, Some(delta)) => delta.items.push(name),
                (Content::Changes, Some(delta)) => delta.changes.push(name),
                _ => self.checkpoint.parts.push(Part { name, content }),
            }
        }
        Ok(())
    }

    const fn writer(&mut self, content: Content) -> &mut PartWriter {
        match content {
            Content::Entities => &mut self.entities,
            Content::References => &mut self.references,
            Content::Items => &mut self.items,
            Content::Changes => &mut self.changes,
        }
    }

    /// Whether a part is full.
    pub(super) const fn is_full(&self) -> bool {
        self.entities.is_full() || self.references.is_full() || self.items.is_full()
    }

    /// Stores how far the shard is. False if another slice was faster, whose work then counts.
    async fn store_checkpoint(&mut self) -> Result<bool, Error> {
        let name = self.plan.job.checkpoint(self.step.id, self.number);
        let condition = self.etag.take().map_or(Condition::Absent, Condition::Matches);
        match self.context.write(&name, &self.checkpoint, condition).await {
            Ok(_) => Ok(true),
            Err(Error::Store(StoreError::Conflict(_))) => Ok(false),
            Err(error) => Err(error),
        }
    }

    pub(super) async fn pause(mut self, wait: Duration) -> Result<Outcome, Error> {
        self.tell(&News::Waits { step: self.step.id, wait });
        self.store_checkpoint().await?;
        Ok(Outcome::Wait(wait))
    }

    pub(super) async fn go_on(mut self) -> Result<Outcome, Error> {
        let own = self.checkpoint.slice;
        self.checkpoint.slice = own + 1;
        while !self.store_checkpoint().await? {
            // Another delivery of the same message was faster, and its work counts.
            let name = self.plan.job.checkpoint(self.step.id, self.number);
            let stored = self.context.read::<Checkpoint>(&name).await?;
            let (checkpoint, etag) = stored.ok_or_else(|| Error::Unknown(name))?;
            self.checkpoint = checkpoint;
            self.etag = Some(etag);
            // It may have died before it asked for what follows.
            if self.checkpoint.slice > own {
                break;
            }
            // It waits, and for the message that is deleted when this slice has done its part. So what
            // follows is asked for in its place: the queue would drop the same message once more.
            self.checkpoint.slice = own + 1;
        }
        self.ask_again().await
    }

    /// Asks for the slice that follows the checkpoint. If somebody did so before, the queue drops the
    /// message.
    pub(super) async fn ask_again(self) -> Result<Outcome, Error> {
        let (job, step) = (self.plan.job.clone(), self.step.id.to_owned());
        let next = Slice { job, step, shard: self.number, slice: self.checkpoint.slice };
        self.context.queue.send(QueueName::Collect, vec![next.outgoing(self.plan)]).await?;
        Ok(Outcome::Continued)
    }

    pub(super) async fn end(mut self) -> Result<Outcome, Error> {
        self.stand_in()?;
        self.store_parts(true).await?;
        let progress = std::mem::take(&mut self.checkpoint.progress);
        let parts = std::mem::take(&mut self.checkpoint.parts);
        let ended = Ended { progress, parts };
        if self.parents.shards() == 1 {
            return self.close(ended).await;
        }
        let name = self.plan.job.shard(self.step.id, self.number);
        match self.context.write(&name, &ended, Condition::Absent).await {
            // Another slice of the shard was faster, and its work counts.
            Ok(_) | Err(Error::Store(StoreError::Conflict(_))) => self.complete().await,
            Err(error) => Err(error),
        }
    }

    /// Ends the step if every shard of it has ended.
    pub(super) async fn complete(self) -> Result<Outcome, Error> {
        let mut all = Ended::default();
        for shard in 0..self.parents.shards() {
            let name = self.plan.job.shard(self.step.id, shard);
            let Some((ended, _)) = self.context.read::<Ended>(&name).await? else {
                return Ok(Outcome::Ended(Vec::new()));
            };
            all.progress.add(ended.progress);
            all.parts.extend(ended.parts);
        }
        self.close(all).await
    }

    /// Writes the manifest.
    async fn close(self, Ended { progress, parts }: Ended) -> Result<Outcome, Error> {
        let (status, reason) = self.status(&progress);
        let mut manifest =
            manifest(self.plan, self.step, progress, parts, status, reason.as_deref());
        if self.checkpoint.delta.is_some() {
            let reading = Box::pin(self.reading(status)).await?;
            manifest.ledger.iter_mut().for_each(|it| it.reading = Some(reading.clone()));
            manifest.kept = self.keep(status).await?;
        }
        publish(self.context, self.plan, self.step, &manifest).await
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
    fn status(&self, progress: &Progress) -> (Status, Option<String>) {
        let is_one_list = self.step.list.parents.is_empty();
        if is_one_list && progress.lists == 0 && progress.exceptions.is_empty() {
            // This never happens as long as the loop is right. It must not prove anything if it does.
            return (Status::Failed, Some("the list was never requested".to_owned()));
        }
        let (status, reason) = progress.status();
        match self.parents.incomplete() {
            Some(parents) if status == Status::Complete => {
                (Status::Partial, Some(parents.to_owned()))
            }
            _ => (status, reason),
        }
    }
}

/// Ends a step that has nothing to read: it stands in for one which was read, or there can be nothing.
pub(super) async fn skip(
    context: &Context,
    plan: &Plan,
    step: &'static Step,
    reason: &str,
    known_by: KnownBy,
) -> Result<Outcome, Error> {
    let status = Status::Skipped;
    let mut manifest = manifest(plan, step, Progress::default(), Vec::new(), status, Some(reason));
    for entry in &mut manifest.ledger {
        entry.known_by = known_by;
    }
    publish(context, plan, step, &manifest).await
}

/// Ends a step by its manifest, unless another slice was faster, whose work then counts.
async fn publish(
    context: &Context,
    plan: &Plan,
    step: &'static Step,
    manifest: &Manifest,
) -> Result<Outcome, Error> {
    match context.write(&plan.job.manifest(step.id), manifest, Condition::Absent).await {
        Ok(_) => {
            // The entries of a step for its several types tell of the same lists.
            if let Some(Entry { status, reason, items, .. }) = manifest.ledger.first() {
                let (status, reason, items) = (*status, reason.as_deref(), *items);
                let ended = News::Ended { step: step.id, status, reason, items };
                context.observer.observe(&plan.job, &ended);
            }
        }
        Err(Error::Store(StoreError::Conflict(_))) => (),
        Err(error) => return Err(error),
    }
    super::ended(context, plan, step).await
}

/// The manifest of a step that was never read to its end.
pub(crate) fn failed(plan: &Plan, step: &Step, reason: &str) -> Manifest {
    manifest(plan, step, Progress::default(), Vec::new(), Status::Failed, Some(reason))
}

fn manifest(
    plan: &Plan,
    step: &Step,
    progress: Progress,
    parts: Vec<Part>,
    status: Status,
    reason: Option<&str>,
) -> Manifest {
    let kinds: BTreeSet<String> = step.read_types().map(|it| it.kind.to_owned()).collect();
    let entry = |kind: Option<String>| Entry {
        step: step.id.to_owned(),
        scope: plan.scope_of(step).to_owned(),
        kind,
        pages: progress.pages,
        items: progress.items,
        counted: progress.counted,
        requests: progress.requests,
        bytes: progress.bytes,
        last: progress.last.clone(),
        status,
        reason: reason.map(str::to_owned),
        known_by: KnownBy::Read,
        vain: progress.vain.clone(),
        reading: None,
    };
    let ledger = if kinds.is_empty() {
        vec![entry(None)]
    } else {
        kinds.into_iter().map(|kind| entry(Some(kind))).collect()
    };
    Manifest {
        step: step.id.to_owned(),
        parts,
        ledger,
        entities: progress.entities,
        references: progress.references,
        vanished: progress.vanished,
        exceptions: progress.examples,
        drift: progress.drift,
        discoveries: progress.discoveries,
        kept: None,
    }
}
