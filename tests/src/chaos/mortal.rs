//! Dying.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

/// Runs a future to its end, or drops it after a number of polls, wherever it waits then. None if
/// it died.
pub(crate) async fn mortal<T>(polls: Option<u32>, future: impl Future<Output = T>) -> Option<T> {
    let Some(mut polls) = polls else { return Some(future.await) };
    let mut future = pin!(future);
    poll_fn(|context| {
        let Some(left) = polls.checked_sub(1) else { return Poll::Ready(None) };
        polls = left;
        let polled = future.as_mut().poll(context).map(Some);
        if polls == 0 && polled.is_pending() { Poll::Ready(None) } else { polled }
    })
    .await
}
