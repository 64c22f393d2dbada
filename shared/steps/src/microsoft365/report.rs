//! Reading the rows of Intune's reports.

use std::borrow::Cow;

use serde_json::Value;

use crate::item::Item;

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
/// Intune adds a column `…_loc` for each of those, with what its own pages show. Such a column
/// comes unasked, and asking for it is an error. The codes are not documented; that words are
/// English is left to Intune, which takes it from the request.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_joined() {
        assert_eq!(joined("Not installed"), "notInstalled");
        assert_eq!(joined("installed"), "installed");
        assert_eq!(joined(" "), "");
    }
}
