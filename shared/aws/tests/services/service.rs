//! A service of AWS that speaks JSON over HTTP, and answers as a test tells it to.
//!
//! The protocol is a POST whose header `x-amz-target` names the operation.
//! <https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html>

use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_sqs::config::{Credentials, SharedCredentialsProvider};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, Response};
use serde_json::Value;

/// The requests that a service has got: the operation, and its input.
pub(crate) type Requests = Arc<Mutex<Vec<(String, Value)>>>;

/// A status and a body.
pub(crate) type Answer = (u16, String);

/// Starts a service on a port of this machine, which runs until the test ends. Returns how to reach
/// it, and its requests.
pub(crate) async fn start(
    answer: impl Fn(&str, &Value) -> Answer + Send + Sync + 'static,
) -> (SdkConfig, Requests) {
    let requests = Requests::default();
    let (answer, seen) = (Arc::new(answer), requests.clone());
    let app = Router::new().fallback(async move |headers: HeaderMap, body: Bytes| {
        let target = headers["x-amz-target"].to_str().unwrap().to_owned();
        let input: Value = serde_json::from_slice(&body).unwrap();
        let (status, body) = answer(&target, &input);
        seen.lock().unwrap().push((target, input));
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = status.try_into().unwrap();
        let content = HeaderValue::from_static("application/x-amz-json-1.0");
        response.headers_mut().insert("content-type", content);
        response
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });

    let credentials = Credentials::new("id", "key", None, None, "test");
    let retry = RetryConfig::standard().with_initial_backoff(Duration::from_millis(1));
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .endpoint_url(endpoint)
        .region(Region::new("eu-central-1"))
        .retry_config(retry);
    (config.build(), requests)
}
