//! Words with a meaning: durations and dates.

use time::format_description::well_known::Rfc3339;
use time::{Date, Month, OffsetDateTime};

const HOUR: f64 = 3_600_000.0;
const DAY: f64 = 24.0 * HOUR;

/// The milliseconds of a unit of time. A month has 30 days, and a year 365.
pub(super) fn unit(word: &str) -> Option<f64> {
    let word = word.to_ascii_lowercase();
    match word.strip_suffix('s').unwrap_or(&word) {
        "min" | "minute" => Some(HOUR / 60.0),
        "hour" | "hr" => Some(HOUR),
        "day" => Some(DAY),
        "week" => Some(7.0 * DAY),
        "month" | "mo" => Some(30.0 * DAY),
        "year" | "yr" => Some(365.0 * DAY),
        _ => None,
    }
}

/// The milliseconds since 1970 of a date in ISO 8601, or of the beginning of a year, a month or a
/// day.
#[expect(clippy::cast_precision_loss, reason = "years of four digits are exact in milliseconds")]
pub(super) fn date(text: &str) -> Option<f64> {
    if let Ok(moment) = OffsetDateTime::parse(text, &Rfc3339) {
        return Some((moment.unix_timestamp_nanos() / 1_000_000) as f64);
    }
    if text.contains('T') {
        // What names no zone is in UTC, and what names no seconds means their beginning.
        let zoned = ["Z", ":00Z", ":00:00Z"].map(|end| format!("{text}{end}"));
        let moment = zoned.iter().find_map(|it| OffsetDateTime::parse(it, &Rfc3339).ok())?;
        return Some((moment.unix_timestamp_nanos() / 1_000_000) as f64);
    }
    let mut parts = text.split('-');
    let year = parts.next()?;
    let year = (year.len() == 4).then(|| year.parse().ok()).flatten()?;
    let month = parts.next().map_or(Some(1), |it| it.parse().ok())?;
    let day = parts.next().map_or(Some(1), |it| it.parse().ok())?;
    if parts.next().is_some() {
        return None;
    }
    let date = Date::from_calendar_date(year, Month::try_from(month).ok()?, day).ok()?;
    Some(date.midnight().assume_utc().unix_timestamp() as f64 * 1000.0)
}
