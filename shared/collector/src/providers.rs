//! The resource providers that a subscription has registered: what is not registered has nothing to
//! read.

use std::collections::BTreeSet;

use serde_json::Value;
use steps::Step;

use crate::ask::list;
use crate::plan::Plan;
use crate::ports::Fetch;

/// The version of the API. Source: Azure Resource Manager, "Providers - List".
const PROVIDERS: &str = "providers?api-version=2021-04-01";

/// The namespaces, in lower case, of the providers that a subscription says it has not registered.
/// None if it does not say so of all: then every provider is asked.
pub(crate) async fn unregistered(fetch: &dyn Fetch, subscription: &str) -> BTreeSet<String> {
    match list(fetch, subscription, PROVIDERS, "resource providers").await {
        Ok(providers) => providers.iter().filter_map(namespace_if_unregistered).collect(),
        Err(failure) => {
            tracing::debug!(subscription, %failure, "which providers are registered is not known");
            BTreeSet::new()
        }
    }
}

/// The namespace of a provider that is not registered. One that is being registered, or whose
/// registration is being taken back, may have resources.
fn namespace_if_unregistered(provider: &Value) -> Option<String> {
    let state = provider["registrationState"].as_str()?;
    let is_unregistered =
        ["NotRegistered", "Unregistered"].iter().any(|it| it.eq_ignore_ascii_case(state));
    let namespace = provider["namespace"].as_str().filter(|_| is_unregistered)?;
    Some(namespace.to_ascii_lowercase())
}

impl Plan {
    /// The namespace of the provider without which there is nothing in a step's list, if it is not
    /// registered.
    pub(crate) fn lacks_provider(&self, step: &Step) -> Option<&'static str> {
        let namespace = step.list.namespace()?;
        self.unregistered.contains(&namespace.to_ascii_lowercase()).then_some(namespace)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use async_trait::async_trait;
    use bytes::Bytes;
    use serde_json::json;

    use super::*;
    use crate::ports::{Address, Answers, Document, DomainKey, Download, Failure, Request};

    /// Answers with a page after the other, and remembers what was asked for.
    #[derive(Debug, Default)]
    struct Pages {
        pages: Mutex<Vec<Value>>,
        asked: Mutex<Vec<Request>>,
    }

    #[async_trait]
    impl Fetch for Pages {
        async fn fetch(&self, _: &DomainKey, requests: Vec<Request>) -> Answers {
            self.asked.lock().unwrap().extend(requests);
            let page = self.pages.lock().unwrap().pop();
            let page = page.ok_or_else(|| Failure::Forbidden("no".to_owned()));
            let document = page.map(|page| Document {
                body: Bytes::from(page.to_string()),
                requests: 1,
                refused: 0,
            });
            Answers::of(vec![document])
        }

        async fn download(&self, _: &str) -> Result<Box<dyn Download>, Failure> {
            Err(Failure::Failed("there are no files".to_owned()))
        }
    }

    fn provider(namespace: &str, state: &str) -> Value {
        json!({ "namespace": namespace, "registrationState": state })
    }

    #[tokio::test]
    async fn every_page_of_providers_is_read() {
        let first = json!({
            "value": [provider("Microsoft.Batch", "NotRegistered"), provider("Microsoft.Sql", "Registered")],
            "nextLink": "https://management.azure.com/next",
        });
        let last = json!({ "value": [provider("Microsoft.Cdn", "NotRegistered"), 7] });
        let pages = Pages { pages: Mutex::new(vec![last, first]), ..Pages::default() };
        let found = unregistered(&pages, "s").await;
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["microsoft.batch", "microsoft.cdn"]);
        let asked = pages.asked.into_inner().unwrap();
        let path = "/subscriptions/s/providers?api-version=2021-04-01".to_owned();
        assert_eq!(asked[0].address, Address::Path(path));
        assert!(matches!(&asked[1].address, Address::Link { link, .. } if link.ends_with("/next")));
    }

    #[tokio::test]
    async fn where_providers_are_not_told_nothing_is_left_out() {
        let some = json!({ "value": [provider("Microsoft.Batch", "NotRegistered")], "nextLink": "https://x/next" });
        for pages in [vec![], vec![json!({ "value": "odd" })], vec![some]] {
            let pages = Pages { pages: Mutex::new(pages), ..Pages::default() };
            assert_eq!(unregistered(&pages, "s").await, BTreeSet::new());
        }
    }

    #[test]
    fn only_what_is_surely_not_registered_is_left_out() {
        let of = |state: &str| {
            namespace_if_unregistered(
                &json!({ "namespace": "Microsoft.Batch", "registrationState": state }),
            )
        };
        assert_eq!(of("NotRegistered").as_deref(), Some("microsoft.batch"));
        assert_eq!(of("unregistered").as_deref(), Some("microsoft.batch"));
        for state in ["Registered", "Registering", "Unregistering", ""] {
            assert_eq!(of(state), None, "{state}");
        }
        assert_eq!(namespace_if_unregistered(&json!({ "namespace": "Microsoft.Batch" })), None);
    }
}
