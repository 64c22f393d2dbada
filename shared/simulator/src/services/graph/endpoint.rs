//! Resources of Microsoft Graph that are described by a table: the path, who may read it, what it
//! costs and what it is.

mod access;
mod applications;
pub(crate) mod definition;
mod directory;
mod entitlement;
mod privileged;
mod roles;

use super::error::Failure;
use super::list::{Item, List};
use super::query::Query;
use crate::services::cloud::Cloud;
use definition::{Endpoint, Read, Reading};

/// An endpoint that a path names, with what it leaves open.
#[derive(Clone, Debug)]
pub(crate) struct Match {
    pub(crate) endpoint: &'static Endpoint,
    ids: Vec<String>,
}

impl PartialEq for Match {
    fn eq(&self, other: &Self) -> bool {
        self.endpoint.path == other.endpoint.path && self.ids == other.ids
    }
}

impl Eq for Match {}

/// Finds the endpoint that a path names.
pub(crate) fn find(path: &str) -> Option<Match> {
    let tables = [
        directory::ALL,
        applications::ALL,
        roles::ALL,
        access::ALL,
        entitlement::ALL,
        privileged::ALL,
    ];
    tables
        .into_iter()
        .flatten()
        .find_map(|endpoint| Some(Match { endpoint, ids: segments(endpoint.path, path)? }))
}

/// The segments that a pattern leaves open, if a path fits it.
fn segments(pattern: &str, path: &str) -> Option<Vec<String>> {
    let mut ids = Vec::new();
    let (mut wanted, mut found) = (pattern.split('/'), path.split('/'));
    loop {
        match (wanted.next(), found.next()) {
            (None, None) => return Some(ids),
            // What stands for a function or a count is no id.
            (Some("{}"), Some(id)) if !id.starts_with('$') => ids.push(id.to_owned()),
            (Some(wanted), Some(found)) if found.eq_ignore_ascii_case(wanted) => {}
            _ => return None,
        }
    }
}

impl Match {
    /// The list that the endpoint is; nothing if it is a single object.
    pub(crate) fn list<'a>(
        &'a self,
        cloud: &'a Cloud,
        query: &'a Query,
    ) -> Option<Result<List<'a>, Failure>> {
        let reading = Reading { cloud, query, ids: &self.ids };
        match self.endpoint.read {
            Read::All(list) => Some(Ok(list(&reading))),
            Read::List(list) => Some(list(&reading)),
            Read::One(..) => None,
        }
    }

    /// The single object that the endpoint is, with the name of its context; nothing if it is a
    /// list.
    pub(crate) fn item<'a>(
        &'a self,
        cloud: &'a Cloud,
        query: &'a Query,
    ) -> Option<Result<(&'static str, Item<'a>), Failure>> {
        let reading = Reading { cloud, query, ids: &self.ids };
        match self.endpoint.read {
            Read::One(context, item) => Some(item(&reading).map(|item| (context, item))),
            Read::All(_) | Read::List(_) => None,
        }
    }
}
