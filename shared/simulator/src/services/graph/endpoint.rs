//! Resources of Microsoft Graph that are described by a table: the path, who may read it, what it
//! costs and what it is.

mod access;
mod applications;
mod directory;
mod entitlement;
mod privileged;
mod roles;

use super::error::Failure;
use super::list::{Item, List};
use super::query::{Honoured, Query};
use crate::services::cloud::Cloud;

/// A resource that can be read.
#[derive(Debug)]
pub(crate) struct Endpoint {
    /// The path below the version, in lower case. `{}` stands for any one segment.
    path: &'static str,
    /// Application permissions, each of which suffices. The first is the least privileged one.
    pub(crate) roles: &'static [&'static str],
    /// The resource units that it costs before parameters change that.
    pub(crate) units: u32,
    pub(crate) family: Family,
    pub(crate) honoured: Honoured,
    /// Whether `/$count` behind the path tells how many objects there are.
    pub(crate) is_counted: bool,
    read: Read,
}

/// What there is to be read.
#[derive(Clone, Copy, Debug)]
enum Read {
    /// A list that is always there.
    All(for<'a> fn(&Reading<'a>) -> List<'a>),
    /// A list that belongs to something, which need not be there.
    List(for<'a> fn(&Reading<'a>) -> Result<List<'a>, Failure>),
    /// A single object, and how the context of the answer names it.
    One(&'static str, for<'a> fn(&Reading<'a>) -> Result<Item<'a>, Failure>),
}

/// What else than resource units limits a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    /// Nothing else.
    Directory,
    /// Policies: one request in a second for the tenant, without resource units.
    Policies,
    /// Reports: five requests in ten seconds, without resource units.
    Reports,
}

/// A request for a resource.
#[derive(Clone, Copy)]
pub(crate) struct Reading<'a> {
    pub(crate) cloud: &'a Cloud,
    pub(crate) query: &'a Query,
    /// The segments that stand where the path of the endpoint has `{}`.
    pub(crate) ids: &'a [String],
}

impl Reading<'_> {
    /// The first of the segments that the path leaves open.
    fn id(&self) -> &str {
        self.ids.first().map(String::as_str).unwrap_or_default()
    }

    /// That there is no such object.
    fn not_found(&self) -> Failure {
        Failure::not_found(self.id())
    }
}

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

    /// The single object that the endpoint is, with the name of its context; nothing if it is a list.
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

/// An endpoint that honours neither filters nor expansions.
const fn plain(path: &'static str, roles: &'static [&'static str], read: Read) -> Endpoint {
    let honoured = Honoured { filter: false, expand: &[] };
    Endpoint { path, roles, units: 1, family: Family::Directory, honoured, is_counted: false, read }
}

impl Endpoint {
    /// The same with a filter.
    const fn filtered(mut self) -> Self {
        self.honoured.filter = true;
        self
    }

    /// The same with what can be asked for together with each object.
    const fn expanding(mut self, names: &'static [&'static str]) -> Self {
        self.honoured.expand = names;
        self
    }

    /// The same with a filter, and with a count of its own.
    const fn counted(mut self) -> Self {
        self.honoured.filter = true;
        self.is_counted = true;
        self
    }

    /// The same at another cost.
    const fn costing(mut self, units: u32) -> Self {
        self.units = units;
        self
    }

    /// The same with limits of its own.
    const fn of(mut self, family: Family) -> Self {
        self.family = family;
        self
    }
}
