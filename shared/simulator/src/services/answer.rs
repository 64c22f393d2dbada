//! An answer of the simulated services, before it becomes HTTP.

use std::time::Duration;

use h2::Reason;
use serde_json::{Value, json};

use crate::services::export::Download;

/// How the server ends an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Ending {
    /// As it should.
    #[default]
    Whole,
    /// There is no answer: the connection is reset.
    Reset,
    /// In the middle of the body, whose length was told.
    Cut,
    /// In the middle of the body, whose length was not told.
    Unended,
    /// There is no answer: with HTTP/2, the stream is reset.
    Stream(Reason),
    /// There is no answer: with HTTP/2, the server goes away before it has looked at the request.
    GoneAway,
    /// The connection is closed, and the answer says so; with HTTP/2, GOAWAY does.
    Closed,
    /// The connection is closed, and the answer does not say so.
    Dropped,
    /// It does not come for so long; then the connection is reset.
    Never(Duration),
    /// In the middle of the body nothing more comes for so long; then it ends there.
    Silent(Duration),
}

mod indented;

/// An answer, which has a JSON body unless it is faulty.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    /// The HTTP status.
    pub(crate) status: u16,
    /// Headers besides those that the server adds to every answer.
    pub(crate) headers: Vec<(&'static str, String)>,
    /// The body.
    pub(crate) body: Vec<u8>,
    /// What is sent in the place of the body.
    pub(crate) download: Option<Download>,
    /// How long the server waits before it answers.
    pub(crate) delay: Duration,
    /// How the server ends the answer.
    pub(crate) ending: Ending,
}

impl Answer {
    pub(crate) fn new(status: u16, body: &Value) -> Self {
        Self { status, body: body.to_string().into_bytes(), ..Self::empty() }
    }

    /// 200 without a body.
    pub(crate) const fn empty() -> Self {
        Self {
            status: 200,
            headers: Vec::new(),
            body: Vec::new(),
            download: None,
            delay: Duration::ZERO,
            ending: Ending::Whole,
        }
    }

    /// Whether it is a list that holds nothing.
    pub(crate) fn lists_nothing(&self) -> bool {
        let body = || serde_json::from_slice::<Value>(&self.body);
        // Whatever is in a list takes more than this.
        self.body.len() < 256 && body().is_ok_and(|it| it["value"] == json!([]))
    }

    /// That there is no such host. In the real cloud such a name does not resolve, or leads to
    /// someone else.
    pub(crate) fn nowhere() -> Self {
        Self::new(404, &json!({ "error": { "code": "UnknownHost" } }))
    }

    /// An answer with one more header.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The same answer as resource providers write it: indented, with `\r\n` at the ends of lines,
    /// and with names in another order in each turn. What is no JSON stays as it is.
    pub(crate) fn indented(self, turn: usize) -> Self {
        let Ok(body) = serde_json::from_slice::<Value>(&self.body) else { return self };
        Self { body: indented::text(&body, turn).into_bytes(), ..self }
    }

    /// A page of a list. The items are written one after the other, so that only the bytes of a
    /// page are ever in memory and not its tree.
    pub(crate) fn page(head: &[(&'static str, Value)], items: impl Iterator<Item = Value>) -> Self {
        let mut body = b"{".to_vec();
        for (name, value) in head {
            body.extend(format!("\"{name}\":{value},").into_bytes());
        }
        body.extend(b"\"value\":[");
        for (place, item) in items.enumerate() {
            if place > 0 {
                body.push(b',');
            }
            body.extend(item.to_string().into_bytes());
        }
        body.extend(b"]}");
        Self { body, ..Self::empty() }
    }
}
