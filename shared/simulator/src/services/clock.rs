//! The one source of time: tokens expire by it and throttles refill by it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A clock, which tests can set by hand.
#[derive(Clone, Debug)]
pub(crate) enum Clock {
    /// Real time. It is read as the start plus what a monotonic clock counts since, so that a
    /// change of the machine's time neither refills nor drains a throttle.
    Real { start: Duration, since: Instant },
    /// Microseconds since 1970, moved by tests alone.
    #[cfg_attr(not(test), expect(dead_code, reason = "only tests set a clock by hand"))]
    Manual(Arc<AtomicU64>),
}

impl Clock {
    pub(crate) fn real() -> Self {
        let start = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self::Real { start, since: Instant::now() }
    }

    /// Microseconds since 1970.
    pub(crate) fn micros(&self) -> u64 {
        match self {
            Self::Real { start, since } => {
                u64::try_from((*start + since.elapsed()).as_micros()).unwrap_or(u64::MAX)
            }
            Self::Manual(micros) => micros.load(Ordering::SeqCst),
        }
    }

    /// Seconds since 1970.
    pub(crate) fn seconds(&self) -> i64 {
        i64::try_from(self.micros() / 1_000_000).unwrap_or(i64::MAX)
    }

    #[cfg(test)]
    pub(crate) fn manual() -> Self {
        Self::Manual(Arc::new(AtomicU64::new(1_790_000_000_000_000)))
    }

    #[cfg(test)]
    pub(crate) fn advance(&self, by: Duration) {
        if let Self::Manual(micros) = self {
            let by = u64::try_from(by.as_micros()).unwrap_or(u64::MAX);
            micros.fetch_add(by, Ordering::SeqCst);
        }
    }
}
