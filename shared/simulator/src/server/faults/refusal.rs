//! Answers that refuse, each as its service would say it.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::services::answer::Answer;
use crate::services::cloud::Cloud;
use crate::services::request::Request;
use crate::services::token::Refusal;
use crate::services::{graph, resource_manager, storage, vault};

/// The services, as far as their errors differ.
enum Service {
    SignIn,
    Graph,
    ResourceManager,
    Vault,
    Storage,
}

impl Service {
    fn of(request: &Request) -> Self {
        match request.host.to_ascii_lowercase().as_str() {
            "login.microsoftonline.com" => Self::SignIn,
            "graph.microsoft.com" => Self::Graph,
            "management.azure.com" => Self::ResourceManager,
            host if host.ends_with(".core.windows.net") => Self::Storage,
            _ => Self::Vault,
        }
    }
}

/// An answer of the service that has nothing to do with the request.
pub(super) fn unavailable(
    cloud: &Cloud,
    request: &Request,
    status: u16,
    code: &str,
    text: &str,
) -> Answer {
    match Service::of(request) {
        Service::SignIn => Answer::new(
            status,
            &json!({
                "error": "temporarily_unavailable",
                "error_description": "AADSTS90033: A transient error has occurred. Please try again.",
                "error_codes": [90033],
            }),
        ),
        Service::Storage => storage::error(cloud, status, code, text),
        _ => Answer::new(status, &json!({ "error": { "code": code, "message": text } })),
    }
}

pub(super) fn unsupported_query(cloud: &Cloud, request: &Request) -> Answer {
    let text = "Request contains unsupported query parameters.";
    unavailable(cloud, request, 400, "Request_UnsupportedQuery", text)
}

pub(super) fn throttled(cloud: &Cloud, request: &Request, wait: Option<Duration>) -> Answer {
    let answer = match Service::of(request) {
        Service::SignIn => unavailable(cloud, request, 429, "", ""),
        Service::Graph => graph::error::refuse(cloud, request, &graph::error::Failure::throttled()),
        Service::ResourceManager => {
            let text = "The request is being throttled.";
            Answer::new(429, &json!({ "error": { "code": "TooManyRequests", "message": text } }))
        }
        Service::Vault => vault::throttled(),
        Service::Storage => storage::error(
            cloud,
            503,
            "ServerBusy",
            "The server is currently unable to receive requests.",
        ),
    };
    with_wait(answer, wait)
}

/// An answer that asks to wait, in whole seconds.
pub(super) fn with_wait(answer: Answer, wait: Option<Duration>) -> Answer {
    match wait {
        Some(wait) => answer.with("Retry-After", wait.as_secs().to_string()),
        None => answer,
    }
}

pub(super) fn token_expired(cloud: &Cloud, request: &Request) -> Answer {
    let refusal = Refusal::Expired(cloud.clock.seconds());
    match Service::of(request) {
        Service::SignIn => unavailable(cloud, request, 500, "", ""),
        Service::Graph => graph::error::unauthorized(cloud, request, &refusal),
        Service::ResourceManager => resource_manager::error::unauthorized(cloud, &refusal),
        Service::Vault => vault::unauthorized(cloud, &refusal),
        Service::Storage => unavailable(cloud, request, 500, "InternalError", "It failed."),
    }
}

pub(super) fn page_token_expired(cloud: &Cloud, request: &Request) -> Answer {
    match Service::of(request) {
        Service::SignIn | Service::Graph => {
            graph::error::refuse(cloud, request, &graph::error::Failure::expired_page_token())
        }
        Service::ResourceManager => {
            resource_manager::error::refuse(&resource_manager::error::Failure::invalid_skip_token())
        }
        Service::Vault | Service::Storage => vault::invalid_skip_token(),
    }
}

/// That the service needs the client to begin a delta query from the start.
pub(super) fn delta_token_expired(cloud: &Cloud, request: &Request) -> Answer {
    graph::delta::gone(cloud, request, "resyncRequired")
}

pub(super) fn forbidden(cloud: &Cloud, request: &Request) -> Answer {
    match Service::of(request) {
        Service::SignIn | Service::Graph => {
            graph::error::refuse(cloud, request, &graph::error::Failure::denied())
        }
        Service::ResourceManager => {
            let scope = format!("/{}", request.segments().join("/"));
            let failure =
                resource_manager::error::Failure::authorization_failed("unknown", "*/read", &scope);
            resource_manager::error::refuse(&failure)
        }
        Service::Vault => vault::error(403, "Forbidden", "Access denied.", Some("AccessDenied")),
        Service::Storage => storage::error(cloud, 403, "AuthorizationFailure", "Not authorized."),
    }
}

pub(super) fn retired(cloud: &Cloud, request: &Request) -> Answer {
    let segments = request.segments();
    let last = segments.last().copied().unwrap_or_default();
    match Service::of(request) {
        Service::SignIn | Service::Graph => {
            graph::error::refuse(cloud, request, &graph::error::Failure::unknown_segment(last))
        }
        Service::ResourceManager => {
            let namespace = segments.iter().rev().nth(1).copied().unwrap_or_default();
            let version = request.parameter("api-version").unwrap_or_default();
            resource_manager::error::refuse(&resource_manager::error::Failure::unknown_type(
                namespace, last, version,
            ))
        }
        Service::Vault => vault::error(410, "Gone", "The operation is not supported.", None),
        Service::Storage => storage::error(cloud, 410, "Gone", "It is not there any more."),
    }
}

pub(super) fn not_registered(namespace: &str) -> Answer {
    let text = format!(
        "The subscription is not registered to use namespace '{namespace}'. See \
         https://aka.ms/rps-not-found for how to register subscriptions."
    );
    let code = "MissingSubscriptionRegistration";
    Answer::new(409, &json!({ "error": { "code": code, "message": text } }))
}

pub(super) fn not_found(cloud: &Cloud, request: &Request) -> Answer {
    let segments = request.segments();
    let last = segments.last().copied().unwrap_or_default();
    match Service::of(request) {
        Service::SignIn | Service::Graph => {
            graph::error::refuse(cloud, request, &graph::error::Failure::not_found(last))
        }
        Service::ResourceManager => {
            let kind = segments.iter().rev().nth(1).copied().unwrap_or_default();
            let group = segments.get(3).copied().unwrap_or_default();
            resource_manager::error::refuse(&resource_manager::error::Failure::resource_not_found(
                kind, last, group,
            ))
        }
        Service::Vault => vault::error(404, "NotFound", "It was not found.", None),
        Service::Storage => {
            storage::error(cloud, 404, "BlobNotFound", "The specified blob does not exist.")
        }
    }
}

/// HTML instead of JSON. Inside of a `$batch`, which is JSON, it comes as Base64.
pub(super) fn html(request: &Request, status: u16, title: &str) -> Answer {
    let text = format!("<html><head><title>{title}</title></head><body>{title}</body></html>");
    let mut answer = Answer::new(status, &json!(STANDARD.encode(&text)));
    if !request.nested {
        answer.body = text.into_bytes();
    }
    answer.with("Content-Type", "text/html; charset=utf-8")
}
