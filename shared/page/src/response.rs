//! What a browser is answered.

use std::borrow::Cow;

use serde_json::{Value, json};

use crate::failure::Failure;

/// What the page may do: load its own files and ask its own server. No script or style within a
/// document runs, so that text from a tenant cannot become either.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data: blob:; worker-src 'self'; frame-ancestors 'none'; base-uri 'none'; \
    form-action 'none'; connect-src 'self'";

/// The headers of every answer. Nothing of it is kept: it describes where a tenant can be attacked.
const HEADERS: [(&str, &str); 6] = [
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
    ("cache-control", "no-store"),
];

/// An answer, whoever hands it over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// The type of the body.
    pub content_type: &'static str,
    /// The body.
    pub body: Cow<'static, [u8]>,
    /// Another server that the page may ask, in words of a policy; none but for signing in.
    pub(crate) asks: Option<String>,
}

impl Response {
    /// A file of the page.
    pub(crate) const fn file(content_type: &'static str, bytes: &'static [u8]) -> Self {
        Self { status: 200, content_type, body: Cow::Borrowed(bytes), asks: None }
    }

    pub(crate) fn json(status: u16, value: &Value) -> Self {
        Self::text(status, value.to_string())
    }

    /// JSON that is written already.
    pub(crate) fn text(status: u16, json: String) -> Self {
        let body = Cow::Owned(json.into_bytes());
        Self { status, content_type: "application/json", body, asks: None }
    }

    /// Says why a request is not answered.
    #[must_use]
    pub fn failed(failure: &Failure) -> Self {
        Self::json(failure.status(), &json!({ "error": failure.to_string() }))
    }

    /// All headers of the answer.
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, Cow<'static, str>)> {
        let policy = match &self.asks {
            Some(server) => Cow::Owned(format!("{POLICY} {server}")),
            None => Cow::Borrowed(POLICY),
        };
        let content_type = Cow::Borrowed(self.content_type);
        let fixed = HEADERS.map(|(name, value)| (name, Cow::Borrowed(value)));
        let own = [("content-security-policy", policy), ("content-type", content_type)];
        fixed.into_iter().chain(own)
    }
}
