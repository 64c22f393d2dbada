//! Requests as they are sent.

use reqwest::Method;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue};
use steps::Service;
use url::Url;

use crate::identity::Token;

/// Requests of users come first, and this is not one. Microsoft Graph only.
pub(crate) const LOW_PRIORITY: (&str, &str) = ("x-ms-throttle-priority", "Low");

/// What some queries of Microsoft Graph need on each page.
pub(crate) const EVENTUAL: (&str, &str) = ("consistencylevel", "eventual");

/// What the service writes into its logs, for its support.
const REQUEST_ID: HeaderName = HeaderName::from_static("client-request-id");

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Asks for a document.
pub(crate) fn get(
    url: Url,
    service: Service,
    token: &Token,
    is_eventual: bool,
) -> reqwest::Request {
    let mut request = request(Method::GET, url, service, token);
    if is_eventual {
        let (name, value) = EVENTUAL;
        request.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    request
}

/// Asks with a body of JSON.
pub(crate) fn post(url: Url, service: Service, token: &Token, body: Vec<u8>) -> reqwest::Request {
    let mut request = request(Method::POST, url, service, token);
    request.headers_mut().insert(CONTENT_TYPE, JSON);
    *request.body_mut() = Some(body.into());
    request
}

fn request(method: Method, url: Url, service: Service, token: &Token) -> reqwest::Request {
    let mut request = reqwest::Request::new(method, url);
    let headers = request.headers_mut();
    headers.insert(AUTHORIZATION, token.header());
    headers.insert(ACCEPT, JSON);
    if let Ok(id) = HeaderValue::try_from(uuid::Uuid::new_v4().to_string()) {
        headers.insert(REQUEST_ID, id);
    }
    if service == Service::Graph {
        let (name, value) = LOW_PRIORITY;
        headers.insert(name, HeaderValue::from_static(value));
    }
    request
}
