//! What a function logs: a JSON object for each line.
//!
//! A line has `timestamp`, `level` and `message`, and what it tells of beside them: `instance`,
//! `job`, `step` and `slice` where there are such, and others by what happened. Lines that tell how
//! a job goes on name that in `event`. What other crates log stands in a `span`, which has the
//! instance, the job, the step and the slice. The template makes metrics, with alarms, of lines by
//! their `message`; a test holds these together.

use std::collections::BTreeMap;
use std::io;

use collector::layout::Job;
use collector::ledger::{Entry, Status};
use collector::manifest::Manifest;
use collector::summary::{Change, JobStatus, Summary};
use collector::{News, Observer, SliceEnd, Totals};
use lambda_runtime::tracing::subscriber::filter::{EnvFilter, LevelFilter};
use lambda_runtime::tracing::subscriber::fmt::{MakeWriter, fmt};
use tracing::Subscriber;

/// Sends what the function logs to the standard output, which AWS Lambda hands to `CloudWatch`:
/// from the level on that `RUST_LOG` says, or else `INFO`.
pub fn init() {
    let lines = lines(io::stdout);
    // There is one already where a test or the command line runs the function.
    if tracing::subscriber::set_global_default(lines).is_err() {
        tracing::debug!("logs go where they went before");
    }
}

/// Writes what is logged as lines of JSON.
pub fn lines<W>(writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let level = EnvFilter::builder().with_default_directive(LevelFilter::INFO.into());
    fmt()
        .json()
        .flatten_event(true)
        .with_span_list(false)
        .with_target(false)
        .with_env_filter(level.from_env_lossy())
        .with_writer(writer)
        .finish()
}

/// Logs how jobs go on. `docs/LOGGING.md` lists the lines, by their `event`.
#[derive(Debug)]
pub struct Log;

impl Observer for Log {
    fn observe(&self, job: &Job, news: &News<'_>) {
        let Job { instance, id: job } = job;
        match *news {
            News::Planned { instance: name, steps } => tracing::info!(
                event = "job started",
                instance,
                job,
                name,
                steps,
                "job {job} of instance {instance} ({name}) is started with {steps} steps"
            ),
            News::Resumed { since, ended } => tracing::info!(
                event = "job resumed",
                instance,
                job,
                since,
                ended,
                "job {job} of instance {instance} goes on; {ended} of its steps have ended"
            ),
            News::Anew { since, why } => tracing::info!(
                event = "job abandoned",
                instance,
                job,
                since,
                why,
                "job {job} of instance {instance} is left, and another begins: {why}"
            ),
            // Whoever gives the job up logs it.
            News::Failed { .. } => (),
            News::Begun { step, slice } => tracing::info!(
                event = "slice begun",
                instance,
                job,
                step,
                slice,
                "slice {slice} of step {step} begins"
            ),
            News::Read { step, items } => tracing::debug!(
                event = "pages read",
                instance,
                job,
                step,
                items,
                "step {step} has read {items} items so far"
            ),
            News::SliceEnded { step, slice, because, totals } => {
                slice_ended(instance, job, step, slice, because, totals);
            }
            News::Waits { step, wait } => {
                let seconds = wait.as_secs();
                tracing::info!(
                    event = "step waits",
                    instance,
                    job,
                    step,
                    seconds,
                    "step {step} waits {seconds} s"
                );
            }
            News::Ended { step, entry, manifest } => {
                step_ended(instance, job, step, entry, manifest);
            }
            News::Links => tracing::info!(
                event = "linking begun",
                instance,
                job,
                "job {job} of instance {instance} is linked"
            ),
            News::LinksLater { turns } => tracing::info!(
                event = "linking goes on",
                instance,
                job,
                turns,
                "job {job} of instance {instance} is not linked after {turns} turns; another follows"
            ),
            News::Published { pending } => tracing::info!(
                event = "early snapshot published",
                instance,
                job,
                pending,
                "job {job} of instance {instance} has an early snapshot, without {pending} slow steps"
            ),
            News::Finished { summary } => finished(instance, job, summary),
        }
    }
}

fn slice_ended(
    instance: &str,
    job: &str,
    step: &str,
    slice: u32,
    because: SliceEnd,
    totals: Totals,
) {
    let Totals { pages, items, requests, bytes, refused, time } = totals;
    let (because, wait) = match because {
        SliceEnd::Read => ("everything is read", None),
        SliceEnd::TimeIsOver => ("the time is over", None),
        SliceEnd::Waits(wait) => ("the service asks to wait", Some(wait.as_secs())),
    };
    let seconds = time.as_secs();
    tracing::info!(
        event = "slice ended",
        instance,
        job,
        step,
        slice,
        because,
        wait,
        pages,
        items,
        requests,
        bytes,
        refused,
        seconds,
        "slice {slice} of step {step} ends after {seconds} s, as {because}: {items} items in \
         {pages} pages so far"
    );
}

fn step_ended(instance: &str, job: &str, step: &str, entry: &Entry, manifest: &Manifest) {
    let Entry { scope, pages, items, counted, requests, bytes, .. } = entry;
    let (status, reason) = (entry.status.as_str(), entry.reason.as_deref());
    let entities: u64 = manifest.entities.values().sum();
    let (references, vanished) = (manifest.references, manifest.vanished);
    let drift: u64 = manifest.drift.values().sum();
    // The level of an event is a constant, so what both have in common is written twice.
    macro_rules! log {
        ($level:ident) => {
            tracing::$level!(
                event = "step ended",
                instance,
                job,
                step,
                scope,
                status,
                reason,
                pages,
                items,
                counted,
                requests,
                bytes,
                entities,
                references,
                vanished,
                drift,
                "step {step} has ended {status} with {items} items in {pages} pages"
            )
        };
    }
    match entry.status {
        Status::Partial | Status::Failed => log!(warn),
        _ => log!(info),
    }
}

fn finished(instance: &str, job: &str, summary: &Summary) {
    let Summary { seconds, requests, bytes, graph, incomplete, .. } = summary;
    let sum = |counts: &BTreeMap<String, u64>| counts.values().sum::<u64>();
    let (entities, relationships) = (sum(&graph.entities), sum(&graph.relationships));
    let changes = |change| graph.changes.get(&change).copied().unwrap_or_default();
    let is_complete = summary.status == JobStatus::Complete;
    tracing::info!(
        event = "job finished",
        instance,
        job,
        complete = is_complete,
        incomplete = incomplete.len(),
        entities,
        relationships,
        mapped = sum(&graph.mapped),
        dropped = sum(&graph.dropped),
        created = changes(Change::Created),
        updated = changes(Change::Updated),
        deleted = changes(Change::Deleted),
        carried = changes(Change::CarriedForward),
        guarded = sum(&graph.guarded),
        requests,
        bytes,
        seconds,
        "job {job} of instance {instance} is finished after {seconds} s: {entities} entities and \
         {relationships} relationships"
    );
}
