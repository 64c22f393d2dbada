//! Watching that virtual time goes on.

use std::thread;
use std::time::{self, Duration};

use tokio::sync::mpsc;
use tokio::time::Instant;

/// For how long in real time nobody may be busy without virtual time going on. It is far more than
/// a job needs on a busy machine, for time must not decide whether a test passes.
const LONGEST: Duration = Duration::from_mins(3);

/// How often the thread that watches looks whether it is still needed.
const TICK: Duration = Duration::from_secs(1);

/// Ends when virtual time stands still: somebody is busy without end, or waits for what never
/// comes.
pub(crate) async fn stands_still() {
    let (sender, mut ticks) = mpsc::channel(1);
    // The thread ends at its next tick after the receiver is dropped.
    thread::spawn(move || {
        while sender.blocking_send(()).is_ok() {
            thread::sleep(TICK);
        }
    });
    let (mut last, mut since) = (Instant::now(), time::Instant::now());
    while ticks.recv().await.is_some() && since.elapsed() < LONGEST {
        let now = Instant::now();
        if last != now {
            (last, since) = (now, time::Instant::now());
        }
    }
}
