//! JSON as resource providers write it.

use serde_json::Value;

/// A document in lines. In each turn, its names come in another order.
pub(super) fn text(document: &Value, turn: usize) -> String {
    let mut text = String::new();
    write(document, turn, 0, &mut text);
    text
}

fn write(value: &Value, turn: usize, depth: usize, text: &mut String) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            let mut fields: Vec<_> = fields.iter().collect();
            let first = turn % fields.len();
            fields.rotate_left(first);
            let field = |(name, value): (&String, &Value), text: &mut String| {
                text.push_str(&Value::from(name.as_str()).to_string());
                text.push_str(": ");
                write(value, turn, depth + 1, text);
            };
            lines(fields.into_iter(), ['{', '}'], depth, field, text);
        }
        Value::Array(items) if !items.is_empty() => {
            let item = |item: &Value, text: &mut String| write(item, turn, depth + 1, text);
            lines(items.iter(), ['[', ']'], depth, item, text);
        }
        value => text.push_str(&value.to_string()),
    }
}

/// One line for each of what stands between two brackets.
fn lines<T>(
    all: impl Iterator<Item = T>,
    [open, close]: [char; 2],
    depth: usize,
    write: impl Fn(T, &mut String),
    text: &mut String,
) {
    text.push(open);
    for (place, one) in all.enumerate() {
        text.push_str(if place == 0 { "\r\n" } else { ",\r\n" });
        text.push_str(&"  ".repeat(depth + 1));
        write(one, text);
    }
    text.push_str("\r\n");
    text.push_str(&"  ".repeat(depth));
    text.push(close);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_document_has_lines_and_names_in_changing_order() {
        let document = json!({ "a": [1, { "b": "x\n" }, {}, []], "c": null });
        let mut forms = Vec::new();
        for turn in 0..2 {
            let text = text(&document, turn);
            assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), document);
            forms.push(text);
        }
        assert!(
            forms[0].starts_with("{\r\n  \"a\": [\r\n    1,\r\n    {\r\n      \"b\""),
            "{}",
            forms[0]
        );
        assert!(forms[1].starts_with("{\r\n  \"c\": null,"), "{}", forms[1]);
    }
}
