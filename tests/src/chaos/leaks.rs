//! Watching that no secret gets out.

use std::fmt::{self, Write as _};
use std::sync::{Arc, Mutex, PoisonError};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

/// How every token begins, in base64: `{"alg"` and `{"typ"`.
const TOKENS: [&str; 2] = ["eyJhbGci", "eyJ0eXAi"];

/// Reads whatever is written somewhere, and notes where a secret or a token is in it.
#[derive(Clone, Debug)]
pub(crate) struct Leaks {
    secret: String,
    found: Arc<Mutex<Vec<String>>>,
    warning: Arc<Mutex<String>>,
}

impl Leaks {
    pub(crate) fn new(secret: &str) -> Self {
        Self { secret: secret.to_owned(), found: Arc::default(), warning: Arc::default() }
    }

    pub(crate) fn scan(&self, place: impl fmt::Display, text: &str) {
        for secret in TOKENS.into_iter().chain([self.secret.as_str()]) {
            if let Some((before, _)) = text.split_once(secret) {
                let skip = before.chars().count().saturating_sub(80);
                let before: String = before.chars().skip(skip).collect();
                let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
                found.push(format!("a secret or a token gets out in {place}, after {before:?}"));
            }
        }
    }

    pub(crate) fn found(&self) -> Vec<String> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The last warning or error of the log, which tells why something does not end.
    pub(crate) fn warning(&self) -> String {
        self.warning.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn log(&self, metadata: &Metadata<'_>, line: &Line) {
        if *metadata.level() <= Level::WARN {
            line.0.clone_into(&mut self.warning.lock().unwrap_or_else(PoisonError::into_inner));
        }
        self.scan(format_args!("a line of the log ({})", metadata.target()), &line.0);
    }
}

/// Reads every line of the log, at every level.
impl Subscriber for Leaks {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        // The simulated cloud may say what it likes: it knows all secrets.
        !metadata.target().starts_with("simulator")
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut line = Line::default();
        span.record(&mut line);
        self.log(span.metadata(), &line);
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        let mut line = Line::default();
        values.record(&mut line);
        self.scan("a field of a span", &line.0);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = Line::default();
        event.record(&mut line);
        self.log(event.metadata(), &line);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[derive(Default)]
struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // Writing to a string cannot fail.
        let _ = write!(self.0, "{}={value:?} ", field.name());
    }
}
