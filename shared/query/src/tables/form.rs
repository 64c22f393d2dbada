//! Which columns a table needs, by what its rows hold.

use std::collections::BTreeSet;

use serde_json::Value;

use super::manifest::{Column, Form};
use super::row::{Item, Row};

/// What is no column: what has one of its own, and what is only there for the next job.
const LEFT_OUT: [&str; 4] = ["_aliases", "_mapping", "_fromEntityKey", "_toEntityKey"];

/// The largest whole number up to which all are exact as floating point.
const EXACT: u64 = 1 << 53;

/// The kinds of values that a property was seen with.
#[derive(Clone, Copy, Debug, Default)]
struct Seen(u8);

const TEXT: u8 = 1;
const WHOLE: u8 = 2;
const NUMBER: u8 = 4;
const FLAG: u8 = 8;
const LIST: u8 = 16;
const OTHER: u8 = 32;
/// A whole number of more than 53 bits.
const LARGE: u8 = 64;

impl Seen {
    fn see(&mut self, item: &Item<'_>) {
        self.0 |= match item {
            Item::Text(_) => TEXT,
            Item::Other(value) => Self::of(value),
        };
    }

    fn of(value: &Value) -> u8 {
        match value {
            Value::Null => 0,
            Value::String(_) => TEXT,
            Value::Bool(_) => FLAG,
            Value::Number(number) => match number.as_i64() {
                Some(whole) if whole.unsigned_abs() <= EXACT => WHOLE,
                // With another kind of number beside it, it would not be the same any more.
                Some(_) => WHOLE | LARGE,
                None if number.is_f64() => NUMBER,
                None => OTHER,
            },
            Value::Array(items) if items.iter().all(Value::is_string) => LIST,
            Value::Array(_) | Value::Object(_) => OTHER,
        }
    }

    const fn form(self) -> Option<Form> {
        match self.0 {
            0 => None,
            TEXT => Some(Form::Text),
            WHOLE => Some(Form::Whole),
            seen if seen == WHOLE | LARGE => Some(Form::Whole),
            NUMBER => Some(Form::Number),
            seen if seen == WHOLE | NUMBER => Some(Form::Number),
            FLAG => Some(Form::Flag),
            LIST => Some(Form::List),
            _ => Some(Form::Json),
        }
    }
}

/// The columns that rows need.
#[derive(Debug, Default)]
pub(super) struct Forms(Vec<(String, Seen)>);

impl Forms {
    /// Looks at a row.
    pub(super) fn see(&mut self, row: &Row<'_>) {
        // Both are sorted by name.
        let mut at = 0;
        for (name, item) in row.iter() {
            while self.0.get(at).is_some_and(|(it, _)| it.as_str() < name) {
                at += 1;
            }
            if self.0.get(at).is_none_or(|(it, _)| it != name) {
                self.0.insert(at, (name.to_owned(), Seen::default()));
            }
            self.0[at].1.see(item);
        }
    }

    /// The columns of the rows that were looked at. Names that others have are `taken`.
    pub(super) fn columns(self, taken: &[&str]) -> Vec<Column> {
        let mut taken: BTreeSet<String> = taken.iter().map(|it| (*it).to_owned()).collect();
        let mut columns = Vec::new();
        for (property, seen) in self.0 {
            let form = seen.form().filter(|_| !LEFT_OUT.contains(&property.as_str()));
            let Some(form) = form else { continue };
            let column = safe(&property, &taken);
            taken.insert(column.clone());
            columns.push(Column { property, column, form });
        }
        columns
    }
}

/// A name that every engine takes: lower case, digits and underscores, and unlike the others.
fn safe(property: &str, taken: &BTreeSet<String>) -> String {
    let kept = |it: char| it.is_ascii_alphanumeric() || it == '_';
    let name = property.chars().map(|it| if kept(it) { it.to_ascii_lowercase() } else { '_' });
    let name: String = name.collect();
    let numbered = (2..).map(|number| format!("{name}_{number}"));
    let mut names = std::iter::once(name.clone()).chain(numbered);
    names.find(|it| !taken.contains(it)).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn form(values: &[Value]) -> Option<Form> {
        let mut seen = Seen::default();
        for value in values {
            seen.see(&value.into());
        }
        seen.form()
    }

    #[test]
    fn a_column_has_the_form_of_all_its_values() {
        assert_eq!(form(&[json!("a"), json!(null)]), Some(Form::Text));
        assert_eq!(form(&[json!(1), json!(-5)]), Some(Form::Whole));
        assert_eq!(form(&[json!(i64::MAX)]), Some(Form::Whole));
        assert_eq!(form(&[json!(1), json!(0.5)]), Some(Form::Number));
        assert_eq!(form(&[json!(i64::MAX), json!(0.5)]), Some(Form::Json));
        assert_eq!(form(&[json!(u64::MAX)]), Some(Form::Json));
        assert_eq!(form(&[json!(true)]), Some(Form::Flag));
        assert_eq!(form(&[json!(["a"]), json!([])]), Some(Form::List));
        assert_eq!(form(&[json!([1])]), Some(Form::Json));
        assert_eq!(form(&[json!("a"), json!(true)]), Some(Form::Json));
        assert_eq!(form(&[json!(null)]), None);
    }

    #[test]
    fn names_of_columns_are_safe_and_differ() {
        let mut forms = Forms::default();
        let row = json!({ "TTL": 1, "ttl": 2, "log.Alert.enabled": true, "_entity": "x" });
        forms.see(&row.as_object().unwrap().into());
        let columns = forms.columns(&["_entity"]);
        let names: Vec<&str> = columns.iter().map(|it| it.column.as_str()).collect();
        assert_eq!(names, ["ttl", "_entity_2", "log_alert_enabled", "ttl_2"]);
    }
}
