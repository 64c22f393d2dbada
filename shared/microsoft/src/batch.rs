//! Several requests to Microsoft Graph in one (`$batch`).
//!
//! Source: Microsoft Graph, "Combine multiple HTTP requests using JSON batching".

use std::borrow::Cow;
use std::collections::HashMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::request::{EVENTUAL, LOW_PRIORITY};
use crate::transport::Reply;

/// A request of a batch: a path with its query below the version of the API, whether it needs
/// `ConsistencyLevel: eventual`, and what is sent by POST, if anything.
#[derive(Debug)]
pub(crate) struct SubRequest<'p> {
    pub(crate) url: &'p str,
    pub(crate) is_eventual: bool,
    pub(crate) body: Option<&'p Value>,
}

#[derive(Serialize)]
struct Batch<'p> {
    requests: Vec<Wire<'p>>,
}

#[derive(Serialize)]
struct Wire<'p> {
    id: String,
    method: &'static str,
    url: &'p str,
    headers: HashMap<&'static str, &'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<&'p Value>,
}

/// The body of a batch.
pub(crate) fn body(parts: &[SubRequest<'_>]) -> Vec<u8> {
    let requests = parts.iter().enumerate().map(|(id, part)| {
        let mut headers = HashMap::from([LOW_PRIORITY]);
        if part.is_eventual {
            headers.extend([EVENTUAL]);
        }
        if part.body.is_some() {
            // A batch refuses a body without it.
            headers.insert("content-type", "application/json");
        }
        let method = if part.body.is_some() { "POST" } else { "GET" };
        Wire { id: id.to_string(), method, url: part.url, headers, body: part.body }
    });
    // Texts under text keys can always be written.
    serde_json::to_vec(&Batch { requests: requests.collect() }).unwrap_or_default()
}

#[derive(Deserialize)]
struct Answers<'b> {
    #[serde(borrow)]
    responses: Vec<Answer<'b>>,
}

#[derive(Deserialize)]
struct Answer<'b> {
    #[serde(borrow)]
    id: Cow<'b, str>,
    status: u16,
    #[serde(default)]
    headers: HashMap<String, Value>,
    #[serde(borrow)]
    body: Option<&'b RawValue>,
}

/// The answers of a batch in the order of its parts, and none for a part without an answer. Bodies
/// are the very bytes that the batch holds.
///
/// # Errors
///
/// If it is not the answer of a batch.
pub(crate) fn replies(body: &Bytes, parts: usize) -> Result<Vec<Option<Reply>>, serde_json::Error> {
    let Answers { responses } = serde_json::from_slice(body)?;
    let mut replies: Vec<Option<Reply>> = (0..parts).map(|_| None).collect();
    for answer in responses {
        let part = answer.id.parse().ok().and_then(|id: usize| replies.get_mut(id));
        let status = StatusCode::from_u16(answer.status);
        if let (Some(part), Ok(status)) = (part, status) {
            let headers = headers(answer.headers);
            let own = answer.body.map_or("", RawValue::get);
            let own = unpacked(&headers, own).unwrap_or_else(|| body.slice_ref(own.as_bytes()));
            *part = Some(Reply { status, headers, body: own });
        }
    }
    Ok(replies)
}

/// A body that is not JSON by its type, as the reports of Intune are not: it is written in Base64.
fn unpacked(headers: &HeaderMap, body: &str) -> Option<Bytes> {
    let is_json = headers.get(CONTENT_TYPE).is_none_or(|it| it.as_bytes().starts_with(JSON));
    let text = Some(body).filter(|it| !is_json && it.starts_with('"'));
    let text = text.and_then(|it| serde_json::from_str::<String>(it).ok());
    text.and_then(|it| BASE64_STANDARD.decode(it).ok()).map(Bytes::from)
}

const JSON: &[u8] = b"application/json";

fn headers(wire: HashMap<String, Value>) -> HeaderMap {
    let header = |(name, value): (String, Value)| {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        Some((HeaderName::try_from(name).ok()?, HeaderValue::try_from(text).ok()?))
    };
    wire.into_iter().filter_map(header).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_names_its_parts() {
        let parts = [
            SubRequest { url: "/groups/1/members?$top=999", is_eventual: false, body: None },
            SubRequest { url: "/users?$count=true", is_eventual: true, body: None },
            SubRequest { url: "/reports", is_eventual: false, body: Some(&Value::from(1)) },
        ];
        let body: Value = serde_json::from_slice(&body(&parts)).unwrap();
        let priority = "x-ms-throttle-priority";
        assert_eq!(
            body,
            serde_json::json!({ "requests": [
                { "id": "0", "method": "GET", "url": "/groups/1/members?$top=999", "headers": { priority: "Low" } },
                { "id": "1", "method": "GET", "url": "/users?$count=true",
                  "headers": { priority: "Low", "consistencylevel": "eventual" } },
                { "id": "2", "method": "POST", "url": "/reports",
                  "headers": { priority: "Low", "content-type": "application/json" }, "body": 1 },
            ] })
        );
    }

    #[test]
    fn answers_come_in_any_order_and_bodies_as_they_are() {
        let body = br#"{"responses":[
            {"id":"2","status":429,"headers":{"Retry-After":"3","x-number":7},"body":{"error":{}}},
            {"id":"0","status":200,"headers":{},"body":{ "value" : [1.50, "\u00e4"] }},
            {"id":"3","status":204},
            {"id":"9","status":200,"body":{}},
            {"id":"one","status":200,"body":{}},
            {"id":"4","status":20,"body":{}}
        ]}"#;
        let replies = replies(&Bytes::from_static(body), 5).unwrap();
        let reply = |part: usize| replies[part].as_ref().unwrap();
        assert_eq!(reply(0).body, br#"{ "value" : [1.50, "\u00e4"] }"#[..]);
        assert_eq!(reply(0).status, StatusCode::OK);
        assert!(replies[1].is_none() && replies[4].is_none());
        assert_eq!(
            (&reply(2).headers["retry-after"], &reply(2).headers["x-number"]),
            (&"3".parse().unwrap(), &"7".parse().unwrap())
        );
        assert!(reply(3).body.is_empty());
    }

    #[test]
    fn what_is_not_json_by_its_type_comes_in_base64() {
        let body = br#"{"responses":[
            {"id":"0","status":200,"headers":{"Content-Type":"application/octet-stream"},"body":"eyJhIjoxfQ=="},
            {"id":"1","status":200,"headers":{"Content-Type":"application/json; x=y"},"body":"eyJhIjoxfQ=="},
            {"id":"2","status":200,"headers":{"Content-Type":"application/octet-stream"},"body":{"a":1}},
            {"id":"3","status":200,"headers":{"Content-Type":"application/octet-stream"},"body":"no!"}
        ]}"#;
        let replies = replies(&Bytes::from_static(body), 4).unwrap();
        let bodies: Vec<_> = replies.into_iter().map(|it| it.unwrap().body).collect();
        let expected: [&[u8]; 4] =
            [br#"{"a":1}"#, br#""eyJhIjoxfQ==""#, br#"{"a":1}"#, br#""no!""#];
        assert_eq!(bodies, expected);
    }

    #[test]
    fn what_is_no_batch_is_an_error() {
        for body in ["", "{}", "<html>", r#"{"responses":{}}"#, r#"{"responses":[{"id":1}]}"#] {
            assert!(replies(&body.into(), 1).is_err(), "{body}");
        }
    }
}
