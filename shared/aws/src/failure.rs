//! Errors of the AWS SDKs, in one readable line.

use std::error::Error;

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

/// What a service said, or why it could not be asked.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Failure(String);

/// Says why a call failed.
///
/// An [`SdkError`] prints as "service error" only, and in full (with `Debug`) it holds the
/// response, which may hold a secret. So neither is handed on.
pub(crate) fn cause<E>(error: &SdkError<E, HttpResponse>) -> Box<dyn Error + Send + Sync>
where
    E: Error + ProvideErrorMetadata + 'static,
{
    let text = match (error.code(), error.message()) {
        (Some(code), Some(message)) => format!("{code}: {message}"),
        (Some(code), None) => code.to_owned(),
        (None, _) => chain(error),
    };
    let status = error.raw_response().map(|it| format!(" (HTTP {})", it.status()));
    Box::new(Failure(text + &status.unwrap_or_default()))
}

/// An error and what caused it, from the outside in.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut inner = error.source();
    while let Some(it) = inner {
        text = format!("{text}: {it}");
        inner = it.source();
    }
    text
}
