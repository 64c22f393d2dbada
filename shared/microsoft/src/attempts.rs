//! How often something that failed is tried again, and how long to wait in between.

use std::time::Duration;

use reqwest::header::{DATE, HeaderMap, HeaderValue, RETRY_AFTER};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;
use tokio::time::Instant;

/// How long a request waits for throttles, all in all. What has to wait longer is the caller's to
/// wait for: nobody should pay for a function that sleeps.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// The attempts at one thing.
#[derive(Debug, Default)]
pub(crate) struct Attempts {
    failed: u32,
    /// When the first one failed.
    since: Option<Instant>,
}

impl Attempts {
    /// How often a thing is tried.
    pub(crate) const MOST: u32 = 5;
    /// How long after the first failure another attempt may begin.
    const LONGEST: Duration = Duration::from_secs(20);

    /// Counts an attempt that failed. Returns how long to wait before the next, if there may be
    /// one.
    pub(crate) fn failed(&mut self) -> Option<Duration> {
        self.failed += 1;
        let since = *self.since.get_or_insert_with(Instant::now);
        let wait = backoff(FIRST, LAST, self.failed, jitter());
        let is_over = self.failed >= Self::MOST || since.elapsed() + wait > Self::LONGEST;
        (!is_over).then_some(wait)
    }
}

const FIRST: Duration = Duration::from_millis(500);
const LAST: Duration = Duration::from_secs(8);

/// The wait after a number of failures: it doubles from the first to the last, and is shortened by
/// up to a half, so that those who failed together do not come back together.
pub(crate) fn backoff(first: Duration, last: Duration, failures: u32, jitter: f64) -> Duration {
    let doubled = first.saturating_mul(1 << failures.saturating_sub(1).min(20));
    doubled.min(last).mul_f64(1.0 - jitter / 2.0)
}

/// A random number between 0 and 1.
pub(crate) fn jitter() -> f64 {
    let (random, ..) = uuid::Uuid::new_v4().as_fields();
    f64::from(random) / f64::from(u32::MAX)
}

/// The longest wait that is believed. No throttle of Microsoft's lasts longer than a day.
const BELIEVED: Duration = Duration::from_hours(24);

/// How long `Retry-After` asks to wait, if it does: seconds, or a date (RFC 9110, section 10.2.3).
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let seconds = value.parse().ok().or_else(|| {
        // The service's own clock says how far away a date is; ours may be wrong.
        let now = headers.get(DATE).and_then(date).unwrap_or_else(OffsetDateTime::now_utc);
        Some((date(headers.get(RETRY_AFTER)?)? - now).as_seconds_f64())
    });
    Some(Duration::try_from_secs_f64(seconds?.max(0.0)).ok()?.min(BELIEVED))
}

fn date(value: &HeaderValue) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(value.to_str().ok()?.trim(), &Rfc2822).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_last() {
        let wait = |failures, jitter| backoff(FIRST, LAST, failures, jitter).as_millis();
        assert_eq!(
            [1, 2, 3, 4, 5, 6, 99].map(|it| wait(it, 0.0)),
            [500, 1000, 2000, 4000, 8000, 8000, 8000]
        );
        assert_eq!([1, 2, 3].map(|it| wait(it, 1.0)), [250, 500, 1000]);
        assert!((0..100).map(|_| jitter()).all(|it| (0.0..=1.0).contains(&it)));
    }

    #[tokio::test(start_paused = true)]
    async fn there_are_five_attempts() {
        let mut attempts = Attempts::default();
        for _ in 1..Attempts::MOST {
            assert!(attempts.failed().is_some());
        }
        assert_eq!(attempts.failed(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn no_attempt_begins_after_twenty_seconds() {
        let mut attempts = Attempts::default();
        tokio::time::advance(Duration::from_secs(100)).await;
        assert!(attempts.failed().is_some());
        tokio::time::advance(Duration::from_secs(19)).await;
        assert!(attempts.failed().is_some());
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(attempts.failed(), None);
    }

    #[test]
    fn retry_after_is_a_number_or_a_date() {
        let read = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, value.parse().unwrap());
            headers.insert(DATE, "Wed, 21 Oct 2026 07:28:00 GMT".parse().unwrap());
            retry_after(&headers).map(|wait| wait.as_millis())
        };
        for (value, wait) in [
            ("17", Some(17_000)),
            (" 2 ", Some(2000)),
            ("0", Some(0)),
            ("1.5", Some(1500)),
            ("-1", Some(0)),
            ("Wed, 21 Oct 2026 07:28:30 GMT", Some(30_000)),
            ("Wed, 21 Oct 2026 07:27:00 GMT", Some(0)),
            ("999999999999", Some(86_400_000)),
            ("1e400", None),
            ("NaN", Some(0)),
            ("soon", None),
        ] {
            assert_eq!(read(value), wait, "{value}");
        }
        assert_eq!(retry_after(&HeaderMap::new()), None);
    }
}
