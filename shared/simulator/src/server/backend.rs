//! What answers requests, whatever protocol they come by.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::http::Response;
use axum::http::response::Builder;

use super::router::Router;
use crate::services::answer::Answer;
use crate::services::request::Request;
use crate::world::random::Draw;

/// What answers requests, whatever protocol they come by.
pub(crate) struct Backend {
    pub(crate) router: Arc<Router>,
    pub(crate) latency: Duration,
    pub(crate) seed: u64,
    pub(crate) served: AtomicU64,
}

impl Backend {
    /// What a request is answered, without the wait that comes before it.
    pub(crate) fn answer(&self, request: &Request) -> Answer {
        let mut answer = self.router.answer(request);
        answer.delay += self.latency;
        answer
    }

    /// The head of an answer.
    pub(crate) fn head(&self, answer: &Answer) -> Builder {
        let served = self.served.fetch_add(1, Ordering::Relaxed);
        let id = Draw::new(self.seed, "request", served).guid();
        let mut response = Response::builder()
            .status(answer.status)
            .header("Content-Type", "application/json; charset=utf-8")
            .header("request-id", &id)
            .header("x-ms-request-id", id);
        for (name, value) in &answer.headers {
            // A later value takes the place of an earlier one.
            if let (Some(headers), Ok(value)) = (response.headers_mut(), value.parse()) {
                headers.insert(*name, value);
            }
        }
        response
    }
}
