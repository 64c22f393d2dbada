//! What the schedule starts: every stored instance whose polling interval has passed.

use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::context::{Context, Error};
use crate::instance::Instance;
use crate::instances;
use crate::layout::Job;
use crate::lease;
use crate::overdue;
use crate::start;

/// Every stored instance whose polling interval has passed, and that is not running. Those of
/// subscriptions are started for their tenant's.
///
/// One that cannot be started is an error in the log, and does not keep the others from starting.
/// If none can be started that is due, that is the error of the event.
pub(crate) async fn start(context: &Context, cause: &str) -> Result<Vec<Job>, Error> {
    let now = OffsetDateTime::now_utc();
    let mut jobs = Vec::new();
    let mut first = None;
    let mut failed = 0;
    for id in instances::ids(context, "").await? {
        if Instance::is_of_subscription(&id) {
            continue;
        }
        match start_if_due(context, &id, cause, now).await {
            Ok(job) => jobs.extend(job),
            Err(
                error @ (Error::AwaitsConsent { .. }
                | Error::Running { .. }
                | Error::Held { .. }
                | Error::Died { .. }),
            ) => {
                tracing::info!(instance = id, %error, "an instance is not started");
            }
            Err(error) => {
                // The template has an alarm on this message.
                tracing::error!(instance = id, %error, "an instance cannot start");
                failed += 1;
                first.get_or_insert((id, error));
            }
        }
    }
    match first {
        Some((instance, cause)) if jobs.is_empty() => {
            Err(Error::NothingStarted { failed, instance, cause: Box::new(cause) })
        }
        _ => Ok(jobs),
    }
}

/// Starts a stored instance if it is its turn, and tells if it, or one that it made, has had no
/// complete job for too long.
async fn start_if_due(
    context: &Context,
    id: &str,
    cause: &str,
    now: OffsetDateTime,
) -> Result<Option<Job>, Error> {
    let instance = instances::find(context, id).await?;
    let Some(interval) = instance.polling_interval.duration().filter(|_| instance.enabled) else {
        return Ok(None);
    };
    overdue::tell(context, id, interval, now).await;
    if lease::began(context, id).await?.is_some_and(|began| began >= turn(id, interval, now)) {
        return Ok(None);
    }
    let instance = instances::stored(context, id).await?;
    let job = start::start(context, &instance, cause, true).await?;
    // Once in an interval, for they may be thousands.
    overdue::tell_family(context, id, interval, now).await;
    Ok(Some(job))
}

/// When it was an instance's turn last. Those of an interval are spread over it, each at its own
/// moment that follows from its id, so that they do not all begin at once.
fn turn(id: &str, interval: std::time::Duration, now: OffsetDateTime) -> OffsetDateTime {
    let interval = i64::try_from(interval.as_secs()).unwrap_or(i64::MAX).max(1);
    let hash = Uuid::new_v5(&Uuid::NAMESPACE_OID, id.as_bytes()).as_u64_pair().0;
    let offset = i64::try_from(hash >> 1).unwrap_or_default() % interval;
    now - Duration::seconds((now.unix_timestamp() - offset).rem_euclid(interval))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use time::macros::datetime;

    use super::*;

    #[test]
    fn each_instance_has_its_turn_once_in_an_interval() {
        let hour = std::time::Duration::from_hours(1);
        let now = datetime!(2026-03-01 12:34:56 UTC);
        let ids: Vec<String> = (0..60).map(|id| format!("instance-{id}")).collect();
        let turns: BTreeSet<OffsetDateTime> = ids.iter().map(|id| turn(id, hour, now)).collect();
        assert!(turns.iter().all(|turn| now - hour < *turn && *turn <= now));
        assert!(turns.len() > 50, "they do not all begin at once");
        for id in ids {
            let last = turn(&id, hour, now);
            assert_eq!(turn(&id, hour, last), last);
            assert_eq!(turn(&id, hour, last + hour - Duration::SECOND), last);
            assert_eq!(turn(&id, hour, last + hour), last + hour);
        }
    }
}
