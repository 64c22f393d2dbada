//! Reading an object of an event, with every problem noted.

use serde_json::{Map, Value};

/// How long a text may be, in bytes. No id, name, secret or ARN of Microsoft's or Amazon's is
/// longer.
pub(super) const LONGEST_TEXT: usize = 4096;

/// What is wrong with an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where, as a JSON pointer.
    pub path: String,
    /// What is wrong and what to do.
    pub message: String,
}

/// Reads a value of an event at some path, and notes what is wrong.
pub(super) struct Reader<'e> {
    path: String,
    value: &'e Value,
    fields: Option<&'e Map<String, Value>>,
    problems: &'e mut Vec<Problem>,
}

impl<'e> Reader<'e> {
    pub(super) fn new(path: &str, value: &'e Value, problems: &'e mut Vec<Problem>) -> Self {
        Self { path: path.to_owned(), value, fields: None, problems }
    }

    /// A reader of a value below this one.
    pub(super) fn nested<'n>(&'n mut self, path: &str, value: &'n Value) -> Reader<'n> {
        Reader::new(path, value, self.problems)
    }

    /// This reader, if the value is an object.
    pub(super) fn object(mut self, help: &str) -> Option<Self> {
        self.fields = self.value.as_object();
        if self.fields.is_none() {
            let message = format!("is {}, not an object; {help}", describe(self.value));
            self.problems.push(Problem { path: self.path.clone(), message });
        }
        self.fields.is_some().then_some(self)
    }

    /// Notes a problem of a field, or of the object itself.
    pub(super) fn problem(&mut self, name: &str, message: &str) {
        let path = if name.is_empty() { self.path.clone() } else { self.at(name) };
        self.problems.push(Problem { path, message: message.to_owned() });
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.field(name).is_some()
    }

    pub(super) fn names(&self) -> Vec<String> {
        self.fields.map(|it| it.keys().cloned().collect()).unwrap_or_default()
    }

    /// A field of any type, with its path. Null counts as left out.
    pub(super) fn child(&self, name: &str) -> Option<(String, &'e Value)> {
        Some((self.at(name), self.field(name)?))
    }

    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        match self.field(name)? {
            Value::String(text) if text.len() > LONGEST_TEXT => {
                self.problem(name, &format!("is longer than {LONGEST_TEXT} bytes; shorten it"));
                None
            }
            Value::String(text) if text.trim().is_empty() => None,
            Value::String(text) => Some(text.clone()),
            other => {
                let message = format!("is {}; write it as text, in quotes", describe(other));
                self.problem(name, &message);
                None
            }
        }
    }

    pub(super) fn required_text(&mut self, name: &str, help: &str) -> Option<String> {
        let problems = self.problems.len();
        let text = self.text(name);
        if text.is_none() && self.problems.len() == problems {
            self.problem(name, &format!("is missing; {help}"));
        }
        text
    }

    pub(super) fn flag(&mut self, name: &str) -> Option<bool> {
        let value = self.field(name)?;
        if !value.is_boolean() {
            let message = format!("is {}; write true or false, without quotes", describe(value));
            self.problem(name, &message);
        }
        value.as_bool()
    }

    /// Notes the fields that nothing reads.
    pub(super) fn finish(mut self, known: &[&str]) {
        for name in self.names() {
            if !known.contains(&name.as_str()) {
                self.problem(&name, &format!("is unknown; expected one of {}", known.join(", ")));
            }
        }
    }

    fn field(&self, name: &str) -> Option<&'e Value> {
        self.fields?.get(name).filter(|it| !it.is_null())
    }

    fn at(&self, name: &str) -> String {
        // The escapes of RFC 6901, and a bound on what a stranger's field name adds to a message.
        let name: String = name.chars().take(64).collect();
        format!("{}/{}", self.path, name.replace('~', "~0").replace('/', "~1"))
    }
}

/// How long an id may be: that of a tenant's instance and that of a subscription, joined.
pub(super) const LONGEST_ID: usize = 128;

/// An id that may become part of an object's name or of an address.
pub(super) fn identifier(reader: &mut Reader<'_>, name: &str, id: String) -> Option<String> {
    let is_fine = id.len() <= LONGEST_ID
        && !id.starts_with('.')
        && id.bytes().all(|it| it.is_ascii_alphanumeric() || b"._~-".contains(&it));
    if !is_fine {
        let message = format!("is invalid: expected at most {LONGEST_ID} letters, digits and ._~-");
        reader.problem(name, &message);
    }
    is_fine.then_some(id)
}

/// What a value is, without repeating it: it may be a secret in the wrong place.
fn describe(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
