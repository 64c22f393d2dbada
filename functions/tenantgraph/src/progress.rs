//! Progress on stderr: a line that changes on a terminal, a line for each event elsewhere.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal as _, Write, stderr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

use collector::layout::Job;
use collector::ledger::Entry;
use collector::{News, Observer};
use indicatif::{ProgressBar, ProgressStyle};
use tracing_subscriber::EnvFilter;

/// Prints a line to stderr. Whoever closed it, or let its disk run full, loses lines, and nothing
/// else.
pub(crate) fn say(line: &str) {
    let _ = writeln!(stderr(), "{line}");
}

/// Stderr that never fails.
struct Lenient;

impl Write for Lenient {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _ = stderr().write_all(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Sends what the parts log to stderr: warnings and errors, or what `RUST_LOG` says.
pub fn log() {
    // Why requests fail is in the ledger, which is printed.
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new("warn,microsoft::log=off"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(|| Lenient)
        .with_ansi(stderr().is_terminal())
        .without_time()
        .with_target(false)
        .init();
}

/// How long nothing is said at most.
const SILENCE: Duration = Duration::from_secs(10);

/// What a run waits for first.
const SIGN_IN: &str = "the sign-in at Microsoft";

/// How many of the steps that are waited for are named.
const NAMED: usize = 3;

/// Shows how far the jobs are.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// When something was said last.
    said: Instant,
    /// What is under way, by what it is called.
    under_way: BTreeMap<String, Task>,
}

/// Something that is under way.
#[derive(Clone, Copy, Debug)]
struct Task {
    /// Since when there is no news of it.
    since: Instant,
    /// For how long a service asked to wait from then on.
    wait: Option<Duration>,
}

impl State {
    fn note(&mut self, name: String, wait: Option<Duration>) {
        self.under_way.insert(name, Task { since: Instant::now(), wait });
    }

    /// What is waited for, what has been silent longest first.
    fn waited_for(&self, now: Instant) -> String {
        let mut tasks: Vec<(&String, &Task)> = self.under_way.iter().collect();
        tasks.sort_by_key(|(_, task)| task.since);
        let tell = |(name, task): &(&String, &Task)| {
            let silent = now.saturating_duration_since(task.since);
            match task.wait.map(|wait| wait.saturating_sub(silent)).filter(|it| !it.is_zero()) {
                Some(left) => {
                    format!("{name} (for {} s more, as the service asks)", left.as_secs())
                }
                None => format!("{name} (nothing new for {} s)", silent.as_secs()),
            }
        };
        let named: Vec<String> = tasks.iter().take(NAMED).map(tell).collect();
        let more = match tasks.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(", and {more} more"),
        };
        format!("waits for {}{more}", named.join(", "))
    }
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
        let state = State { said: Instant::now(), under_way: BTreeMap::new() };
        let progress = Arc::new(Self { bar, state: Mutex::new(state) });
        let watched = Arc::downgrade(&progress);
        thread::spawn(move || watch(&watched));
        progress
    }

    /// The same, of a run that begins by signing in.
    pub(crate) fn of_run() -> Arc<Self> {
        let progress = Self::new();
        progress.state().note(SIGN_IN.to_owned(), None);
        progress
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says what is waited for, if nothing was said for a while.
    fn remind(&self) {
        let now = Instant::now();
        let line = {
            let state = self.state();
            let is_silent = now.saturating_duration_since(state.said) >= SILENCE;
            let is_due = is_silent && !state.under_way.is_empty();
            is_due.then(|| state.waited_for(now))
        };
        match (line, &self.bar) {
            (Some(line), Some(bar)) => bar.set_message(line),
            (Some(line), None) => self.say(&line),
            (None, _) => (),
        }
    }

    /// Removes the line that changes.
    pub(crate) fn close(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    fn say(&self, line: &str) {
        self.state().said = Instant::now();
        match &self.bar {
            Some(bar) => bar.println(line),
            None => say(line),
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
                self.state().under_way.remove(SIGN_IN);
                if let Some(bar) = &self.bar {
                    bar.inc_length(steps as u64);
                }
                self.say(&format!("{id}  {instance}: {steps} steps"));
            }
            News::Resumed { since, ended } => self.say(&format!(
                "{id}  the run of {since} was interrupted; resuming it ({ended} steps have ended)"
            )),
            News::Anew { since, why } => self.say(&format!(
                "{id}  the run of {since} was interrupted; starting over, because {why}"
            )),
            News::Failed { reason } => self.say(&format!("{id}  failed: {reason}")),
            News::Begun { step, .. } => self.state().note(format!("{id}  {step}"), None),
            News::Read { step, items } => {
                self.state().note(format!("{id}  {step}"), None);
                if let Some(bar) = &self.bar {
                    bar.set_message(format!("{step}: {items} items"));
                }
            }
            News::Waits { step, wait } => {
                self.state().note(format!("{id}  {step}"), Some(wait));
                self.say(&format!("{id}  {step}: waits {} s", wait.as_secs()));
            }
            News::Ended { step, entry: Entry { status, reason, items, .. }, .. } => {
                self.state().under_way.remove(&format!("{id}  {step}"));
                if let Some(bar) = &self.bar {
                    bar.inc(1);
                }
                let why =
                    reason.as_deref().map(|reason| format!(" ({reason})")).unwrap_or_default();
                // On a terminal the bar counts what went well; elsewhere the lines do.
                if self.bar.is_none() || !status.is_complete() {
                    self.say(&format!("{id}  {step}: {}, {items} items{why}", status.as_str()));
                }
            }
            News::Links => {
                self.state().note(format!("{id}  linking"), None);
                match &self.bar {
                    Some(bar) => bar.set_message(format!("{id}: linking")),
                    None => self.say(&format!("{id}  linking")),
                }
            }
            // The step tells its end, and how long it waits.
            News::SliceEnded { .. } | News::LinksLater { .. } => (),
            News::Finished { .. } => {
                self.state().under_way.remove(&format!("{id}  linking"));
                self.say(&format!("{id}  finished"));
            }
        }
    }
}

/// Reminds of what is waited for, as long as somebody shows progress.
fn watch(progress: &Weak<Progress>) {
    loop {
        thread::sleep(Duration::from_secs(1));
        let Some(progress) = progress.upgrade() else { return };
        progress.remind();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_waited_for_is_named() {
        let now = Instant::now();
        let ago = |seconds| now.checked_sub(Duration::from_secs(seconds)).unwrap();
        let mut state = State { said: now, under_way: BTreeMap::new() };
        let task = |seconds, wait: Option<u64>| Task {
            since: ago(seconds),
            wait: wait.map(Duration::from_secs),
        };
        state.under_way.insert("a".to_owned(), task(5, None));
        state.under_way.insert("b".to_owned(), task(20, Some(60)));
        assert_eq!(
            state.waited_for(now),
            "waits for b (for 40 s more, as the service asks), a (nothing new for 5 s)"
        );
        state.under_way.insert("c".to_owned(), task(70, Some(60)));
        state.under_way.insert("d".to_owned(), task(1, None));
        assert_eq!(
            state.waited_for(now),
            "waits for c (nothing new for 70 s), b (for 40 s more, as the service asks), \
             a (nothing new for 5 s), and 1 more"
        );
    }
}
