//! Documents that are being read, and which of them go together.

use std::collections::BTreeMap;

use collector::ports::{DomainKey, Request};
use serde_json::Value;
use steps::Service;
use tokio::time::Instant;
use url::Position;

use crate::address::Place;
use crate::attempts::Attempts;
use crate::cost::cost;

/// A document that is being read.
#[derive(Debug)]
pub(crate) struct Item {
    /// Its place among the requests of the call.
    pub(crate) index: usize,
    pub(crate) service: Service,
    pub(crate) place: Place,
    pub(crate) is_eventual: bool,
    /// What is sent by POST, if anything.
    pub(crate) body: Option<Value>,
    pub(crate) cost: u32,
    /// How many requests it has taken so far.
    pub(crate) requests: u32,
    /// How many of them were refused as too many.
    pub(crate) refused: u32,
    /// When it was asked for.
    pub(crate) since: Instant,
    pub(crate) refreshes: u32,
    /// How often the answer was no document.
    pub(crate) no_documents: u32,
    pub(crate) attempts: Attempts,
    /// Whether it was refused as one too many.
    pub(crate) is_refused: bool,
}

impl Item {
    pub(crate) fn new(index: usize, domain: &DomainKey, request: &Request, place: Place) -> Self {
        Self {
            index,
            service: request.service,
            is_eventual: request.eventual,
            body: request.body.clone(),
            cost: cost(domain.domain, place.path()),
            place,
            requests: 0,
            refused: 0,
            since: Instant::now(),
            refreshes: 0,
            no_documents: 0,
            attempts: Attempts::default(),
            is_refused: false,
        }
    }

    /// How it is asked for.
    pub(crate) const fn method(&self) -> &'static str {
        if self.body.is_some() { "POST" } else { "GET" }
    }

    /// Where it lies, without the query.
    pub(crate) fn address(&self) -> &str {
        &self.place.url[..Position::AfterPath]
    }

    /// Splits the path into the version of Microsoft Graph's API, such as `/v1.0`, and the rest.
    pub(crate) fn versioned(&self) -> (&str, &str) {
        let path = self.place.path();
        let slash = path.match_indices('/').nth(1).map_or(path.len(), |(at, _)| at);
        path.split_at(slash)
    }
}

/// Puts together what goes together: requests to the same version of Microsoft Graph.
pub(crate) fn groups(items: Vec<Item>, batch: usize) -> Vec<Vec<Item>> {
    let is_batched = |item: &Item| batch > 1 && item.service == Service::Graph;
    let (batched, alone): (Vec<_>, Vec<_>) = items.into_iter().partition(is_batched);
    let mut groups: Vec<Vec<Item>> = alone.into_iter().map(|item| vec![item]).collect();
    let mut versions: BTreeMap<String, Vec<Item>> = BTreeMap::new();
    for item in batched {
        versions.entry(item.versioned().0.to_owned()).or_default().push(item);
    }
    for mut items in versions.into_values() {
        while !items.is_empty() {
            let rest = items.split_off(batch.min(items.len()));
            groups.push(std::mem::replace(&mut items, rest));
        }
    }
    groups
}
