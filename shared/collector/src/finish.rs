//! From what the steps stored to a snapshot.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde::{Deserialize, Serialize};
use steps::Step;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::time::Instant;

use crate::advance;
use crate::context::{Context, Error, Stored};
use crate::layout::{self, Job, RecordKind};
use crate::ledger::Status;
use crate::link::{self, Outcome, Turn};
use crate::manifest::{Manifest, apply_fallbacks};
use crate::message::Finish;
use crate::plan::Plan;
use crate::ports::{Condition, QueueName, StoreError};
use crate::progress::News;
use crate::slice;
use crate::snapshot::{self, Latest};
use crate::summary::{BARE, JobStatus, Linked, SetAside, Summary};

/// How often a job is tried to be finished before it is given up.
pub(crate) const TRIES: u32 = 3;

/// How many manifests are asked for at once.
const AT_ONCE: usize = 16;

/// Why a job could not be finished, and how often.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Tries {
    pub(crate) count: u32,
    pub(crate) reason: String,
}

/// Why a slow step is not complete in an early snapshot.
const PENDING: &str = "it is still being read, and the snapshot is amended when it has been";

/// Why what an earlier job read is not known after all.
const SET_ASIDE: &str = "it was not read again, and the last snapshot, which had it, is set aside";

/// Links what a job's steps stored, writes the snapshot and the summary, and moves `latest`.
///
/// A message may also ask for the early snapshot of a job, while slow steps are at work: it is a
/// snapshot of its own, and the job goes on as if there were none.
///
/// It may be done again at any time, and comes to the same. A job that cannot be finished because
/// of what is stored of it is given up after three tries: its summary then says why, and `latest`
/// stays. If `deadline` passes before the snapshot is written, a message asks for the rest, and
/// there is no summary yet.
///
/// # Errors
///
/// If a step has not ended, or storage fails.
pub async fn run(
    context: &Context,
    message: &Finish,
    deadline: Instant,
) -> Result<Option<Summary>, Error> {
    let turn = Turn { number: message.turn, deadline };
    if let Some(job) = message.job.of_early() {
        return early(context, &job, turn).await;
    }
    let job = &message.job;
    if let (Some(summary), _) = context.spare(&job.summary()).await? {
        return Ok(Some(summary));
    }
    let error = match finish(context, job, turn).await {
        // What is stored does not mend itself. Anything else may be better the next time.
        Err(error) if error.object().is_some() => error,
        finished => {
            if matches!(finished, Ok(Some(_))) {
                context.claims.release(&job.instance);
            }
            return finished;
        }
    };
    let (tries, _) = context.spare::<Tries>(&job.tries()).await?;
    let count = tries.unwrap_or_default().count + 1;
    let tries = Tries { count, reason: error.to_string() };
    context.write(&job.tries(), &tries, Condition::Always).await?;
    if count < TRIES {
        return Err(error);
    }
    let reason = format!("it could not be finished in {count} tries: {error}");
    let failed = fail(context, job, &reason).await;
    context.claims.release(&job.instance);
    failed.map(Some)
}

async fn finish(context: &Context, job: &Job, turn: Turn) -> Result<Option<Summary>, Error> {
    let plan = plan_of(context, job).await?;
    let manifests = manifests(context, &plan, &BTreeSet::new()).await?;
    let Some(mut summary) = summarize(context, &plan, manifests, turn).await? else {
        return Ok(None);
    };
    let (early, _) = context.spare::<Summary>(&job.early().snapshot_summary()).await?;
    summary.published_at = early.map(|it| it.finished_at);
    // What later jobs have to know stays with the snapshot. The summary of the job ends the job, so
    // `latest` moves before it: no one sees a job that has ended without its snapshot.
    context.write(&job.snapshot_summary(), &summary, Condition::Always).await?;
    move_latest(context, &plan, summary.status).await?;
    context.write(&job.summary(), &summary, Condition::Always).await?;
    context.observer.observe(job, &News::Finished { summary: &summary });
    Ok(Some(summary))
}

/// Publishes what a job has read while slow steps are at work. Nothing comes of it once these have
/// ended, or if it cannot be done: the job's own finish comes to more, and says what is wrong.
async fn early(context: &Context, job: &Job, turn: Turn) -> Result<Option<Summary>, Error> {
    let mut plan = plan_of(context, job).await?;
    let Some(pending) = pending(context, &plan).await? else { return Ok(None) };
    plan.job = job.early();
    let summary = match summarize_early(context, &plan, &pending, turn).await {
        Ok(Some(summary)) => summary,
        Err(error) if error.object().is_some() => {
            let (instance, job) = (&job.instance, &job.id);
            tracing::warn!(instance, job, %error, "a job has no early snapshot");
            return Ok(None);
        }
        other => return other,
    };
    if !move_latest(context, &plan, summary.status).await? {
        return Ok(None);
    }
    context.observer.observe(job, &News::Published { pending: pending.len() });
    Ok(Some(summary))
}

