//! From an event to a request.

use aws_lambda_events::lambda_function_urls::LambdaFunctionUrlRequest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use collector::Secret;
use page::Failure;

/// The request that an event holds.
pub(crate) fn read(event: LambdaFunctionUrlRequest) -> Result<page::Request, Failure> {
    let header = |name: &str| header(&event, name).map(str::to_owned);
    let (host, origin, site) = (header("host"), header("origin"), header("sec-fetch-site"));
    let token = header(page::TOKEN).map(Secret::new);
    let body = event.body.unwrap_or_default();
    let body = if event.is_base64_encoded {
        let decoded = STANDARD.decode(body);
        decoded.map_err(|cause| Failure::Invalid(format!("the body is damaged: {cause}")))?
    } else {
        body.into_bytes()
    };
    Ok(page::Request {
        method: event.request_context.http.method.unwrap_or_default(),
        path: event.raw_path.unwrap_or_default(),
        query: event.raw_query_string.unwrap_or_default(),
        host,
        origin,
        site,
        token,
        body,
    })
}

/// Whether whoever asks can read what is compressed by gzip.
pub(crate) fn accepts_gzip(event: &LambdaFunctionUrlRequest) -> bool {
    let codings = header(event, "accept-encoding").unwrap_or_default();
    codings.split(',').any(|it| it.trim().eq_ignore_ascii_case("gzip"))
}

fn header<'e>(event: &'e LambdaFunctionUrlRequest, name: &str) -> Option<&'e str> {
    event.headers.get(name).and_then(|it| it.to_str().ok())
}
