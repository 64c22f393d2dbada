//! Watching that virtual time goes on.

use std::thread;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;

/// For how long in real time nobody may be busy without virtual time going on.
const LONGEST: Duration = Duration::from_secs(20);

/// Ends when virtual time stands still: somebody is busy without end, or waits for what never
/// comes.
pub(crate) async fn stands_still() {
    let (sender, mut ticks) = mpsc::channel(1);
    // The thread ends at its next tick after the receiver is dropped.
    thread::spawn(move || {
        while sender.blocking_send(()).is_ok() {
            thread::sleep(LONGEST);
        }
    });
    let mut last = None;
    while ticks.recv().await.is_some() {
        let now = Some(Instant::now());
        if last == now {
            break;
        }
        last = now;
    }
}
