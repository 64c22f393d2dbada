//! Filters of tables, whose cells are compared as texts: `PolicyStatus eq '4'` finds the number 4.

use serde_json::Value;

use super::{Filter, Operator};

impl Filter {
    /// Reads the filter of a table, which compares for equality only; nothing if it is malformed.
    /// An empty one lets everything through.
    pub(crate) fn of_table(text: &str) -> Option<Self> {
        if text.trim().is_empty() {
            return Some(Self::Everything);
        }
        Self::parse(text).filter(Self::is_of_table)
    }

    fn is_of_table(&self) -> bool {
        match self {
            Self::Everything => true,
            Self::And(one, other) | Self::Or(one, other) => {
                one.is_of_table() && other.is_of_table()
            }
            Self::Compare { operator, .. } => {
                matches!(operator, Operator::Equal | Operator::Unequal)
            }
            Self::Not(_)
            | Self::In { .. }
            | Self::Starts { .. }
            | Self::Ends { .. }
            | Self::Any { .. }
            | Self::Words { .. } => false,
        }
    }

    /// Whether a row passes, of which the values are told by their names. What has no value of a
    /// name has null.
    pub(crate) fn accepts(&self, value_of: &impl Fn(&str) -> Option<Value>) -> bool {
        match self {
            Self::And(one, other) => one.accepts(value_of) && other.accepts(value_of),
            Self::Or(one, other) => one.accepts(value_of) || other.accepts(value_of),
            Self::Compare { path, operator, value } => {
                let found = text(&value_of(path).unwrap_or_default());
                let is_same = match (&found, &text(value)) {
                    (Some(found), Some(value)) => found.eq_ignore_ascii_case(value),
                    (found, value) => found.is_none() && value.is_none(),
                };
                is_same == (*operator == Operator::Equal)
            }
            _ => true,
        }
    }

    /// Takes out the value that a row must have to pass, if there is one.
    pub(crate) fn take(&mut self, wanted: &str) -> Option<String> {
        match self {
            Self::Compare { path, operator: Operator::Equal, value } if path == wanted => {
                let value = text(value)?;
                *self = Self::Everything;
                Some(value)
            }
            Self::And(one, other) => one.take(wanted).or_else(|| other.take(wanted)),
            _ => None,
        }
    }

    /// Whether it lets everything through.
    pub(crate) fn is_everything(&self) -> bool {
        match self {
            Self::Everything => true,
            Self::And(one, other) => one.is_everything() && other.is_everything(),
            _ => false,
        }
    }
}

/// A cell as text; nothing for null.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn accepts(filter: &str, row: &Value) -> bool {
        Filter::of_table(filter).unwrap().accepts(&|name| row.get(name).cloned())
    }

    #[test]
    fn what_is_combined_is_read_as_it_is_nested() {
        let row = json!({ "a": "X", "b": 2, "c": true, "d": "it's" });
        for filter in [
            "",
            "(a eq 'x')",
            "a eq 'x' and b eq '2'",
            "a eq 'y' or (b eq 2 and c eq true)",
            "e eq null",
            "d eq 'it''s'",
            "(a ne 'y') and ((b eq 1) or (c ne false))",
        ] {
            assert!(accepts(filter, &row), "{filter}");
        }
        for filter in ["a eq 'y'", "a eq null", "b ne '2'", "c eq true and a eq 'y' or b eq 3"] {
            assert!(!accepts(filter, &row), "{filter}");
        }
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for filter in ["a", "a eq", "a gt 1", "(a eq 1", "a eq 1)", "a eq 'x", "isof('b')", "and"] {
            assert_eq!(Filter::of_table(filter), None, "{filter}");
        }
    }

    #[test]
    fn what_has_to_be_equal_is_taken_out_and_the_rest_stays() {
        let mut filter = Filter::of_table("(b eq 2) and (PolicyId eq 'p')").unwrap();
        assert_eq!(filter.take("PolicyId"), Some("p".to_owned()));
        assert!(!filter.is_everything());
        assert_eq!(filter.take("b"), Some("2".to_owned()));
        assert!(filter.is_everything());
        let mut either = Filter::of_table("PolicyId eq 'p' or b eq 2").unwrap();
        assert_eq!(either.take("PolicyId"), None);
    }
}
