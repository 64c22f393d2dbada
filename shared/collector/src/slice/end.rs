//! What a slice leaves behind: a checkpoint, or the manifest.

use std::collections::BTreeSet;

use steps::Step;
use tokio::time::Duration;

use super::checkpoint::Checkpoint;
use super::follow::Follow;
use super::items::synthesize;
use super::keep::{keep, reading};
use super::parents::Parents;
use super::task::Task;
use crate::context::{Context, Error};
use crate::ledger::{Entry, KnownBy, Progress, Status};
use crate::manifest::{Manifest, Part};
use crate::message::Slice;
use crate::plan::Plan;
use crate::ports::{Condition, Etag, QueueName, StoreError};
use crate::progress::News;

/// How a slice ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The step has its manifest, written now or before.
    Ended,
    /// A message asks for the next slice.
    Continued,
    /// Microsoft asks to wait. The same message is to be delivered again after that.
    Wait(Duration),
}

/// Stores how far the step is. False if another slice was faster, whose work then counts.
async fn store_checkpoint(task: &Task<'_>, etag: Option<Etag>) -> Result<bool, Error> {
    let name = task.plan.job.checkpoint(task.step.id);
    let condition = etag.map_or(Condition::Absent, Condition::Matches);
    match task.context.write(&name, &task.checkpoint, condition).await {
        Ok(_) => Ok(true),
        Err(Error::Store(StoreError::Conflict(_))) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Ends a slice that has to wait.
pub(super) async fn pause(
    task: &Task<'_>,
    etag: Option<Etag>,
    wait: Duration,
) -> Result<Outcome, Error> {
    task.tell(&News::Waits { step: task.step.id, wait });
    store_checkpoint(task, etag).await?;
    Ok(Outcome::Wait(wait))
}

/// Ends a slice whose time is over.
pub(super) async fn go_on(task: &mut Task<'_>, mut etag: Option<Etag>) -> Result<Outcome, Error> {
    let own = task.checkpoint.slice;
    task.checkpoint.slice = own + 1;
    while !store_checkpoint(task, etag).await? {
        // Another delivery of the same message was faster, and its work counts.
        let name = task.plan.job.checkpoint(task.step.id);
        let stored = task.context.read::<Checkpoint>(&name).await?;
        let (checkpoint, version) = stored.ok_or_else(|| Error::Unknown(name))?;
        task.checkpoint = checkpoint;
        etag = Some(version);
        // It may have died before it asked for what follows.
        if task.checkpoint.slice > own {
            break;
        }
        // It waits, and for the message that is deleted when this slice has done its part. So what
        // follows is asked for in its place: the queue would drop the same message once more.
        task.checkpoint.slice = own + 1;
    }
    ask_again(task).await
}

/// Asks for the slice that follows the checkpoint. If somebody did so before, the queue drops the
/// message.
pub(super) async fn ask_again(task: &Task<'_>) -> Result<Outcome, Error> {
    let (job, step) = (task.plan.job.clone(), task.step.id.to_owned());
    let next = Slice { job, step, slice: task.checkpoint.slice };
    task.context.queue.send(QueueName::Collect, vec![next.outgoing(task.plan)]).await?;
    Ok(Outcome::Continued)
}

/// Ends a step of which everything was read, by its manifest.
pub(super) async fn end(
    task: &mut Task<'_>,
    follow: &Follow,
    parents: &Parents<'_>,
) -> Result<Outcome, Error> {
    synthesize(task)?;
    task.store_parts(true).await?;
    let progress = std::mem::take(&mut task.checkpoint.progress);
    let parts = std::mem::take(&mut task.checkpoint.parts);
    let (ended, reason) = status(task, parents, &progress);
    let mut manifest = manifest(task.plan, task.step, progress, parts, ended, reason.as_deref());
    if task.checkpoint.delta.is_some() {
        let reading = Box::pin(reading(follow, task, ended)).await?;
        manifest.ledger.iter_mut().for_each(|it| it.reading = Some(reading.clone()));
        manifest.kept = keep(follow, task, ended).await?;
    }
    publish(task.context, task.plan, task.step, &manifest).await
}

/// How complete the step is. A list of each parent is no more complete than that of the parents.
fn status(task: &Task<'_>, parents: &Parents<'_>, progress: &Progress) -> (Status, Option<String>) {
    let is_one_list = task.step.list.parents.is_empty();
    if is_one_list && progress.lists == 0 && progress.exceptions.is_empty() {
        // This never happens as long as the loop is right. It must not prove anything if it does.
        return (Status::Failed, Some("the list was never requested".to_owned()));
    }
    let (status, reason) = progress.status();
    match parents.incomplete() {
        Some(parents) if status == Status::Complete => (Status::Partial, Some(parents.to_owned())),
        _ => (status, reason),
    }
}

/// Ends a step that has nothing to read: it stands in for one which was read, or there can be
/// nothing.
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

/// Ends a step that an earlier job has read.
pub(super) async fn known(
    context: &Context,
    plan: &Plan,
    step: &'static Step,
    at: &str,
) -> Result<Outcome, Error> {
    let reason = format!("it is slow, and was read last at {at}");
    let mut manifest = unread(plan, step, Status::Known, &reason);
    for entry in &mut manifest.ledger {
        entry.known_at = Some(at.to_owned());
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
            if let Some(entry) = manifest.ledger.first() {
                let ended = News::Ended { step: step.id, entry, manifest };
                context.observer.observe(&plan.job, &ended);
            }
        }
        Err(Error::Store(StoreError::Conflict(_))) => (),
        Err(error) => return Err(error),
    }
    Ok(Outcome::Ended)
}

/// The manifest of a step that was not read to its end.
pub(crate) fn unread(plan: &Plan, step: &Step, status: Status, reason: &str) -> Manifest {
    manifest(plan, step, Progress::default(), Vec::new(), status, Some(reason))
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
        known_at: None,
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
