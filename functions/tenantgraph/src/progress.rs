//! Progress on stderr: a line that changes on a terminal, a line for each event elsewhere.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal as _, Write, stderr};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

use collector::layout::Job;
use collector::ledger::Entry;
use collector::{News, Observer};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use tracing_subscriber::EnvFilter;

use crate::print::plain;

/// How much is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// Only what went wrong.
    Quiet,
    /// Progress, and remarks on results.
    Normal,
    /// Each step, each wait, and each request that failed.
    Verbose,
    /// The same, and what goes well.
    Everything,
}

/// How much this process tells, as a [`Level`].
static LEVEL: AtomicU8 = AtomicU8::new(Level::Normal as u8);

impl Level {
    pub(crate) const fn of(quiet: bool, verbose: u8) -> Self {
        match (quiet, verbose) {
            (true, _) => Self::Quiet,
            (false, 0) => Self::Normal,
            (false, 1) => Self::Verbose,
            (false, _) => Self::Everything,
        }
    }

    /// Has this process tell so much from now on, and log what goes with it to stderr.
    pub(crate) fn set(self) {
        LEVEL.store(self as u8, Ordering::Relaxed);
        // Why requests fail is in the ledger, which is printed.
        let usual = match self {
            Self::Quiet => "error,microsoft::log=off",
            Self::Normal => "warn,microsoft::log=off",
            Self::Verbose => "warn",
            Self::Everything => "info",
        };
        let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(usual));
        // Whoever runs several commands in one process logs as the first of them does.
        let _ = tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_writer(|| Lenient)
            .with_ansi(stderr().is_terminal())
            .without_time()
            .with_target(false)
            .try_init();
    }

    fn is_told(self) -> bool {
        LEVEL.load(Ordering::Relaxed) >= self as u8
    }
}

/// Logs what the parts of the program say to stderr: warnings and errors, or what `RUST_LOG` says.
pub fn log() {
    Level::Normal.set();
}

/// Prints a line to stderr. Whoever closed it, or let its disk run full, loses lines, and nothing
/// else.
pub(crate) fn say(line: &str) {
    let _ = writeln!(stderr(), "{}", plain(line));
}

/// Prints to stderr why something cannot be done, which may take several lines.
pub(crate) fn complain(text: &str) {
    text.lines().for_each(say);
}

