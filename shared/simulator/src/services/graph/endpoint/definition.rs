//! What describes a resource of Microsoft Graph.

use crate::services::cloud::Cloud;
use crate::services::graph::error::Failure;
use crate::services::graph::list::{Item, List};
use crate::services::graph::query::{Honoured, Query};

/// A resource that can be read.
#[derive(Debug)]
pub(crate) struct Endpoint {
    /// The path below the version, in lower case. `{}` stands for any one segment.
    pub(super) path: &'static str,
    /// Application permissions, each of which suffices. The first is the least privileged one.
    pub(crate) roles: &'static [&'static str],
    /// The resource units that it costs before parameters change that.
    pub(crate) units: u32,
    pub(crate) family: Family,
    pub(crate) honoured: Honoured,
    /// Whether `/$count` behind the path tells how many objects there are.
    pub(crate) is_counted: bool,
    pub(super) read: Read,
}

/// What there is to be read.
#[derive(Clone, Copy, Debug)]
pub(super) enum Read {
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
    pub(super) fn id(&self) -> &str {
        self.ids.first().map(String::as_str).unwrap_or_default()
    }

    /// That there is no such object.
    pub(super) fn not_found(&self) -> Failure {
        Failure::not_found(self.id())
    }
}

/// An endpoint that honours neither filters nor expansions.
pub(super) const fn plain(
    path: &'static str,
    roles: &'static [&'static str],
    read: Read,
) -> Endpoint {
    let honoured = Honoured { filter: false, order: &[], expand: &[] };
    Endpoint { path, roles, units: 1, family: Family::Directory, honoured, is_counted: false, read }
}

impl Endpoint {
    /// The same with a filter.
    pub(super) const fn filtered(mut self) -> Self {
        self.honoured.filter = true;
        self
    }

    /// The same with what can be asked for together with each object.
    pub(super) const fn expanding(mut self, names: &'static [&'static str]) -> Self {
        self.honoured.expand = names;
        self
    }

    /// The same with a filter, and with a count of its own.
    pub(super) const fn counted(mut self) -> Self {
        self.honoured.filter = true;
        self.is_counted = true;
        self
    }

    /// The same at another cost.
    pub(super) const fn costing(mut self, units: u32) -> Self {
        self.units = units;
        self
    }

    /// The same with limits of its own.
    pub(super) const fn of(mut self, family: Family) -> Self {
        self.family = family;
        self
    }
}
