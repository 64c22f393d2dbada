//! What is logged of requests that fail.

use serde_json::json;
use steps::Domain;

use super::security::Log;
use super::stage::*;

/// What is logged while a request is made that is answered each time in the same way.
async fn logged(status: u16, code: &str, path: &str) -> String {
    let log = Log::default();
    let _logging = log.begin(tracing::Level::DEBUG);
    let body = json!({ "error": { "code": code, "message": "no" } }).to_string();
    let ids = [("request-id", "11111111-2222-3333-4444-555555555555")];
    let stage = Stage::new(move |_| reply(status, &ids, &body));
    fetch(&stage.connect(), Domain::Graph, graph(path)).await.unwrap_err();
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let line = text.lines().find(|it| it.contains("a request has failed"));
    line.unwrap_or_default().to_owned()
}

#[tokio::test(start_paused = true)]
async fn a_request_that_fails_can_be_found_in_the_logs_of_the_service() {
    let line = logged(500, "Odd", "/users?$skiptoken=TheToken").await;
    for part in [
        "WARN",
        r#"method="GET""#,
        r#"address="https://graph.microsoft.com/v1.0/users""#,
        "attempts=5",
        "elapsed_ms=",
        "status=500",
        r#"code="Odd""#,
        r#"request_id="11111111-2222-3333-4444-555555555555""#,
        "failure=failed: Odd: no",
    ] {
        assert!(line.contains(part), "{part} is not in {line}");
    }
    assert!(!line.contains("TheToken"), "{line}");
}

#[tokio::test(start_paused = true)]
async fn what_a_service_is_expected_to_refuse_is_only_logged_for_who_looks_for_it() {
    let line = logged(403, "Authorization_RequestDenied", "/users").await;
    assert!(line.contains("DEBUG") && line.contains("status=403"), "{line}");
}