/// Writes an early snapshot with its summary, unless that was done before.
async fn summarize_early(
    context: &Context,
    plan: &Plan,
    pending: &BTreeSet<String>,
    turn: Turn,
) -> Result<Option<Summary>, Error> {
    let name = plan.job.snapshot_summary();
    if let (Some(summary), _) = context.spare(&name).await? {
        return Ok(Some(summary));
    }
    let manifests = manifests(context, plan, pending).await?;
    let Some(mut summary) = summarize(context, plan, manifests, turn).await? else {
        return Ok(None);
    };
    summary.published_at = Some(summary.finished_at.clone());
    context.write(&name, &summary, Condition::Always).await?;
    Ok(Some(summary))
}

/// The slow steps that an early snapshot of a job is made without; none if it is not to be made any
/// more. Those that end while it is made are among them: each turn goes on with what was linked
/// before.
async fn pending(context: &Context, plan: &Plan) -> Result<Option<BTreeSet<String>>, Error> {
    let job = &plan.job;
    let ended = advance::ended(context, job).await?;
    let left = plan.enabled().map(|(planned, _)| planned).filter(|it| !ended.contains(&it.id));
    let left: BTreeSet<String> =
        left.filter(|it| it.takes_long()).map(|it| it.id.clone()).collect();
    if left.is_empty() || context.store.get(&job.summary()).await?.is_some() {
        return Ok(None);
    }
    let note = job.early().linking("pending.json");
    match context.write(&note, &left, Condition::Absent).await {
        Err(Error::Store(StoreError::Conflict(_))) => {
            Ok(context.read(&note).await?.map(|(noted, _)| noted))
        }
        written => written.map(|_| Some(left)),
    }
}

async fn plan_of(context: &Context, job: &Job) -> Result<Plan, Error> {
    let plan = context.read(&job.plan()).await?.ok_or_else(|| Error::Unknown(job.plan()))?;
    Ok(plan.0)
}

/// Links what steps stored, and writes the snapshot but for its summary, which is returned unless
/// the time was over before.
async fn summarize(
    context: &Context,
    plan: &Plan,
    mut manifests: Vec<Manifest>,
    turn: Turn,
) -> Result<Option<Summary>, Error> {
    let job = &plan.job;
    apply_fallbacks(&mut manifests);
    let whole = job.whole();
    context.observer.observe(&whole, &News::Links);
    let (graph, last) = match compare(context, plan, &mut manifests, turn).await? {
        (Outcome::Linked(graph), last) => (*graph, last),
        (Outcome::Paused(turn), _) => {
            context.observer.observe(&whole, &News::LinksLater { turns: turn });
            let rest = Finish { job: job.clone(), turn };
            context.queue.send(QueueName::Finish, vec![rest.outgoing()]).await?;
            return Ok(None);
        }
    };
    for manifest in &mut manifests {
        if let Some(why) = graph.shortfalls.get(&manifest.step) {
            manifest.lacks(why);
        }
    }
    let mut summary = Summary::new(plan, &manifests, graph, OffsetDateTime::now_utc());
    match last {
        Last::Compared => (),
        Last::Bare => summary.note_last_snapshot(plan.tenant_id(), Status::Partial, BARE),
        Last::SetAside(set_aside) => {
            let reason = set_aside.to_string();
            let Job { instance, id: job } = job;
            tracing::error!(instance, job, reason, "a snapshot is set aside");
            summary.note_last_snapshot(plan.tenant_id(), Status::Failed, &reason);
            summary.set_aside = Some(set_aside);
        }
    }
    Ok(Some(summary))
}

/// The manifests of a job's steps. Some are taken for pending, whether they have ended or not.
async fn manifests(
    context: &Context,
    plan: &Plan,
    pending: &BTreeSet<String>,
) -> Result<Vec<Manifest>, Error> {
    let known = |step: &Step| {
        let is_pending = pending.contains(step.id);
        is_pending.then(|| slice::unread(plan, step, Status::Pending, PENDING))
    };
    let steps = plan.enabled().map(|(_, step)| (plan.job.whole().manifest(step.id), known(step)));
    let steps: Vec<(String, Option<Manifest>)> = steps.collect();
    let manifest = async |(name, known): (String, Option<Manifest>)| {
        if let Some(manifest) = known {
            return Ok(manifest);
        }
        let manifest = context.read(&name).await?.ok_or_else(|| Error::Unknown(name))?;
        Ok(manifest.0)
    };
    stream::iter(steps).map(manifest).buffered(AT_ONCE).try_collect().await
}

