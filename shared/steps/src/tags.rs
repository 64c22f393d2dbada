//! How tags become properties.

use graph::Entity;
use serde_json::{Number, Value};

/// Sets what the tags of a resource say, as `JupiterOne` does: `tag.<name>` for each, the names of
/// those without a value as `tags`, and the known ones as properties too.
pub(crate) fn assign(tags: Option<&Value>, entity: &mut Entity) {
    let Some(Value::Object(tags)) = tags else { return };
    let mut flags: Vec<Value> = Vec::new();
    for (name, value) in tags {
        let Some(value) = value.as_str() else { continue };
        if value.is_empty() || value.eq_ignore_ascii_case("true") {
            flags.push(name.as_str().into());
        }
        entity.set(&format!("tag.{name}"), Some(parse(value)));
        let known = name.to_ascii_lowercase();
        match known.as_str() {
            "classification" | "owner" | "email" => entity.set(&known, Some(value)),
            "name" if !value.is_empty() => entity.set("displayName", Some(value)),
            _ => (),
        }
    }
    if !flags.is_empty() {
        entity.set("tags", Some(flags));
    }
}

/// A tag's value as what it looks like: a boolean, a number, or text.
pub(crate) fn parse(text: &str) -> Value {
    match text {
        "true" => true.into(),
        "false" => false.into(),
        // Only what reads back as it was written: `007` and `1e3` stay text.
        _ => match text.parse::<i64>() {
            Ok(number) if number.to_string() == text => Number::from(number).into(),
            _ => text.into(),
        },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_becomes_what_it_looks_like() {
        let values = ["true", "false", "12", "007", "1e3", "x", ""].map(parse);
        let expected = [
            json!(true),
            json!(false),
            json!(12),
            json!("007"),
            json!("1e3"),
            json!("x"),
            json!(""),
        ];
        assert_eq!(values, expected);
    }
}
