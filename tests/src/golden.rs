//! Comparing what the code produces with what is committed.

use std::path::Path;
use std::{env, fs};

use serde_json::{Map, Value};

/// Checks that a file holds `actual`, or makes it so if `UPDATE` is set.
///
/// # Panics
///
/// If the file holds something else, or cannot be written.
#[track_caller]
pub fn golden(path: &Path, actual: &str) {
    if let Some(difference) = difference(path, actual) {
        panic!("{difference}");
    }
}

/// How a file differs from `actual`, unless `UPDATE` is set, which makes it the same.
///
/// # Panics
///
/// If the file cannot be written.
#[must_use]
pub fn difference(path: &Path, actual: &str) -> Option<String> {
    let expected = fs::read_to_string(path).unwrap_or_default();
    if actual == expected {
        return None;
    }
    if is_update() {
        fs::write(path, actual).expect("a golden file can be written");
        return None;
    }
    let lines = actual.lines().zip(expected.lines());
    let line = lines.take_while(|(actual, expected)| actual == expected).count();
    let of = |text: &str| text.lines().nth(line).unwrap_or("the end").to_owned();
    Some(format!(
        "{} holds `{}` at line {}, but should hold `{}`. If that is right, run the test again with \
         UPDATE=1, and read the diff.",
        path.display(),
        of(&expected),
        line + 1,
        of(actual),
    ))
}

/// Whether golden files are to be written rather than compared.
#[must_use]
pub fn is_update() -> bool {
    env::var_os("UPDATE").is_some()
}

/// A value as the text of a golden file. Names are sorted, whichever features `serde_json` was
/// built with.
#[must_use]
pub fn pretty(value: &Value) -> String {
    format!("{:#}\n", sorted(value))
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(sorted).collect(),
        Value::Object(fields) => {
            let mut names: Vec<&String> = fields.keys().collect();
            names.sort();
            let fields = names.into_iter().map(|name| (name.clone(), sorted(&fields[name])));
            Value::Object(fields.collect::<Map<_, _>>())
        }
        other => other.clone(),
    }
}