/// What became of the last snapshot.
enum Last {
    /// It was compared with, or there is none.
    Compared,
    /// It was compared with, but nothing was concluded from that.
    Bare,
    /// It cannot be read.
    SetAside(SetAside),
}

/// Links, and compares with the last snapshot as far as that can be read. A damaged one is set
/// aside.
async fn compare(
    context: &Context,
    plan: &Plan,
    manifests: &mut [Manifest],
    turn: Turn,
) -> Result<(Outcome, Last), Error> {
    let Some(job) = &plan.previous else {
        let outcome = link::link(context, plan, manifests, None, turn).await?;
        let name = layout::latest(&plan.job.instance);
        let last = match context.look::<Latest>(&name).await? {
            Stored::Damaged { cause, .. } => {
                let reason = Error::unreadable(&name, &cause).to_string();
                Last::SetAside(SetAside { job: None, reason, lost: BTreeMap::new() })
            }
            Stored::Absent | Stored::Sound(..) => Last::Compared,
        };
        return Ok((outcome, last));
    };
    // What an earlier turn has set aside stays there: it has written a part of a snapshot that was
    // compared with nothing.
    let note = plan.job.linking("set-aside.json");
    let set_aside = match context.spare::<SetAside>(&note).await?.0 {
        Some(set_aside) => set_aside,
        None => match against(context, plan, manifests, turn, job).await? {
            Ok(compared) => return Ok(compared),
            Err(set_aside) => {
                context.write(&note, &set_aside, Condition::Always).await?;
                set_aside
            }
        },
    };
    forget_known(manifests);
    let outcome = link::link(context, plan, manifests, None, turn).await?;
    Ok((outcome, Last::SetAside(set_aside)))
}

/// Links, and compares with the snapshot of a job, unless that cannot be read.
async fn against(
    context: &Context,
    plan: &Plan,
    manifests: &mut [Manifest],
    turn: Turn,
    job: &Job,
) -> Result<Result<(Outcome, Last), SetAside>, Error> {
    let mut known = None;
    let compared = async {
        let previous = known.insert(previous(context, job).await?);
        link::link(context, plan, manifests, Some(previous), turn).await
    };
    let error = match compared.await {
        Ok(outcome) => {
            let is_bare = known.as_ref().is_some_and(|it| it.is_bare);
            return Ok(Ok((outcome, if is_bare { Last::Bare } else { Last::Compared })));
        }
        Err(error) => error,
    };
    let is_of_last =
        |name: &str| name.starts_with(&job.snapshot_folder()) || name.starts_with(&job.folder());
    if !error.object().is_some_and(is_of_last) {
        return Err(error);
    }
    let reason = match &error {
        Error::Unknown(name) => format!("{name} is missing"),
        error => error.to_string(),
    };
    forget_known(manifests);
    let lost = known.map(|last| lost(&last, manifests)).unwrap_or_default();
    Ok(Err(SetAside { job: Some(job.clone()), reason, lost }))
}

/// Takes for incomplete what only the last snapshot had, as that is set aside.
fn forget_known(manifests: &mut [Manifest]) {
    let is_known = |it: &&mut Manifest| it.ledger.iter().any(|it| it.status == Status::Known);
    manifests.iter_mut().filter(is_known).for_each(|it| it.lacks(SET_ASIDE));
}

/// What is known of the last snapshot. Where its summary is gone, as it lay with a job that has
/// expired, the names of its objects tell which types it has.
async fn previous(context: &Context, job: &Job) -> Result<Summary, Error> {
    let error = match snapshot::of(context, job).await {
        Err(error @ Error::Unknown(_)) => error,
        known => return known,
    };
    let mut graph = Linked::default();
    let folder = job.snapshot_folder();
    for name in context.store.list(&folder).await? {
        let Some(kind) = name.strip_prefix(&folder).and_then(|it| it.strip_suffix(".ndjson.zst"))
        else {
            continue;
        };
        match kind.split_once('/') {
            Some((record_kind, kind)) if record_kind == RecordKind::Entities.as_str() => {
                graph.entities.insert(kind.to_owned(), 0);
            }
            Some((record_kind, kind)) if record_kind == RecordKind::Relationships.as_str() => {
                graph.relationships.insert(kind.to_owned(), 0);
            }
            _ => (),
        }
    }
    if graph.entities.is_empty() {
        return Err(error);
    }
    Ok(Summary::of_objects(job, graph, OffsetDateTime::now_utc()))
}

