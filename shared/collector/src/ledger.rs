//! The proof of completeness: what was read of each list, and how it ended.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use steps::Discovery;

/// What was read for one (step, scope, type), and how it ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// The step.
    pub step: String,
    /// The tenant or the subscription that was read.
    pub scope: String,
    /// The type of entity, or none for what only relates entities.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// How many pages.
    pub pages: u64,
    /// How many items the pages held.
    pub items: u64,
    /// How many items the list says it has, where it can be asked. Pages may hold more: they
    /// overlap.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted: Option<u64>,
    /// How many requests it took, counting those that were tried again.
    pub requests: u64,
    /// How many bytes were read.
    pub bytes: u64,
    /// The address of the last page, without its query: page tokens are nobody's business.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<String>,
    /// How it ended.
    pub status: Status,
    /// Why it is not complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// By what it is known what there is, if not by reading the list.
    #[serde(default, skip_serializing_if = "KnownBy::is_read")]
    pub known_by: KnownBy,
    /// When it was read last, in ISO 8601, if it is known since then and was not read again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known_at: Option<String>,
    /// What was asked for in vain until it was given up, if anything was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vain: Option<Vain>,
    /// How it was read, where the instance asks for changes and the step can be read so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reading: Option<Reading>,
}

/// By what it is known what there is of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum KnownBy {
    /// By the list itself.
    #[default]
    Read,
    /// By Azure Resource Graph, which has none of its type.
    Index,
    /// By the resource provider, which the subscription has not registered.
    NotRegistered,
}

impl KnownBy {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "that is how serde asks")]
    const fn is_read(&self) -> bool {
        matches!(self, Self::Read)
    }
}

/// A list that was given up because nothing came of it: the first of those of a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Vain {
    /// The address, without its query.
    pub address: String,
    /// How often it was asked for, each time until it was answered, refused or put off.
    pub times: u32,
    /// For how long, in seconds, with the waits that were asked for.
    pub seconds: u64,
}

/// How a step was read that can be read by what has changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "way")]
pub enum Reading {
    /// Everything was read.
    Full {
        /// Why changes alone would not do.
        because: String,
    },
    /// What has changed was read, and added to what was known.
    Delta,
    /// Everything was read, and compared with what adding the changes to what was known comes to.
    Reconciled {
        /// How many items differ: each was missed, or is not as delta queries told.
        differ: u64,
        /// The ids of the first of them, after the key of what they belong to if they belong to
        /// anything.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        examples: Vec<String>,
    },
}

/// How the reading of a list ended.
///
/// They are in the order in which one outweighs another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Status {
    /// Every page was read. Only this lets anyone conclude that something is gone.
    Complete,
    /// It is slow and was not read again: an earlier job read every page, not long ago. What that
    /// found is still taken for what there is.
    Known,
    /// There was nothing to read: the provider is not registered, or the step was not asked for.
    Skipped,
    /// It is still being read, and the snapshot will be amended when it has been.
    Pending,
    /// The service does not offer the list any more.
    Retired,
    /// The principal may not read the list.
    Forbidden,
    /// Some of it was read.
    Partial,
    /// It could not be read.
    Failed,
}

impl Status {
    /// Whether nothing is missing that is there.
    #[must_use]
    pub const fn is_complete(self) -> bool {
        matches!(self, Self::Complete | Self::Known | Self::Skipped)
    }

    /// The status as it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Known => "known",
            Self::Skipped => "skipped",
            Self::Pending => "pending",
            Self::Retired => "retired",
            Self::Forbidden => "forbidden",
            Self::Partial => "partial",
            Self::Failed => "failed",
        }
    }
}

