//! Rows as text, with commas between the values.

use serde_json::Value;

/// What a file begins with: the mark of UTF-8.
pub(super) const MARK: &[u8] = b"\xef\xbb\xbf";

/// Adds a row.
pub(super) fn add<'a>(text: &mut Vec<u8>, values: impl Iterator<Item = std::borrow::Cow<'a, str>>) {
    for (place, value) in values.enumerate() {
        if place > 0 {
            text.push(b',');
        }
        if value.contains([',', '"', '\r', '\n']) {
            text.push(b'"');
            text.extend(value.replace('"', "\"\"").bytes());
            text.push(b'"');
        } else {
            text.extend(value.bytes());
        }
    }
    text.extend(b"\r\n");
}

/// A value as it stands in a row.
pub(super) fn text(value: &Value) -> std::borrow::Cow<'_, str> {
    match value {
        Value::Null => "".into(),
        Value::String(text) => text.into(),
        // As .NET writes them.
        Value::Bool(true) => "True".into(),
        Value::Bool(false) => "False".into(),
        other => other.to_string().into(),
    }
}