/// The entities of the last snapshot that would have been carried forward: of types of which not
/// everything was read this time, or that were not to be read.
fn lost(last: &Summary, manifests: &[Manifest]) -> BTreeMap<String, u64> {
    let ledger = || manifests.iter().flat_map(|it| &it.ledger);
    let is_read = |kind: &str| {
        let mut entries = ledger().filter(|it| it.kind.as_deref() == Some(kind)).peekable();
        entries.peek().is_some() && entries.all(|it| it.status.is_complete())
    };
    let lost = last.graph.entities.iter().filter(|(kind, _)| !is_read(kind));
    lost.map(|(kind, count)| (kind.clone(), *count)).collect()
}

/// Ends a job without a snapshot: its summary says why, `latest` stays as it is, and the next job
/// may begin.
///
/// # Errors
///
/// If storage fails.
pub(crate) async fn give_up(context: &Context, job: &Job, reason: &str) -> Result<Summary, Error> {
    let (plan, _) = context.spare::<Plan>(&job.plan()).await?;
    let mut manifests: Vec<Manifest> = Vec::new();
    for (planned, _) in plan.iter().flat_map(Plan::enabled) {
        manifests.extend(context.spare(&job.manifest(&planned.id)).await?.0);
    }
    let now = OffsetDateTime::now_utc();
    let summary = Summary::failed(job, plan.as_ref(), &manifests, reason, now);
    let (ended, condition) = context.spare::<Summary>(&job.summary()).await?;
    if let Some(ended) = ended {
        return Ok(ended);
    }
    match context.write(&job.summary(), &summary, condition).await {
        // Somebody else has ended it.
        Err(Error::Store(StoreError::Conflict(_))) => return snapshot::summary(context, job).await,
        written => drop(written?),
    }
    Ok(summary)
}

/// Gives up a job that cannot be finished, and tells it.
pub(crate) async fn fail(context: &Context, job: &Job, reason: &str) -> Result<Summary, Error> {
    let summary = give_up(context, job, reason).await?;
    // The template has an alarm on this message.
    tracing::error!(instance = job.instance, job = job.id, reason, "a job is given up");
    context.observer.observe(job, &News::Failed { reason });
    Ok(summary)
}

/// Makes a job's snapshot the latest, or its early one, unless that of another job has become so
/// since it was planned: the job was then taken for dead, and what it is compared with is no longer
/// the last. Nor does an early one take the place of the job's own. Returns whether it is the
/// latest.
///
/// An early one leaves alone what is told of lists that were all read.
async fn move_latest(context: &Context, plan: &Plan, status: JobStatus) -> Result<bool, Error> {
    let Plan { job, previous, .. } = plan;
    let planned = OffsetDateTime::parse(&plan.planned_at, &Rfc3339).ok();
    let name = layout::latest(&job.instance);
    let is_early = job.of_early().is_some();
    // The job's own finish has to see that it is damaged, and tells it.
    if is_early && matches!(context.look::<Latest>(&name).await?, Stored::Damaged { .. }) {
        return Ok(false);
    }
    loop {
        let (latest, condition) = context.spare::<Latest>(&name).await?;
        if latest.as_ref().is_some_and(|latest| latest.job == *job) {
            return Ok(true);
        }
        let is_own = |it: &Job| !is_early && *it == job.early();
        let is_last = |it: &Job| Some(it) == previous.as_ref() || is_own(it);
        if latest.as_ref().is_some_and(|latest| !is_last(&latest.job)) {
            return Ok(false);
        }
        let complete = latest.as_ref().and_then(|latest| latest.complete);
        let complete = complete.filter(|_| status != JobStatus::Complete).or(planned);
        let swept = match latest {
            Some(latest) if is_early => latest.swept,
            _ => plan.index.swept.clone(),
        };
        let new = Latest {
            job: job.clone(),
            tenant_id: plan.tenant_id.clone(),
            subscription_id: plan.instance.config.subscription_id.clone(),
            complete,
            swept,
        };
        match context.write(&name, &new, condition).await {
            Err(Error::Store(StoreError::Conflict(_))) => (),
            written => return written.map(|_| true),
        }
    }
}
