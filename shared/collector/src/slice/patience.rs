//! How long a list is waited for that does not come.
//!
//! What counts is never how long a list takes, but how long nothing comes of it. A large tenant
//! whose requests are refused half of the time gets further with each that is not, and with each
//! its patience begins anew. All of this is in the checkpoint, so that it lasts over slices, and
//! over messages that come twice.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::ports::Because;

/// How long a list is asked for without any answer. A slice asks for 90 seconds, in which a request
/// is cut after 60 at the latest and sent again: so a list was asked for four times by then, at the
/// least.
const SILENCE: Duration = Duration::from_mins(3);

/// How long none of a step's lists is answered, until the rest is not asked for any more. One
/// silent list of many is given up by itself, long before.
const STANDSTILL: Duration = Duration::from_mins(10);

/// How often in a row the service refuses what a step asks for. Where it refuses others of the
/// throttle domain, the wait counts, and not this.
const REFUSALS: u32 = 10;

/// How long a service has to refuse requests besides. No window in which Microsoft counts requests
/// to lists is longer (that of the storage provider), so that each would have begun anew meanwhile;
/// and after a few refusals the governor sends one request in a minute, which is beyond none of the
/// limits.
const REFUSED: Duration = Duration::from_mins(5);

/// How long a service may ask to wait, all in all, with nothing in between that it answers. The
/// longest window that Microsoft has ever counted requests in is an hour.
const LONGEST: Duration = Duration::from_hours(1);

/// How long Microsoft asks to wait.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wait {
    pub(super) time: Duration,
    pub(super) because: Because,
}

impl Wait {
    pub(super) const fn of(time: Duration) -> Self {
        Self { time, because: Because::Turn }
    }

    /// What two lists have to wait for.
    pub(super) fn and(self, other: Option<Self>) -> Self {
        let Some(other) = other else { return self };
        Self { time: self.time.max(other.time), because: self.because.max(other.because) }
    }
}

/// What was asked for in vain since anything came: how often, and for how long.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Waited {
    pub(super) times: u32,
    pub(super) millis: u64,
}

impl Waited {
    pub(super) fn add(&mut self, time: Duration) {
        self.times += 1;
        self.millis += millis(time);
    }

    pub(super) fn time(self) -> Duration {
        Duration::from_millis(self.millis)
    }

    pub(super) fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a list is not waited for any more that did not answer for so long.
    pub(super) fn is_over(self) -> bool {
        self.time() >= SILENCE
    }
}

pub(super) fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// How long nothing came of any list of a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Standstill {
    /// While it asked.
    silent: Waited,
    /// While it was told to wait.
    pub(super) refused: Waited,
}

impl Standstill {
    /// Notes that nothing came for so long. Why that is more than there is patience for, if it is.
    pub(super) fn keep_silent(&mut self, time: Duration) -> Option<String> {
        self.silent.add(time);
        (self.silent.time() >= STANDSTILL).then(|| SILENT.to_owned())
    }

    /// Notes that the service asks to wait, and waits, unless that is more than there is patience
    /// for. Why, if so.
    pub(super) fn refuse(&mut self, wait: Wait) -> Option<String> {
        self.refused.times += u32::from(wait.because == Because::Refused);
        let (times, time) = (self.refused.times, self.refused.time());
        if time + wait.time > LONGEST {
            let most = LONGEST.as_secs() / 60;
            return Some(format!(
                "failed: the service asks for a wait of more than {most} minutes"
            ));
        }
        if times > REFUSALS && time >= REFUSED {
            return Some("failed: the service throttles every request".to_owned());
        }
        self.refused.millis += millis(wait.time);
        None
    }
}

/// Why a list is given up that does not answer.
pub(super) const SILENT: &str = "failed: no answer comes, however often it is asked for";

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What a later slice reads of what one has stored.
    fn stored<T: Serialize + for<'d> Deserialize<'d>>(value: &T) -> T {
        serde_json::from_str(&serde_json::to_string(value).unwrap()).unwrap()
    }

    /// How many slices end with a wait before the step gives up, how long they wait, and why.
    fn refusals(wait: Duration) -> (u32, Duration, String) {
        let mut standstill = Standstill::default();
        for slices in 0.. {
            if let Some(reason) = standstill.refuse(Wait { time: wait, because: Because::Refused })
            {
                return (slices, standstill.refused.time(), reason);
            }
            standstill = stored(&standstill);
        }
        unreachable!()
    }

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_service_that_refuses_everything_is_given_up() {
        let each = "failed: the service throttles every request";
        assert_eq!(refusals(60 * SECOND), (10, 600 * SECOND, each.to_owned()));
        assert_eq!(refusals(10 * SECOND), (30, 300 * SECOND, each.to_owned()));
        let long = "failed: the service asks for a wait of more than 60 minutes";
        // The window of the storage provider, and an hour, as a service may ask for once.
        assert_eq!(refusals(300 * SECOND), (10, 3000 * SECOND, each.to_owned()));
        assert_eq!(refusals(LONGEST), (1, LONGEST, long.to_owned()));
        assert_eq!(refusals(24 * LONGEST), (0, Duration::ZERO, long.to_owned()));
    }

    #[test]
    fn silence_adds_up_over_slices() {
        let mut waited = Waited::default();
        let mut standstill = Standstill::default();
        let budget = Duration::from_secs(90);
        for slice in 1..10 {
            waited.add(budget);
            waited = stored(&waited);
            assert_eq!(waited.is_over(), slice >= 2, "{slice}");
            let is_over = standstill.keep_silent(budget).is_some();
            standstill = stored(&standstill);
            assert_eq!(is_over, slice >= 7, "{slice}");
        }
        assert_eq!((waited.times, waited.time()), (9, 9 * budget));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// Whatever a service asks to wait: it ends, and not before the longest window has passed,
        /// unless it asks for more than any.
        #[test]
        fn patience_ends_and_is_long_enough(waits in prop::collection::vec(0..400_u64, 1..40)) {
            let mut standstill = Standstill::default();
            let mut waited = Duration::ZERO;
            let mut slices = 0;
            for wait in waits.iter().cycle().map(|it| Duration::from_secs(it + 1)) {
                if standstill.refuse(Wait { time: wait, because: Because::Refused }).is_some() {
                    break;
                }
                standstill = stored(&standstill);
                waited += wait;
                slices += 1;
            }
            prop_assert!(slices >= REFUSALS && waited >= REFUSED || waited + 401 * SECOND > LONGEST);
            prop_assert!(waited <= LONGEST);
        }
    }
}
