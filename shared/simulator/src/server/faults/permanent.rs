//! Faults that never end.

use std::time::Duration;

use serde_json::{Value, json};

use super::listing::{Listing, address, elsewhere};
use super::refusal;
use super::visit::{Visit, path};
use crate::options::Permanent;
use crate::services::answer::Answer;
use crate::services::cloud::Cloud;
use crate::services::graph::batch;
use crate::services::request::Request;

/// The answer that a permanent fault puts in the place of the right one, and the fault's name.
pub(super) fn refuse(
    faults: &[Permanent],
    cloud: &Cloud,
    visit: &Visit,
) -> Option<(&'static str, Answer)> {
    let request = &visit.request;
    let own = path(request);
    let page = visit.ticket.as_ref().map_or(1, |ticket| ticket.ordinal);
    faults.iter().find_map(|fault| match fault {
        Permanent::ForbiddenFromPage { path, page: first } if is(&own, path) && page >= *first => {
            Some(("forbidden-from-page", refusal::forbidden(cloud, request)))
        }
        Permanent::Retired { path } if is(&own, path) => {
            Some(("retired", refusal::retired(cloud, request)))
        }
        Permanent::NotRegistered { namespace }
            if own.contains(&format!("/providers/{}/", namespace.to_lowercase())) =>
        {
            Some(("not-registered", refusal::not_registered(namespace)))
        }
        Permanent::Uncountable { path }
            if is(&own, path) && request.parameter("$count").is_some() =>
        {
            Some(("uncountable", refusal::unsupported_query(cloud, request)))
        }
        Permanent::Unexpandable { path, relationship }
            if is(&own, path)
                && request.parameter("$expand").is_some_and(|it| it.starts_with(relationship)) =>
        {
            Some(("unexpandable", refusal::unsupported_query(cloud, request)))
        }
        Permanent::Accepted { path } if is(&own, path) => {
            Some(("accepted", Answer::new(202, &json!({ "value": [] }))))
        }
        Permanent::Vanished { path } if is_below(&own, path) => {
            Some(("vanished", refusal::not_found(cloud, request)))
        }
        Permanent::Throttled { path, wait } if is(&own, path) => {
            let wait = Some(Duration::from_secs(*wait));
            Some(("always-throttled", refusal::throttled(cloud, request, wait)))
        }
        _ => None,
    })
}

/// Whether a request is never answered.
pub(super) fn is_silent(faults: &[Permanent], request: &Request) -> bool {
    if faults.is_empty() {
        return false;
    }
    let own = path(request);
    let inner = batch::requests(request);
    faults.iter().any(|fault| match fault {
        Permanent::NeverAnswers { path: silent } => {
            is(&own, silent) || inner.iter().any(|it| is(&path(it), silent))
        }
        Permanent::NeverSignsIn { audience } => {
            let form = url::form_urlencoded::parse(&request.body);
            let mut scopes = form.filter(|(name, _)| name == "scope");
            own.ends_with("/token") && scopes.any(|(_, scope)| scope.starts_with(audience))
        }
        _ => false,
    })
}

/// Changes the link of a page. Returns the name of the fault if there was one.
pub(super) fn mislead(
    faults: &[Permanent],
    cloud: &Cloud,
    visit: &Visit,
    listing: &mut Listing,
) -> Option<&'static str> {
    let own = path(&visit.request);
    faults.iter().find_map(|fault| match fault {
        Permanent::ForeignLink { path, host } if is(&own, path) => {
            let link = listing.next.take();
            // Even a list of one page leads astray.
            let link = link.unwrap_or_else(|| address(cloud, &visit.request, Some("more")));
            listing.next = Some(elsewhere(cloud, &link, host));
            Some("foreign-link")
        }
        Permanent::LoopingLink { path } if is(&own, path) && listing.next.is_none() => {
            listing.next = Some(address(cloud, &visit.request, None));
            Some("looping-link")
        }
        Permanent::NotRegistered { namespace } if is(&own, "/subscriptions/*/providers") => {
            listing.unregister(namespace).then_some("not-registered")
        }
        Permanent::LosesItem { path } if is(&own, path) && listing.next.is_none() => {
            listing.items.pop().map(|_| "loses-item")
        }
        Permanent::Empty { path } if is(&own, path) => {
            (listing.items, listing.next) = (Vec::new(), None);
            Some("empty")
        }
        Permanent::ErrorBesideItems { path } if is(&own, path) => {
            listing.items.pop();
            listing.fail();
            Some("error-beside-items")
        }
        Permanent::Unidentified { path } if is(&own, path) => {
            listing.unidentify().then_some("unidentified")
        }
        _ => None,
    })
}

/// Takes types out of an answer of Azure Resource Graph. Returns the name of the fault if any was
/// there.
pub(super) fn unindex(
    faults: &[Permanent],
    visit: &Visit,
    body: &mut Vec<u8>,
) -> Option<&'static str> {
    let types: Vec<String> = faults
        .iter()
        .filter_map(|fault| match fault {
            Permanent::Unindexed { resource_type } => Some(resource_type.to_lowercase()),
            _ => None,
        })
        .collect();
    if types.is_empty()
        || !is(&path(&visit.request), "/providers/microsoft.resourcegraph/resources")
    {
        return None;
    }
    let mut answer: Value = serde_json::from_slice(body).ok()?;
    let rows = answer["data"].as_array_mut()?;
    let before = rows.len();
    rows.retain(|row| !types.iter().any(|it| row["type"] == it.as_str()));
    let is_changed = rows.len() < before;
    *body = serde_json::to_vec(&answer).ok()?;
    is_changed.then_some("unindexed")
}

/// Whether a path is that of a fault, in which `*` stands for any one part.
fn is(own: &str, path: &str) -> bool {
    let path = path.trim_end_matches('/').to_lowercase();
    let (own, path): (Vec<&str>, Vec<&str>) = (own.split('/').collect(), path.split('/').collect());
    let is_same = |(own, part): (&&str, &&str)| *part == "*" || own == part;
    own.len() == path.len() && own.iter().zip(&path).all(is_same)
}

fn is_below(own: &str, path: &str) -> bool {
    own.strip_prefix(&path.trim_end_matches('/').to_lowercase())
        .is_some_and(|rest| rest.starts_with('/'))
}
