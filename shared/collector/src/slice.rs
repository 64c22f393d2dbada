//! The part of a step that one invocation does: fetch, convert, store.
//!
//! A slice only says how it ended; [`work`](crate::work) sees to what follows. It is made of these
//! modules, of which each knows only those after it:
//!
//! 1. `run` is the loop that asks and takes; `take` hands an answer to the reader that knows what
//!    it is; `end` leaves a checkpoint or the manifest behind.
//! 2. The readers: `pages` (lists and tables), `export` (reports that are prepared on request),
//!    `expanded` (lists that come with their parents), and `follow` (changes), with `stale`,
//!    `merge`, `divergence` and `keep` for what is made of them.
//! 3. `task` is what all of them work on: what is read, how far that is, and where it goes;
//!    `items` converts.
//! 4. `checkpoint`, `frontier`, `cursor`, `delta` and `patience` are what is stored between slices,
//!    and `parents` reads what lists belong to.

mod checkpoint;
mod cursor;
mod delta;
mod divergence;
mod end;
mod expanded;
mod export;
mod follow;
mod frontier;
mod give_up;
mod items;
mod keep;
mod merge;
mod pages;
mod parents;
mod patience;
mod rows;
mod run;
mod stale;
mod take;
mod task;
mod writers;

use serde::Deserialize as _;
use serde_json::Value;
use steps::Step;
use tokio::time::Instant;

use crate::context::{Context, Error};
use crate::ledger::KnownBy;
use crate::manifest::{Manifest, Part};
use crate::message::Slice;
use crate::plan::Plan;
use crate::ports::Failure;
use checkpoint::Checkpoint;
pub(crate) use end::{Outcome, unread};
pub use run::BUDGET;
use run::Run;

/// Runs one slice of a step, until the step ends, `deadline` nears, or Microsoft asks to wait.
///
/// A slice may die anywhere, be run again, or be run twice at once: what it stores counts only once
/// a checkpoint or the manifest names it, and both are written under a condition.
///
/// # Errors
///
/// If storage or the queue fails. What Microsoft refuses is in the ledger.
pub(crate) async fn run(
    context: &Context,
    plan: &Plan,
    step: &'static Step,
    message: &Slice,
    deadline: Instant,
) -> Result<Outcome, Error> {
    let job = &plan.job;
    if context.store.get(&job.manifest(step.id)).await?.is_some() {
        return Ok(Outcome::Ended);
    }
    if let Some(at) = plan.known_at(step) {
        return end::known(context, plan, step, at).await;
    }
    if let Some(original) = step.fallback_for.filter(|_| plan.is_whole) {
        let name = job.manifest(original);
        let (manifest, _): (Manifest, _) =
            context.read(&name).await?.ok_or_else(|| Error::Unknown(name))?;
        if manifest.is_complete() {
            let reason = format!("{original} was read");
            return end::skip(context, plan, step, &reason, KnownBy::Read).await;
        }
    }
    if let Some(namespace) = plan.lacks_provider(step) {
        let reason = Failure::NotRegistered(namespace.to_owned()).to_string();
        return end::skip(context, plan, step, &reason, KnownBy::NotRegistered).await;
    }
    if let Some(kind) = plan.lacks_type(step) {
        let reason = format!("Azure Resource Graph shows no {kind}");
        return end::skip(context, plan, step, &reason, KnownBy::Index).await;
    }
    let run = Run::resume(context, plan, step, message).await?;
    if run.is_past(message.slice) {
        // This slice was done, and perhaps died before it asked for the next.
        return run.ask_again().await;
    }
    // All that a slice needs is large, and whoever waits for it should not have to be.
    Box::pin(run.read(deadline)).await
}

/// The parts that a checkpoint names; none if it is no checkpoint.
pub(crate) fn parts(stored: &Value) -> Option<Vec<String>> {
    let Checkpoint { parts, delta, .. } = Checkpoint::deserialize(stored).ok()?;
    let delta = delta.into_iter().flat_map(|it| it.items.into_iter().chain(it.changes));
    Some(parts.into_iter().map(|Part { name, .. }| name).chain(delta).collect())
}
