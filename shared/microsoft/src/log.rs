//! What is logged of requests that fail: enough to find them in the logs of the service.
//!
//! Addresses go without their query, which may hold page tokens; texts of the service, without the
//! token.

use collector::ports::Failure;
use reqwest::header::HeaderMap;

use crate::broken::Broken;
use crate::identity::Token;
use crate::item::Item;
use crate::problem::Problem;
use crate::transport::Reply;

/// The headers in which services name a request: Microsoft Graph, and Azure Resource Manager.
const REQUEST_IDS: [&str; 2] = ["request-id", "x-ms-request-id"];

/// What of a reply that is no success is logged.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    status: Option<u16>,
    code: Option<String>,
    request_id: Option<String>,
}

impl Trace {
    /// What is logged of a reply, unless it is a success. The token is concealed,
    /// as some gateways repeat in their errors what they were sent.
    pub(crate) fn of(reply: &Result<Reply, Broken>, token: &Token) -> Self {
        let Ok(Reply { status, headers, body }) = reply else { return Self::default() };
        if status.is_success() {
            return Self::default();
        }
        let body = token.conceal(&String::from_utf8_lossy(body));
        let code = Problem::read(*status, body.as_bytes()).code;
        Self {
            status: Some(status.as_u16()),
            code: Some(code).filter(|it| !it.is_empty()),
            request_id: request_id(headers).map(|it| token.conceal(&it)),
        }
    }
}

fn request_id(headers: &HeaderMap) -> Option<String> {
    let ids = REQUEST_IDS.iter().filter_map(|name| headers.get(*name)?.to_str().ok());
    ids.map(str::to_owned).next()
}

/// Logs that a document cannot be read. What a service is expected to answer, such as that access
/// is denied, is in the ledger, and may come for each of many parents: it is only logged for who
/// looks for it.
pub(crate) fn failed(item: &Item, trace: &Trace, failure: &Failure) {
    let Trace { status, code, request_id } = trace;
    let (method, address) = (item.method(), item.address());
    let (attempts, elapsed_ms) = (item.requests, item.since.elapsed().as_millis());
    macro_rules! log {
        ($level:ident) => {
            tracing::$level!(
                method,
                address,
                attempts,
                elapsed_ms,
                status,
                code,
                request_id,
                %failure,
                "a request has failed"
            )
        };
    }
    match failure {
        Failure::Failed(_) | Failure::Unreadable(_) | Failure::Authentication(_) => log!(warn),
        _ => log!(debug),
    }
}
