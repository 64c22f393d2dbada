//! Reading the rows of Intune's reports.

use std::borrow::Cow;

use serde_json::Value;

use crate::convert::Item;
use crate::entity::milliseconds;

/// Year 1, by which Intune says never: `0001-01-01T00:00:00Z` in milliseconds since 1970.
pub(super) const NEVER: i64 = -62_135_596_800_000;

/// What a row says in a column. Files hold text for everything; tables hold numbers, too.
pub(super) fn cell<'a>(row: &Item<'a>, column: &str) -> Option<Cow<'a, str>> {
    let text = match row.json.get(column)? {
        Value::String(text) => Cow::from(text.as_str()),
        Value::Number(number) => Cow::from(number.to_string()),
        _ => return None,
    };
    Some(text).filter(|it| !it.is_empty())
}

/// What a row says in a column whose values are codes: the word for it, if the row has it.
///
/// Intune adds a column `…_loc` for each of those, with what its own pages show. Such a column comes
/// unasked, and asking for it is an error. The codes are not documented; that words are English is left to
/// Intune, which takes it from the request.
pub(super) fn word<'a>(row: &Item<'a>, column: &str) -> Option<Cow<'a, str>> {
    cell(row, &format!("{column}_loc")).or_else(|| cell(row, column))
}

/// Two or more words in one: `Not installed` becomes `notInstalled`.
pub(super) fn joined(words: &str) -> String {
    let mut joined = String::with_capacity(words.len());
    for (index, word) in words.split_whitespace().enumerate() {
        let mut letters = word.chars();
        let first = letters.next().into_iter();
        if index == 0 {
            joined.extend(first.flat_map(char::to_lowercase));
        } else {
            joined.extend(first.flat_map(char::to_uppercase));
        }
        joined.push_str(letters.as_str());
    }
    joined
}

/// The milliseconds since 1970 of a moment, which reports write in their own way: with a space before the
/// time, and without saying that it is UTC.
pub(super) fn moment(text: &str) -> Option<i64> {
    let mut text = text.trim().replacen(' ', "T", 1);
    if !text.ends_with(['Z', 'z']) && !text.get(19..).is_some_and(|it| it.contains(['+', '-'])) {
        text.push('Z');
    }
    milliseconds(&text).filter(|it| *it != NEVER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_as_reports_write_them() {
        let expected = Some(1_772_337_906_500);
        assert_eq!(moment("2026-03-01T04:05:06.5Z"), expected);
        assert_eq!(moment("2026-03-01 04:05:06.5000000"), expected);
        assert_eq!(moment("2026-03-01T05:05:06.5+01:00"), expected);
        assert_eq!(moment("0001-01-01T00:00:00"), None);
        assert_eq!(moment("yesterday"), None);
        assert_eq!(moment(""), None);
    }

    #[test]
    fn words_are_joined() {
        assert_eq!(joined("Not installed"), "notInstalled");
        assert_eq!(joined("installed"), "installed");
        assert_eq!(joined(" "), "");
    }
}
