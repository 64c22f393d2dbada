//! The data plane of storage accounts, as far as prepared reports are downloaded from it.

use crate::services::answer::Answer;
use crate::services::cloud::{Cloud, STORAGE};
use crate::services::export::{Download, Fate, HOST, Job, Status};
use crate::services::request::Request;
use crate::world::dates::utc;
use crate::world::random::Draw;

/// Answers a request to a storage account. What is there to be read is a prepared report, with the
/// signature that its address has.
pub(crate) fn answer(cloud: &Cloud, request: &Request) -> Answer {
    if !request.host.eq_ignore_ascii_case(HOST) {
        return account(cloud, request);
    }
    if request.bearer.is_some() {
        // The signature is not even looked at.
        let text = "Authentication information is not given in the correct format. Check the value of \
                    Authorization header.";
        return error(cloud, 400, "InvalidAuthenticationInfo", text);
    }
    if request.method != "GET" {
        let text = "The resource doesn't support specified Http Verb.";
        return error(cloud, 405, "UnsupportedHttpVerb", text);
    }
    let job = Job::id_of(&request.path).and_then(|id| cloud.exports.job(id));
    let Some(job) = job.filter(|job| job.status(cloud.clock.micros()) == Status::Completed) else {
        return error(cloud, 404, "BlobNotFound", "The specified blob does not exist.");
    };
    let signature = request.parameter("sig").unwrap_or_default().trim_end_matches('=');
    let is_expired = job.expires(cloud.exports.lifetime) <= cloud.clock.seconds();
    if signature != job.signature || is_expired {
        let text = "Server failed to authenticate the request. Make sure the value of Authorization \
                    header is formed correctly including the signature.";
        return error(cloud, 403, "AuthenticationFailed", text);
    }
    let is_whole = job.fate != Fate::Breaks;
    Answer { download: Some(Download { export: job.export, is_whole }), ..Answer::empty() }
        .with("Content-Type", "application/octet-stream")
}

/// Refuses a request to an account of the tenant: nobody has a role there that lets him read data.
fn account(cloud: &Cloud, request: &Request) -> Answer {
    let (token, now) = (request.bearer.as_deref(), cloud.clock.seconds());
    if cloud.tokens.check(token, STORAGE, now).is_ok() {
        let text =
            "This request is not authorized to perform this operation using this permission.";
        return error(cloud, 403, "AuthorizationPermissionMismatch", text);
    }
    let text = "Server failed to authenticate the request. Please refer to the information in the \
                www-authenticate header.";
    error(cloud, 401, "InvalidAuthenticationInfo", text)
}

/// An error, which is XML here.
pub(crate) fn error(cloud: &Cloud, status: u16, code: &str, text: &str) -> Answer {
    let id = Draw::new(cloud.clock.micros(), "storage", u64::from(status)).guid();
    let time = utc(cloud.clock.seconds());
    let body = format!(
        "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>{code}</Code><Message>{text}\n\
         RequestId:{id}\nTime:{time}</Message></Error>"
    );
    Answer { status, body: body.into_bytes(), ..Answer::empty() }
        .with("Content-Type", "application/xml")
        .with("x-ms-error-code", code)
}
