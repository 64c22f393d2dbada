//! Which days of usage a filter asks for.

use std::ops::RangeInclusive;

use time::{Date, OffsetDateTime, macros::format_description};

use crate::services::filter::{Filter, Operator};

/// The day of a moment in seconds since 1970.
pub(super) fn day_of(seconds: i64) -> Date {
    OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH).date()
}

/// The days that a filter asks for, up to today. Without one, those of the current month, which
/// stands for the billing period. Nothing if the filter is not understood.
///
/// Both bounds may be days or moments; of a moment only its day counts. Azure knows more properties
/// to filter by, which nothing here needs.
pub(super) fn days(filter: Option<&str>, today: Date) -> Option<RangeInclusive<Date>> {
    let (mut first, mut last) = (today.replace_day(1).unwrap_or(today), today);
    let parsed = filter.map_or(Some(Filter::Everything), Filter::parse)?;
    let clauses = parsed.clauses()?;
    // Azure takes dates as texts, between quotes.
    let quotes = filter.unwrap_or_default().matches('\'').count();
    if quotes != 2 * clauses.len() {
        return None;
    }
    for clause in clauses {
        let Filter::Compare { path, operator, value } = clause else { return None };
        let day = value.as_str()?.get(..10)?;
        let day = Date::parse(day, format_description!("[year]-[month]-[day]")).ok()?;
        match (path.to_ascii_lowercase().as_str(), operator) {
            ("properties/usagestart", Operator::GreaterOrEqual | Operator::Equal) => first = day,
            ("properties/usagestart", Operator::Greater) => first = day.next_day()?,
            ("properties/usageend", Operator::LessOrEqual | Operator::Equal) => last = day,
            ("properties/usageend", Operator::Less) => last = day.previous_day()?,
            _ => return None,
        }
    }
    Some(first..=last.min(today))
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    #[track_caller]
    fn check(filter: &str, expected: Option<[Date; 2]>) {
        let expected = expected.map(|[first, last]| first..=last);
        assert_eq!(days(Some(filter), date!(2026 - 11 - 22)), expected, "{filter}");
    }

    #[test]
    fn a_filter_says_which_days() {
        let day = date!(2026 - 11 - 20);
        check(
            "properties/usageStart ge '2026-11-20' and properties/usageEnd le '2026-11-20'",
            Some([day, day]),
        );
        check(
            "properties/usageEnd eq '2026-11-20T23:59:59Z' AND properties/usageStart eq '2026-11-20'",
            Some([day, day]),
        );
        check("properties/usageStart gt '2026-11-19'", Some([day, date!(2026 - 11 - 22)]));
        check(
            "properties/usageEnd lt '2027-01-01'",
            Some([date!(2026 - 11 - 01), date!(2026 - 11 - 22)]),
        );
        assert_eq!(days(None, day), Some(date!(2026 - 11 - 01)..=day));
    }

    #[test]
    fn what_is_no_filter_is_refused() {
        for filter in [
            "",
            "properties/usageStart",
            "properties/usageStart ge 2026-11-20",
            "properties/usageStart ge '2026-11-20' or properties/usageEnd le '2026-11-20'",
            "properties/usageStart ne '2026-11-20'",
            "properties/usageStart ge '20.11.2026'",
        ] {
            check(filter, None);
        }
    }
}
