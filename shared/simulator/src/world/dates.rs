//! Dates as the services spell them, which they do in different ways.

use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{OffsetDateTime, UtcOffset};

/// The day on which the tenant is seen, 2026-10-01, in seconds since 1970. It is fixed, since the
/// same seed must give the same bytes on every day.
pub(crate) const TODAY: i64 = 1_790_812_800;

/// A day in seconds.
pub(crate) const DAY: i64 = 86_400;

/// As Microsoft Graph writes it: `2024-05-28T14:24:41Z`.
pub(crate) fn utc(seconds: i64) -> String {
    date(seconds).format(&Rfc3339).unwrap_or_default()
}

/// As many resource providers write it, with seven digits of fraction.
pub(crate) fn fraction(seconds: i64, ticks: u64) -> String {
    utc(seconds).replace('Z', &format!(".{:07}Z", ticks % 10_000_000))
}

/// As the compute provider writes it, with an offset: `2024-08-21T13:19:24.043134+00:00`.
pub(crate) fn offset(seconds: i64, ticks: u64) -> String {
    utc(seconds).replace('Z', &format!(".{:06}+00:00", ticks % 1_000_000))
}

/// As the token endpoint writes it: `2024-05-28 14:24:41Z`.
pub(crate) fn spaced(seconds: i64) -> String {
    utc(seconds).replace('T', " ")
}

/// As Azure Resource Manager writes it in messages: `5/28/2024 2:24:41 PM`.
pub(crate) fn american(seconds: i64) -> String {
    let form = format_description!(
        "[month padding:none]/[day padding:none]/[year] [hour repr:12 padding:none]:[minute]:[second] [period]"
    );
    date(seconds).format(form).unwrap_or_default()
}

fn date(seconds: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(seconds)
        .unwrap_or(OffsetDateTime::UNIX_EPOCH)
        .to_offset(UtcOffset::UTC)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_service_has_its_spelling() {
        assert_eq!(utc(TODAY), "2026-10-01T00:00:00Z");
        assert_eq!(fraction(TODAY, 42), "2026-10-01T00:00:00.0000042Z");
        assert_eq!(offset(TODAY, 42), "2026-10-01T00:00:00.000042+00:00");
        assert_eq!(spaced(TODAY), "2026-10-01 00:00:00Z");
        assert_eq!(american(TODAY + 13 * 3600), "10/1/2026 1:00:00 PM");
    }
}