/// Prints a remark to stderr, unless nobody wants any.
pub(crate) fn remark(text: &str) {
    if Level::Normal.is_told() {
        say(text);
    }
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

/// How long nothing is said at most.
const SILENCE: Duration = Duration::from_secs(10);

/// What a run waits for first.
const SIGN_IN: &str = "the sign-in at Microsoft";

/// How many of the steps that are waited for are named.
const NAMED: usize = 3;

/// Shows how far the jobs are.
#[derive(Debug)]
pub(crate) struct Progress {
    terminal: Option<Terminal>,
    state: Mutex<State>,
}

/// The lines that change, where stderr is a terminal: one of the steps, and one of each wait.
#[derive(Debug)]
struct Terminal {
    lines: MultiProgress,
    steps: ProgressBar,
}

impl Terminal {
    fn new() -> Self {
        let lines = MultiProgress::new();
        let steps = lines.add(ProgressBar::new(0));
        steps.set_style(style("{spinner} {pos}/{len} steps  {elapsed}  {wide_msg}"));
        steps.enable_steady_tick(Duration::from_millis(100));
        Self { lines, steps }
    }

    /// A line of its own below the others.
    fn wait(&self) -> ProgressBar {
        let line = self.lines.add(ProgressBar::new_spinner());
        line.set_style(style("  {wide_msg}"));
        line
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

#[derive(Debug)]
struct State {
    /// When something was said last.
    said: Instant,
    /// What is under way, by what it is called.
    under_way: BTreeMap<String, Task>,
    /// How many steps the jobs have, and how many of them have ended.
    steps: usize,
    ended: usize,
}

/// Something that is under way.
#[derive(Clone, Debug)]
struct Task {
    /// Since when there is no news of it.
    since: Instant,
    /// For how long a service asked to wait from then on.
    wait: Option<Duration>,
    /// The line that counts the wait down.
    line: Option<ProgressBar>,
}

impl Task {
    /// How much of the wait is left.
    fn left(&self, now: Instant) -> Option<Duration> {
        let silent = now.saturating_duration_since(self.since);
        self.wait.map(|wait| wait.saturating_sub(silent)).filter(|it| !it.is_zero())
    }

    fn end(self) {
        if let Some(line) = self.line {
            line.finish_and_clear();
        }
    }
}

impl State {
    /// Notes that something is under way, and returns what was known of it.
    fn note(&mut self, name: String, wait: Option<Duration>) {
        let task = Task { since: Instant::now(), wait, line: None };
        if let Some(before) = self.under_way.insert(name, task) {
            before.end();
        }
    }

    fn end(&mut self, name: &str) {
        if let Some(task) = self.under_way.remove(name) {
            task.end();
        }
    }

    /// What is waited for, what has been silent longest first.
    fn waited_for(&self, now: Instant) -> String {
        if self.under_way.is_empty() && self.ended >= self.steps {
            return "all steps have ended; waits for the tables that queries read".to_owned();
        }
        let mut tasks: Vec<(&String, &Task)> = self.under_way.iter().collect();
        tasks.sort_by_key(|(_, task)| task.since);
        let tell = |(name, task): &(&String, &Task)| {
            let silent = now.saturating_duration_since(task.since);
            match task.left(now) {
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
        let of = match self.steps {
            0 => String::new(),
            steps => format!("{} of {steps} steps have ended; ", self.ended),
        };
        format!("{of}waits for {}{more}", named.join(", "))
    }
}

impl Progress {
    pub(crate) fn new() -> Arc<Self> {
        let has_terminal = stderr().is_terminal() && Level::Normal.is_told();
        let state = State { said: Instant::now(), under_way: BTreeMap::new(), steps: 0, ended: 0 };
        let terminal = has_terminal.then(Terminal::new);
        let progress = Arc::new(Self { terminal, state: Mutex::new(state) });
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

    /// Counts waits down, and says what is waited for if nothing was said for a while.
    fn remind(&self) {
        let now = Instant::now();
        let mut state = self.state();
        if let Some(terminal) = &self.terminal {
            for (name, task) in &mut state.under_way {
                let Some(left) = task.left(now) else { continue };
                let line = task.line.get_or_insert_with(|| terminal.wait());
                let left = left.as_secs() + 1;
                line.set_message(format!("{name} waits {left} s, as the service asks"));
            }
        }
        let is_silent = now.saturating_duration_since(state.said) >= SILENCE;
        let is_due = is_silent && (!state.under_way.is_empty() || state.steps > 0);
        let line = is_due.then(|| state.waited_for(now));
        drop(state);
        match (line, &self.terminal) {
            (Some(line), Some(terminal)) => terminal.steps.set_message(line),
            (Some(line), None) => self.say(&line),
            (None, _) => (),
        }
    }

    /// Removes the lines that change.
    pub(crate) fn close(&self) {
        if let Some(terminal) = &self.terminal {
            terminal.steps.finish_and_clear();
            let _ = terminal.lines.clear();
        }
    }

    fn say(&self, line: &str) {
        self.state().said = Instant::now();
        match &self.terminal {
            Some(terminal) => {
                let _ = terminal.lines.println(plain(line));
            }
            None => remark(line),
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
                let mut state = self.state();
                state.end(SIGN_IN);
                state.steps += steps;
                drop(state);
                if let Some(Terminal { steps: bar, .. }) = &self.terminal {
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
                if let Some(Terminal { steps, .. }) = &self.terminal {
                    steps.set_message(format!("{step}: {items} items"));
                }
            }
            News::Waits { step, wait } => {
                self.state().note(format!("{id}  {step}"), Some(wait));
                // On a terminal a line of its own counts the wait down; elsewhere a reminder names
                // it, if it is long.
                if Level::Verbose.is_told() {
                    self.say(&format!("{id}  {step}: waits {} s", wait.as_secs()));
                }
            }
            News::Ended { step, entry: Entry { status, reason, items, .. }, .. } => {
                let mut state = self.state();
                state.end(&format!("{id}  {step}"));
                state.ended += 1;
                drop(state);
                if let Some(Terminal { steps, .. }) = &self.terminal {
                    steps.inc(1);
                }
                let why =
                    reason.as_deref().map(|reason| format!(" ({reason})")).unwrap_or_default();
                // The summary tells what could not be read, by its causes.
                if Level::Verbose.is_told() {
                    self.say(&format!("{id}  {step}: {}, {items} items{why}", status.as_str()));
                }
            }
            News::Links => {
                self.state().note(format!("{id}  linking"), None);
                match &self.terminal {
                    Some(Terminal { steps, .. }) => steps.set_message(format!("{id}: linking")),
                    None => self.say(&format!("{id}  linking")),
                }
            }
            // The step tells its end, and how long it waits.
            News::SliceEnded { .. } | News::LinksLater { .. } => (),
            News::Published { pending } => {
                self.state().end(&format!("{id}  linking"));
                self.say(&format!(
                    "{id}  published without what {pending} slow steps read; it is amended when \
                     they have ended"
                ));
            }
            News::Finished { .. } => {
                self.state().end(&format!("{id}  linking"));
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
        let mut state = State { said: now, under_way: BTreeMap::new(), steps: 9, ended: 5 };
        let task = |seconds, wait: Option<u64>| Task {
            since: ago(seconds),
            wait: wait.map(Duration::from_secs),
            line: None,
        };
        state.under_way.insert("a".to_owned(), task(5, None));
        state.under_way.insert("b".to_owned(), task(20, Some(60)));
        let all = State { said: now, under_way: BTreeMap::new(), steps: 9, ended: 9 };
        assert!(all.waited_for(now).contains("waits for the tables"));
        assert_eq!(
            state.waited_for(now),
            "5 of 9 steps have ended; waits for b (for 40 s more, as the service asks), a (nothing new for 5 s)"
        );
        state.under_way.insert("c".to_owned(), task(70, Some(60)));
        state.under_way.insert("d".to_owned(), task(1, None));
        let all = State { said: now, under_way: BTreeMap::new(), steps: 9, ended: 9 };
        assert!(all.waited_for(now).contains("waits for the tables"));
        assert_eq!(
            state.waited_for(now),
            "5 of 9 steps have ended; waits for c (nothing new for 70 s), b (for 40 s more, as the service asks), \
             a (nothing new for 5 s), and 1 more"
        );
    }
}
