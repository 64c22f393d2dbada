//! What of a step is still to be read: the lists that were begun.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::cursor::{Cursor, StoredParent};

/// The cursor of a delta query. There is one at a time, before or after any list.
pub(super) const DELTA_QUERY: u64 = u64::MAX;

/// The cursor of the list of parents that has the first items of each. It is read before the list
/// of any parent.
pub(super) const EXPANDED: u64 = u64::MAX - 1;

/// What of a step is still to be read.
///
/// A cursor stays here until its last page was taken, so this is all that a checkpoint needs.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Frontier {
    #[serde(alias = "chains")]
    cursors: BTreeMap<u64, Cursor>,
    /// How many lists were begun.
    pub(super) parents: u64,
    /// The parents of which every item came with the list of the parents, by their keys, once that
    /// was begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) whole: Option<BTreeSet<String>>,
}

impl Frontier {
    pub(super) fn is_empty(&self) -> bool {
        self.cursors.is_empty()
    }

    pub(super) fn open(&mut self, parent: Option<StoredParent>) -> u64 {
        let id = self.parents;
        self.parents += 1;
        self.cursors.insert(id, Cursor::new(parent, None));
        id
    }

    /// Begins a delta query, at a link if one is known.
    pub(super) fn open_delta_query(&mut self, link: Option<String>) -> u64 {
        self.cursors.insert(DELTA_QUERY, Cursor::new(None, link));
        DELTA_QUERY
    }

    /// Begins the list of parents that has the first items of each.
    pub(super) fn open_expanded(&mut self) -> u64 {
        self.whole = Some(BTreeSet::new());
        self.cursors.insert(EXPANDED, Cursor::new(None, None));
        EXPANDED
    }

    pub(super) fn close(&mut self, id: u64) -> Option<Cursor> {
        self.cursors.remove(&id)
    }

    pub(super) fn cursor(&self, id: u64) -> Option<&Cursor> {
        self.cursors.get(&id)
    }

    pub(super) fn cursor_mut(&mut self, id: u64) -> Option<&mut Cursor> {
        self.cursors.get_mut(&id)
    }

    /// The cursors that were begun.
    pub(super) fn ids(&self) -> impl Iterator<Item = u64> {
        self.cursors.keys().copied()
    }

    /// The first cursor whose report is prepared.
    pub(super) fn ready(&self) -> Option<u64> {
        self.cursors.iter().find(|(_, cursor)| cursor.export.is_ready()).map(|(id, _)| *id)
    }

    /// The first cursor that satisfies a condition.
    pub(super) fn waiting(&self, is_free: impl Fn(u64) -> bool) -> Option<u64> {
        self.cursors.keys().copied().find(|id| is_free(*id))
    }
}
