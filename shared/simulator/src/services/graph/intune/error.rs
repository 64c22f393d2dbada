//! Errors of Intune: what Microsoft Graph has for a message is JSON once more.

use serde_json::json;

use crate::services::cloud::Cloud;
use crate::services::graph::error::Failure;
use crate::world::intune::NO_ID;
use crate::world::random::Draw;

pub(super) fn forbidden(cloud: &Cloud, path: &str, sufficient: &[&str]) -> Failure {
    let text = format!(
        "Application is not authorized to perform this operation. Application must have one of the \
         following scopes: {}",
        sufficient.join(", ")
    );
    Failure::new(403, "Forbidden", message(cloud, path, &text))
}

pub(super) fn not_found(cloud: &Cloud, path: &str) -> Failure {
    Failure::new(404, "ResourceNotFound", message(cloud, path, "An error has occurred"))
}

pub(super) fn throttled(cloud: &Cloud, path: &str) -> Failure {
    Failure::new(429, "TooManyRequests", message(cloud, path, "An error has occurred"))
}

pub(super) fn failed(cloud: &Cloud, path: &str) -> Failure {
    let text = "An internal server error has occurred";
    Failure::new(500, "InternalServerError", message(cloud, path, text))
}

pub(super) fn bad_request(cloud: &Cloud, path: &str, text: &str) -> Failure {
    Failure::new(400, "BadRequest", message(cloud, path, text))
}

/// The text with what Intune's support would like to know.
fn message(cloud: &Cloud, path: &str, text: &str) -> String {
    let activity = Draw::new(cloud.clock.micros(), "activity", 0).guid();
    let url = format!(
        "https://fef.msua02.manage.microsoft.com/DeviceFE/StatelessDeviceFEService/{path}\
         ?api-version=2025-07-02"
    );
    let text = format!(
        "{text} - Operation ID (for customer support): {NO_ID} - Activity ID: {activity} - Url: {url}"
    );
    let lines = [
        r#"  "_version": 3"#.to_owned(),
        format!(r#"  "Message": {}"#, json!(text)),
        r#"  "CustomApiErrorPhrase": """#.to_owned(),
        r#"  "RetryAfter": null"#.to_owned(),
        r#"  "ErrorSourceService": """#.to_owned(),
        r#"  "HttpHeaders": "{}""#.to_owned(),
    ];
    format!("{{\r\n{}\r\n}}", lines.join(",\r\n"))
}
