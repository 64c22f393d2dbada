//! What of a step is still to be read: the lists that were begun.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::chain::{Chain, StoredParent};

/// The chain of a delta query. There is one at a time, before or after any list.
pub(super) const WALK: u64 = u64::MAX;

/// What of a step is still to be read.
///
/// A chain stays here until its last page was taken, so this is all that a checkpoint needs.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Frontier {
    chains: BTreeMap<u64, Chain>,
    /// How many lists were begun.
    pub(super) parents: u64,
}

impl Frontier {
    pub(super) fn is_empty(&self) -> bool {
        self.chains.is_empty()
    }

    pub(super) fn open(&mut self, parent: Option<StoredParent>) -> u64 {
        let id = self.parents;
        self.parents += 1;
        self.chains.insert(id, Chain::new(parent, None));
        id
    }

    /// Begins a delta query, at a link if one is known.
    pub(super) fn open_walk(&mut self, link: Option<String>) -> u64 {
        self.chains.insert(WALK, Chain::new(None, link));
        WALK
    }

    pub(super) fn close(&mut self, id: u64) -> Option<Chain> {
        self.chains.remove(&id)
    }

    pub(super) fn chain(&self, id: u64) -> Option<&Chain> {
        self.chains.get(&id)
    }

    pub(super) fn chain_mut(&mut self, id: u64) -> Option<&mut Chain> {
        self.chains.get_mut(&id)
    }

    /// The chains that were begun.
    pub(super) fn ids(&self) -> impl Iterator<Item = u64> {
        self.chains.keys().copied()
    }

    /// The first chain whose report is prepared.
    pub(super) fn ready(&self) -> Option<u64> {
        self.chains.iter().find(|(_, chain)| chain.export.is_ready()).map(|(id, _)| *id)
    }

    /// The first chain that satisfies a condition.
    pub(super) fn waiting(&self, is_free: impl Fn(u64) -> bool) -> Option<u64> {
        self.chains.keys().copied().find(|id| is_free(*id))
    }
}
