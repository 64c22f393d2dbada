//! A request as the plan of faults sees it.

use super::kind::{Shape, Tokens};
use super::ticket::Ticket;
use crate::services::request::Request;
use crate::world::random::hash;

/// A request, with what tells it from others.
pub(super) struct Visit {
    /// The request as the service is to see it, with its own page token.
    pub(super) request: Request,
    pub(super) shape: Shape,
    /// What is the same for one and the same request, however often and in whatever order of its
    /// parameters it comes, by itself or in a `$batch`.
    pub(super) key: u64,
    /// What is the same for all pages of a list.
    pub(super) list: u64,
    /// What is the same for all delta queries of a collection.
    pub(super) collection: u64,
    /// The token of a delta query that begins a round.
    pub(super) delta: Option<String>,
    /// The page token as the client sent it.
    pub(super) token: Option<String>,
    /// What the page token stands for; nothing for the first page.
    pub(super) ticket: Option<Ticket>,
}

impl Visit {
    pub(super) fn new(request: &Request) -> Self {
        let token = request.parameter("$skiptoken").map(str::to_owned);
        let ticket = token.as_deref().and_then(Ticket::parse);
        let mut inner = request.clone();
        if let Some(ticket) = &ticket {
            inner.query.retain(|(name, _)| !name.eq_ignore_ascii_case("$skiptoken"));
            inner.query.extend(ticket.inner.clone().map(|token| ("$skiptoken".to_owned(), token)));
        }
        let delta = request.parameter("$deltatoken").map(str::to_owned);
        let delta = delta.filter(|delta| token.is_none() && !matches!(&**delta, "" | "latest"));
        let tokens = Tokens { has_page: ticket.is_some(), has_delta: delta.is_some() };
        let shape = if request.host.eq_ignore_ascii_case("login.microsoftonline.com") {
            Shape::SignIn
        } else if request.nested {
            Shape::Nested(tokens)
        } else if path(request).ends_with("/$batch") {
            Shape::Batch
        } else if request.method == "POST" && path(request).ends_with("/reports/exportjobs") {
            Shape::Export
        } else {
            Shape::Single(tokens)
        };
        let own = identity(request);
        let list = ticket.as_ref().map_or(own, |ticket| ticket.list);
        let collection = hash(1, &path(request));
        let key = hash(own, token.as_deref().unwrap_or_default());
        Self { request: inner, shape, key, list, collection, delta, token, ticket }
    }

    /// A hash of the bearer token.
    pub(super) fn bearer(&self) -> Option<u64> {
        self.request.bearer.as_deref().map(|token| hash(0, token))
    }
}

/// The path of a request below the base of its service, in lower case.
pub(super) fn path(request: &Request) -> String {
    format!("/{}", request.segments().join("/").to_lowercase())
}

/// The part of a value that does not depend on when it was given out. Tokens of delta queries have
/// the rest behind a dot.
fn stable<'a>(name: &str, value: &'a str) -> &'a str {
    match value.split_once('.') {
        Some((stable, _)) if name == "$deltatoken" => stable,
        _ => value,
    }
}

/// A hash of all of a request but its page token.
fn identity(request: &Request) -> u64 {
    let mut query: Vec<String> = request
        .query
        .iter()
        .map(|(name, value)| (name.to_lowercase(), value))
        .filter(|(name, _)| name != "$skiptoken")
        .map(|(name, value)| format!("{name}={}", stable(&name, value)))
        .collect();
    query.sort_unstable();
    let text = format!(
        "{} {}{}?{}\n{}",
        request.method,
        request.host.to_lowercase(),
        path(request),
        query.join("&"),
        String::from_utf8_lossy(&request.body)
    );
    hash(0, &text)
}
