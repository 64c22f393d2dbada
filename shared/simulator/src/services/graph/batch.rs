//! Several requests in one: `POST /$batch`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use super::error::{Failure, refuse};
use crate::services::answer::Answer;
use crate::services::cloud::Cloud;
use crate::services::request::{Request, parse_form};
use crate::world::random::{Draw, hash};

/// What reports say that they are.
const FILE: &str = "application/octet-stream";

/// The most requests in a batch.
const MOST: usize = 20;

#[derive(Deserialize)]
struct Batch {
    requests: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    id: String,
    #[serde(default)]
    method: Option<String>,
    url: String,
    #[serde(default)]
    headers: serde_json::Map<String, Value>,
    #[serde(default)]
    body: Option<Box<RawValue>>,
}

#[derive(Serialize)]
struct Responses {
    responses: Vec<Response>,
}

#[derive(Serialize)]
struct Response {
    id: String,
    status: u16,
    headers: serde_json::Map<String, Value>,
    body: Box<RawValue>,
}

/// Answers a batch. Its requests are answered one by one, each is charged and can be refused by
/// itself, and the answers come in any order.
///
/// `dependsOn` has no effect: reading does not change anything that a later request could see.
pub(super) fn answer(
    cloud: &Cloud,
    request: &Request,
    each: &dyn Fn(&Request) -> Answer,
) -> Answer {
    match steps(request) {
        Err(failure) => refuse(cloud, request, &failure),
        Ok(steps) => {
            let mut responses: Vec<Response> =
                steps.into_iter().map(|step| respond(request, step, each)).collect();
            let text = String::from_utf8_lossy(&request.body);
            shuffle(&mut responses, Draw::new(cloud.tenant.seed, "batch", hash(0, &text)));
            let body = serde_json::to_vec(&Responses { responses }).unwrap_or_default();
            Answer { body, ..Answer::empty() }
        }
    }
}

fn steps(request: &Request) -> Result<Vec<Step>, Failure> {
    if request.method != "POST" {
        return Err(Failure::method(&request.method));
    }
    let batch: Batch = serde_json::from_slice(&request.body)
        .map_err(|error| Failure::bad_request(format!("Invalid batch payload format: {error}")))?;
    if batch.requests.len() > MOST {
        return Err(Failure::too_many_steps());
    }
    let mut ids: Vec<&str> = batch.requests.iter().map(|step| step.id.as_str()).collect();
    ids.sort_unstable();
    if ids.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(Failure::bad_request("Request Id values must be unique in a batch."));
    }
    Ok(batch.requests)
}

/// The requests in a batch; none if it is not one.
pub(crate) fn requests(request: &Request) -> Vec<Request> {
    let steps = steps(request).unwrap_or_default();
    steps.iter().map(|step| nested(request, step)).collect()
}

fn nested(request: &Request, step: &Step) -> Request {
    let version = request.path.split('/').next().unwrap_or_default();
    let (path, query) = step.url.split_once('?').unwrap_or((&step.url, ""));
    let header = |name: &str| {
        let mut headers = step.headers.iter();
        headers
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .and_then(|(_, value)| value.as_str())
    };
    Request {
        method: step.method.as_deref().unwrap_or("GET").to_uppercase(),
        host: request.host.clone(),
        // Addresses in a batch are relative to its own version.
        path: format!("{version}/{}", path.trim_matches('/')),
        query: parse_form(query.as_bytes()),
        bearer: request.bearer.clone(),
        eventual: header("ConsistencyLevel").is_some_and(|it| it.eq_ignore_ascii_case("eventual")),
        prefer: header("Prefer").map(str::to_owned),
        client_request_id: request.client_request_id.clone(),
        is_of_metadata: false,
        body: step.body.as_ref().map(|body| body.get().as_bytes().to_vec()).unwrap_or_default(),
        nested: true,
        is_multiplexed: request.is_multiplexed,
    }
}

fn respond(request: &Request, step: Step, each: &dyn Fn(&Request) -> Answer) -> Response {
    let answer = each(&nested(request, &step));
    let mut headers = serde_json::Map::new();
    headers.insert("Content-Type".into(), "application/json".into());
    let is_file = answer.headers.contains(&("Content-Type", FILE.to_owned()));
    headers.extend(answer.headers.into_iter().map(|(name, value)| (name.into(), value.into())));
    // What is not JSON by its type comes as Base64.
    let body = if is_file {
        Ok(Value::from(STANDARD.encode(&answer.body)).to_string())
    } else {
        String::from_utf8(answer.body)
    };
    let body = body.ok().and_then(|body| RawValue::from_string(body).ok());
    Response { id: step.id, status: answer.status, headers, body: body.unwrap_or_default() }
}

fn shuffle<T>(items: &mut [T], mut draw: Draw) {
    for last in (1..items.len()).rev() {
        let other = draw.below(last as u64 + 1);
        items.swap(last, usize::try_from(other).unwrap_or_default());
    }
}
