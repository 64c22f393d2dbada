//! What ends a run before its time: Ctrl-C, or a request to stop.

use std::future::pending;

use tokio::signal::ctrl_c;

/// Waits until someone wants the process to stop, and says who. Where signals cannot be had, nobody
/// does, and the process ends as any other would.
pub(crate) async fn signal() -> &'static str {
    tokio::select! {
        caught = ctrl_c() => match caught {
            Ok(()) => "Ctrl-C",
            Err(_) => pending().await,
        },
        () = terminated() => "SIGTERM",
    }
}

/// Waits for SIGTERM. A terminal that is closed sends SIGHUP, which ends the process without a
/// word: nobody would read it, and `nohup` keeps its meaning.
#[cfg(unix)]
async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};

    match signal(SignalKind::terminate()) {
        Ok(mut terminated) => {
            terminated.recv().await;
        }
        Err(_) => pending().await,
    }
}

#[cfg(not(unix))]
async fn terminated() {
    pending().await
}
