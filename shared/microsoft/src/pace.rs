//! How long things may take on the network. What comes too slowly is the same as what never comes.

use std::future::Future;
use std::time::Duration;

use tokio::time::{Instant, timeout};

/// How long things may take on the network.
///
/// A slice of a step works for 90 seconds. What is cut has to be cut well before that, or no slice
/// would ever see how an exchange ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// How long it may take to reach a host.
    pub connect: Duration,
    /// How long it may take until an answer begins. Azure Resource Manager gives its resource
    /// providers 60 seconds, and then answers 504 in their place.
    pub answer: Duration,
    /// In which time 16 kB of a body have to come, or its end.
    pub pace: Duration,
    /// How long a whole exchange may take.
    pub exchange: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            answer: Duration::from_mins(1),
            pace: Duration::from_secs(15),
            exchange: Duration::from_secs(80),
        }
    }
}

/// How many bytes have to come in the time of [`Timeouts::pace`].
const LEAST: usize = 16 << 10;

/// Watches how a body comes. Only the time counts in which somebody waits for it, and not how long
/// it takes to do something with what came.
#[derive(Debug)]
pub(crate) struct Pace {
    window: Duration,
    waited: Duration,
    came: usize,
    /// How much time there is left for all of it.
    left: Duration,
}

/// That a body comes too slowly.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the answer stalled before its end")]
pub(crate) struct Standstill;

impl Pace {
    pub(crate) const fn new(window: Duration, left: Duration) -> Self {
        Self { window, waited: Duration::ZERO, came: 0, left }
    }

    /// Waits for a piece, whose length a function tells.
    pub(crate) async fn wait<T>(
        &mut self,
        piece: impl Future<Output = T>,
        length: impl FnOnce(&T) -> usize,
    ) -> Result<T, Standstill> {
        let begun = Instant::now();
        let most = self.window.saturating_sub(self.waited).min(self.left);
        let piece = timeout(most, piece).await.map_err(|_| Standstill)?;
        let waited = begun.elapsed();
        self.waited += waited;
        self.left = self.left.saturating_sub(waited);
        self.came += length(&piece);
        if self.came >= LEAST {
            (self.waited, self.came) = (Duration::ZERO, 0);
        }
        Ok(piece)
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::{advance, sleep};

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// How many pieces of a length come, one each some seconds, before it is a standstill.
    async fn pieces(length: usize, seconds: u32, left: Duration) -> usize {
        let mut pace = Pace::new(15 * SECOND, left);
        for number in 0..1000 {
            if pace.wait(sleep(seconds * SECOND), |()| length).await.is_err() {
                return number;
            }
            // What is done with it takes as long as it takes.
            advance(1000 * SECOND).await;
        }
        1000
    }

    #[tokio::test(start_paused = true)]
    async fn a_drip_is_the_same_as_nothing() {
        let long = Duration::from_hours(24);
        assert_eq!(pieces(1, 5, long).await, 3);
        assert_eq!(pieces(1, 20, long).await, 0);
        assert_eq!(pieces(LEAST / 2, 5, long).await, 1000);
        assert_eq!(pieces(LEAST, 14, long).await, 1000);
        assert_eq!(pieces(LEAST, 14, 80 * SECOND).await, 5);
    }

    #[test]
    fn an_exchange_ends_within_a_slice() {
        let Timeouts { answer, pace, exchange, .. } = Timeouts::default();
        assert!(answer + pace <= exchange && exchange < collector::slice::BUDGET);
    }
}
