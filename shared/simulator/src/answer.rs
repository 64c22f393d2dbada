//! An answer of the simulated services, before it becomes HTTP.

use serde_json::Value;

/// An answer with a JSON body.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    /// The HTTP status.
    pub(crate) status: u16,
    /// Headers besides those that the server adds to every answer.
    pub(crate) headers: Vec<(&'static str, String)>,
    /// The body, always JSON.
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn new(status: u16, body: &Value) -> Self {
        Self { status, headers: Vec::new(), body: body.to_string().into_bytes() }
    }

    /// An answer with one more header.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
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
        Self { status: 200, headers: Vec::new(), body }
    }
}