/// What a step has read so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Progress {
    pub(crate) pages: u64,
    pub(crate) items: u64,
    /// How many items the step's only list says it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) counted: Option<u64>,
    pub(crate) requests: u64,
    pub(crate) bytes: u64,
    pub(crate) last: Option<String>,
    /// How many lists were read to their end.
    pub(crate) lists: u64,
    /// How many parents were gone when their list was asked for.
    pub(crate) vanished: u64,
    /// How often an entity or a relationship is missing because something was not understood.
    #[serde(default)]
    pub(crate) unreadable: u64,
    /// How many entities of each type were found.
    pub(crate) entities: BTreeMap<String, u64>,
    /// How many references were found.
    pub(crate) references: u64,
    /// How often a property was not of its declared type, and was left out.
    pub(crate) drift: BTreeMap<String, u64>,
    /// How many lists ended otherwise, by how they did.
    pub(crate) exceptions: BTreeMap<Status, u64>,
    /// The first of them.
    pub(crate) examples: Vec<Exception>,
    /// What was asked for in vain until it was given up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) vain: Option<Vain>,
    /// The subscriptions that were discovered, by id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) discoveries: BTreeMap<String, Discovery>,
}

/// A list that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exception {
    /// What the list belongs to; the scope itself if the step has one list.
    pub scope: String,
    /// How it ended.
    pub status: Status,
    /// Why.
    pub reason: String,
}

/// How many exceptions a ledger tells one by one. The rest is counted.
const EXAMPLES: usize = 100;

/// How long a reason may be, in characters.
const LONGEST_REASON: usize = 500;

impl Progress {
    pub(crate) fn except(&mut self, scope: &str, status: Status, reason: &str) {
        *self.exceptions.entry(status).or_default() += 1;
        if self.examples.len() < EXAMPLES {
            let reason = reason.chars().take(LONGEST_REASON).collect();
            self.examples.push(Exception { scope: scope.to_owned(), status, reason });
        }
    }

    /// How the lists of a step ended, all in all, and why they are not complete.
    pub(crate) fn status(&self) -> (Status, Option<String>) {
        let worst = self.exceptions.keys().max().copied();
        let Some(worst) = worst else { return self.understood() };
        let count: u64 = self.exceptions.values().sum();
        let reason = self.examples.iter().find(|it| it.status == worst);
        let reason = reason.or(self.examples.first()).map_or("", |it| it.reason.as_str());
        if self.lists == 0 && self.exceptions.len() == 1 && self.pages == 0 {
            return (worst, Some(reason.to_owned()));
        }
        let read = self.lists;
        let reason = match count {
            1 if read == 0 => reason.to_owned(),
            _ => format!("{count} of {} lists could not be read, such as: {reason}", count + read),
        };
        (Status::Partial, Some(reason))
    }

    /// How complete lists are that were read to their end: what was not understood may be anything.
    fn understood(&self) -> (Status, Option<String>) {
        if self.unreadable == 0 {
            return (Status::Complete, None);
        }
        let (count, what) = (self.unreadable, self.drift.keys().next());
        let what = what.map_or("", String::as_str);
        (
            Status::Partial,
            Some(format!("{count} items or values could not be parsed, such as {what}")),
        )
    }
}

/// Adds counts to others, each to its own.
pub fn add<K: Clone + Ord>(sums: &mut BTreeMap<K, u64>, counts: &BTreeMap<K, u64>) {
    for (what, count) in counts {
        *sums.entry(what.clone()).or_default() += count;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_in_part_is_partial() {
        let mut progress = Progress { lists: 3, pages: 3, ..Progress::default() };
        assert_eq!(progress.status(), (Status::Complete, None));
        progress.except("a", Status::Forbidden, "no");
        let reason = "1 of 4 lists could not be read, such as: no".to_owned();
        assert_eq!(progress.status(), (Status::Partial, Some(reason)));
    }

    #[test]
    fn what_was_not_read_at_all_is_what_it_is() {
        for status in [Status::Skipped, Status::Retired, Status::Forbidden, Status::Failed] {
            let mut progress = Progress::default();
            progress.except("a", status, "why");
            assert_eq!(progress.status(), (status, Some("why".to_owned())));
        }
    }
}
