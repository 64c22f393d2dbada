//! Reading a document that a job's plan depends on.

use std::time::Duration;

use serde_json::Value;

use crate::ports::{DomainKey, Failure, Fetch, Request};

/// How long it is waited for a throttle, all in all.
const PATIENCE: Duration = Duration::from_secs(20);

/// Reads a document.
pub(crate) async fn ask(
    fetch: &dyn Fetch,
    domain: &DomainKey,
    request: &Request,
) -> Result<Value, Failure> {
    let mut patience = PATIENCE;
    loop {
        let answer = fetch.fetch(domain, vec![request.clone()]).await.pop();
        match answer.unwrap_or_else(|| Err(Failure::Failed("no answer".to_owned()))) {
            Err(Failure::Throttled { wait, .. }) if wait <= patience => {
                patience -= wait;
                tokio::time::sleep(wait).await;
            }
            answer => {
                return serde_json::from_slice(&answer?.body)
                    .map_err(|error| Failure::Failed(error.to_string()));
            }
        }
    }
}
