//! What a function logs: a JSON object for each line.
//!
//! A line has `timestamp`, `level` and `message`, and what it tells of beside them: `instance`,
//! `job` and `step` where there are such, and others by what happened. The template makes metrics,
//! with alarms, of lines by their `message`; a test holds these together.

use std::io;

use collector::layout::Job;
use collector::{News, Observer};
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

/// Logs how jobs go on.
#[derive(Debug)]
pub struct Log;

impl Observer for Log {
    fn observe(&self, job: &Job, news: &News<'_>) {
        let Job { instance, id: job } = job;
        match *news {
            News::Planned { instance: name, steps } => {
                tracing::info!(instance, job, name, steps, "a job is started");
            }
            News::Resumed { since, ended } => {
                tracing::info!(instance, job, since, ended, "a job goes on");
            }
            News::Anew { since, why } => {
                tracing::info!(instance, job, since, why, "a job is left, and another begins");
            }
            // Whoever gives the job up logs it.
            News::Failed { .. } => (),
            News::Begun { step } => tracing::debug!(instance, job, step, "a slice begins"),
            News::Read { step, items } => {
                tracing::debug!(instance, job, step, items, "a step has read pages");
            }
            News::Waits { step, wait } => {
                tracing::info!(instance, job, step, seconds = wait.as_secs(), "a step waits");
            }
            News::Ended { step, status, reason, items } => {
                let status = status.as_str();
                tracing::info!(instance, job, step, status, reason, items, "a step has ended");
            }
            News::Links => tracing::info!(instance, job, "a job is linked"),
            News::Finished => tracing::info!(instance, job, "a job is finished"),
        }
    }
}
