//! Progress on stderr: a line that changes on a terminal, a line for each event elsewhere.

use std::io::{IsTerminal as _, stderr};
use std::sync::Arc;

use collector::layout::Job;
use collector::{News, Observer};
use indicatif::{ProgressBar, ProgressStyle};
use tracing_subscriber::EnvFilter;

/// Sends what the parts log to stderr: warnings and errors, or what `RUST_LOG` says.
pub fn log() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(stderr)
        .with_ansi(stderr().is_terminal())
        .without_time()
        .with_target(false)
        .init();
}

/// Shows how far the jobs are.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
}

impl Progress {
    pub(crate) fn new() -> Arc<Self> {
        let bar = stderr().is_terminal().then(|| {
            let bar = ProgressBar::new(0);
            let style = "{spinner} {pos}/{len} steps  {elapsed}  {wide_msg}";
            bar.set_style(
                ProgressStyle::with_template(style)
                    .unwrap_or_else(|_| ProgressStyle::default_bar()),
            );
            bar.enable_steady_tick(std::time::Duration::from_millis(100));
            bar
        });
        Arc::new(Self { bar })
    }

    /// Removes the line that changes.
    pub(crate) fn close(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    fn say(&self, line: &str) {
        match &self.bar {
            Some(bar) => bar.println(line),
            None => eprintln!("{line}"),
        }
    }
}

impl Observer for Progress {
    fn observe(&self, job: &Job, news: &News<'_>) {
        // The id of a subscription's instance ends with that of the subscription.
        let id = job.instance.rsplit('~').next().unwrap_or_default();
        let id = id.get(..8).unwrap_or(id);
        match *news {
            News::Planned { instance, steps } => {
                if let Some(bar) = &self.bar {
                    bar.inc_length(steps as u64);
                }
                self.say(&format!("{id}  {instance}: {steps} steps"));
            }
            News::Begun { .. } => (),
            News::Read { step, items } => {
                if let Some(bar) = &self.bar {
                    bar.set_message(format!("{step}: {items} items"));
                }
            }
            News::Waits { step, wait } => {
                self.say(&format!("{id}  {step}: waits {} s", wait.as_secs()));
            }
            News::Ended { step, status, reason, items } => {
                if let Some(bar) = &self.bar {
                    bar.inc(1);
                }
                let why = reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
                // On a terminal the bar counts what went well; elsewhere the lines do.
                if self.bar.is_none() || !status.is_complete() {
                    self.say(&format!("{id}  {step}: {}, {items} items{why}", status.as_str()));
                }
            }
            News::Links => match &self.bar {
                Some(bar) => bar.set_message(format!("{id}: linking")),
                None => self.say(&format!("{id}  linking")),
            },
            News::Finished => self.say(&format!("{id}  finished")),
        }
    }
}
