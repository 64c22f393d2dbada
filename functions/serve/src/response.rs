//! From an answer to what AWS Lambda hands over.

use std::borrow::Cow;
use std::io::Write as _;

use aws_lambda_events::lambda_function_urls::LambdaFunctionUrlResponse;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use lambda_runtime::Error;
use page::Failure;

/// The most bytes of a body. AWS Lambda hands 6 MB over, in which three bytes take four.
const LARGEST: usize = 4 << 20;

/// Bodies that have fewer bytes are not worth compressing.
const SMALL: usize = 1 << 10;

/// An answer in the form of an event. Amazon `CloudFront` compresses nothing that it may not keep,
/// so that is done here.
pub(crate) fn handed_over(
    answer: &page::Response,
    accepts_gzip: bool,
) -> Result<LambdaFunctionUrlResponse, Error> {
    let is_compressed = accepts_gzip && answer.body.len() >= SMALL;
    let body =
        if is_compressed { Cow::Owned(gzip(&answer.body)?) } else { Cow::Borrowed(&*answer.body) };
    if body.len() > LARGEST {
        return handed_over(&page::Response::failed(&Failure::TooMuch(LARGEST)), false);
    }
    let mut response = LambdaFunctionUrlResponse::default();
    response.status_code = answer.status.into();
    for (name, value) in answer.headers() {
        response.headers.insert(name, value.parse()?);
    }
    response.headers.insert("vary", "accept-encoding".parse()?);
    if is_compressed {
        response.headers.insert("content-encoding", "gzip".parse()?);
    }
    response.is_base64_encoded = true;
    response.body = Some(STANDARD.encode(body));
    Ok(response)
}

fn gzip(body: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(body)?;
    encoder.finish()
}
