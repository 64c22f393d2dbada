//! The identity endpoint of a machine: tokens of the managed identity that Azure gives to it.
//!
//! The machine's own identity is the default application. Source of its answers: "How to use
//! managed identities on a virtual machine to acquire an access token".

use serde_json::json;

use crate::services::answer::Answer;
use crate::services::cloud::Cloud;
use crate::services::entra;
use crate::services::request::Request;

/// Answers `GET /metadata/identity/oauth2/token`.
pub(crate) fn answer(cloud: &Cloud, request: &Request) -> Answer {
    let refuse = |text: &str| {
        Answer::new(400, &json!({ "error": "invalid_request", "error_description": text }))
    };
    if request.segments()[..] != ["metadata", "identity", "oauth2", "token"] {
        return Answer::new(404, &json!({}));
    }
    if request.method != "GET" {
        return Answer::new(405, &json!({}));
    }
    // It keeps out requests that somebody was tricked into sending.
    if !request.is_of_metadata {
        return refuse("Required metadata header not specified");
    }
    if request.parameter("api-version").is_none() {
        return refuse("Required query variable 'api-version' is missing");
    }
    let Some(resource) = request.parameter("resource") else {
        return refuse("Required query variable 'resource' is missing");
    };
    let own = &cloud.tenant.default_principal().client_id;
    let identity = request.parameter("client_id").unwrap_or(own);
    let Some((index, principal)) = cloud.tenant.principal(identity) else {
        return refuse("Identity not found");
    };
    match entra::grant(cloud, index, principal, resource) {
        Some((token, ends)) => Answer::new(
            200,
            &json!({
                "access_token": token,
                "client_id": principal.client_id,
                "expires_in": (ends - cloud.clock.seconds()).to_string(),
                "expires_on": ends.to_string(),
                "not_before": cloud.clock.seconds().to_string(),
                "resource": resource,
                "token_type": "Bearer",
            }),
        ),
        None => refuse("AADSTS500011: The resource principal was not found in the tenant."),
    }
}
