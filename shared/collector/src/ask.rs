//! Reading what a job's plan depends on: a document, or a list of the subscription.

use std::time::Duration;

use serde_json::Value;
use steps::{Domain, Service};

use crate::ports::{Address, DomainKey, Failure, Fetch, Request};

/// How long it is waited for a throttle, all in all.
const PATIENCE: Duration = Duration::from_secs(20);

/// The most pages of anything. Azure has some 300 providers and some thousand types of resource,
/// and answers with one page or two.
pub(crate) const PAGES: usize = 20;

/// Reads a document.
pub(crate) async fn ask(
    fetch: &dyn Fetch,
    domain: &DomainKey,
    request: &Request,
) -> Result<Value, Failure> {
    let mut patience = PATIENCE;
    loop {
        let answer = fetch.fetch(domain, vec![request.clone()]).await.answers.pop();
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

/// Reads every item of a list of a subscription. `path` lies below the subscription, and `what` is
/// what the list is called in errors.
pub(crate) async fn list(
    fetch: &dyn Fetch,
    subscription: &str,
    path: &str,
    what: &str,
) -> Result<Vec<Value>, Failure> {
    let domain = DomainKey { owner: subscription.to_owned(), domain: Domain::ResourceManager };
    let first = Address::Path(format!("/subscriptions/{subscription}/{path}"));
    items(fetch, &domain, first, what).await
}

/// Reads every item of a list of Azure Resource Manager, from its first page on.
pub(crate) async fn items(
    fetch: &dyn Fetch,
    domain: &DomainKey,
    first: Address,
    what: &str,
) -> Result<Vec<Value>, Failure> {
    pages(fetch, (domain, Service::ResourceManager, "nextLink"), first, what).await
}

/// Reads every item of a list of Microsoft Graph, from its first page on.
pub(crate) async fn graph_items(
    fetch: &dyn Fetch,
    domain: &DomainKey,
    first: Address,
    what: &str,
) -> Result<Vec<Value>, Failure> {
    pages(fetch, (domain, Service::Graph, "@odata.nextLink"), first, what).await
}

/// Reads a list of a service that says in a field of each page where the next one is.
async fn pages(
    fetch: &dyn Fetch,
    (domain, service, next): (&DomainKey, Service, &str),
    first: Address,
    what: &str,
) -> Result<Vec<Value>, Failure> {
    let (mut items, mut address) = (Vec::new(), first.clone());
    for _ in 0..PAGES {
        let request = Request::get(service, address);
        let mut page = ask(fetch, domain, &request).await?;
        let Value::Array(value) = page["value"].take() else {
            return Err(Failure::Failed(format!("the answer is not a list of {what}")));
        };
        items.extend(value);
        let Some(link) = page[next].as_str().filter(|it| !it.is_empty()) else {
            return Ok(items);
        };
        address = Address::Link { link: link.to_owned(), first: Box::new(first.clone()) };
    }
    Err(Failure::Failed(format!("the list of {what} does not end")))
}
