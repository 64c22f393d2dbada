//! What of a step is still to be read: the lists that were begun, and where each goes on.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use super::export::Export;
use graph::Key;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use steps::Shape;

/// How often a list is begun again because its page token expired, or its links led nowhere new. Two readers of
/// one list, of which only one counts in the end, may each make the other's tokens old.
const RESTARTS: u32 = 8;

/// How many empty pages in a row a list may have. Azure does give empty pages with a next link, but a
/// list that adds nothing for so long is going in a circle.
const EMPTY_PAGES: u32 = 100;

/// How many rows of a table are asked for at a time.
const ROWS: u32 = 1000;

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

/// A list that was begun.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Chain {
    /// What the list belongs to.
    pub(super) parent: Option<StoredParent>,
    /// The link to the next page; none for the first.
    pub(super) link: Option<String>,
    /// Whether it is read the other way, because the first was forbidden.
    pub(super) is_fallback: bool,
    /// How many rows of a report, or items of another list, were taken since it was begun.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) rows: u64,
    /// How many items the list says it has, if it was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) count: Option<u64>,
    /// Whether it is read without asking, because it was refused with that.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) is_uncounted: bool,
    /// Whether it was begun again because fewer items came than it has.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    is_recounted: bool,
    /// For a report that is prepared on request, how far that is.
    #[serde(default)]
    pub(super) export: Export,
    restarts: u32,
    empty_pages: u32,
    /// The links that were followed, as hashes.
    seen: Vec<u64>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "that is how serde asks")]
const fn is_zero(rows: &u64) -> bool {
    *rows == 0
}

/// A parent, as its step stored it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct StoredParent {
    pub(super) key: Key,
    pub(super) kind: String,
    pub(super) json: Value,
}

impl Frontier {
    pub(super) fn is_empty(&self) -> bool {
        self.chains.is_empty()
    }

    pub(super) fn open(&mut self, parent: Option<StoredParent>) -> u64 {
        let id = self.parents;
        self.parents += 1;
        self.chains.insert(id, Chain { parent, ..Chain::default() });
        id
    }

    /// Begins a delta query, at a link if one is known.
    pub(super) fn open_walk(&mut self, link: Option<String>) -> u64 {
        self.chains.insert(WALK, Chain { link, ..Chain::default() });
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

    /// The first chain whose report is prepared.
    pub(super) fn ready(&self) -> Option<u64> {
        self.chains.iter().find(|(_, chain)| chain.export.is_ready()).map(|(id, _)| *id)
    }

    /// The first chain that satisfies a condition.
    pub(super) fn waiting(&self, is_free: impl Fn(u64) -> bool) -> Option<u64> {
        self.chains.keys().copied().find(|id| is_free(*id))
    }
}

impl Chain {
    /// Goes on at the next page, unless that leads nowhere new.
    pub(super) fn follow(&mut self, link: &str, is_empty: bool) -> Result<(), &'static str> {
        let mut hasher = DefaultHasher::new();
        link.hash(&mut hasher);
        let hash = hasher.finish();
        if self.seen.contains(&hash) {
            return Err("failed: the link to the next page was followed before");
        }
        self.empty_pages = if is_empty { self.empty_pages + 1 } else { 0 };
        if self.empty_pages > EMPTY_PAGES {
            return Err("failed: one empty page follows another");
        }
        self.seen.push(hash);
        self.link = Some(link.to_owned());
        Ok(())
    }

    /// What to ask for by POST: of a table, the rows that follow those that were taken.
    pub(super) fn ask(&self, mut body: Value, shape: Shape) -> Value {
        if shape == Shape::Table {
            body["skip"] = self.rows.into();
            body["top"] = ROWS.into();
        }
        body
    }

    /// Counts the items of a page, and notes how many there are in all if the page says so.
    pub(super) fn take_items(&mut self, taken: u64, count: Option<u64>) {
        self.rows += taken;
        self.count = count.or(self.count);
    }

    /// Goes on after the rows that were taken, of which the last page had some. False if there are no more.
    pub(super) const fn has_more(&self, taken: u64, total: u64) -> Result<bool, &'static str> {
        if taken == 0 && self.rows < total {
            return Err("failed: the report has fewer rows than it says");
        }
        Ok(self.rows < total)
    }

    /// What is wrong with a list whose last page was taken: fewer items came than it has. More may come, as
    /// pages may overlap.
    pub(super) fn shortfall(&self) -> Option<String> {
        let count = self.count.filter(|&count| self.rows < count)?;
        Some(format!("{} of the {count} items that there are came", self.rows))
    }

    /// Begins again because fewer items came than there are: one may have been deleted meanwhile. False the
    /// second time.
    pub(super) fn recount(&mut self) -> bool {
        !std::mem::replace(&mut self.is_recounted, true) && self.restart()
    }

    /// Reads the list without asking how many items there are, if it was refused from its first page on.
    pub(super) fn uncount(&mut self) -> bool {
        let is_new = self.link.is_none() && !self.is_uncounted;
        self.is_uncounted |= is_new;
        is_new
    }

    /// Begins again from the first page. What is read twice is merged later. False after too often.
    pub(super) fn restart(&mut self) -> bool {
        self.restarts += 1;
        self.link = None;
        self.rows = 0;
        self.count = None;
        self.export.again();
        self.seen.clear();
        self.empty_pages = 0;
        self.restarts <= RESTARTS
    }

    /// Begins again the other way. False if that was done before.
    pub(super) fn fall_back(&mut self) -> bool {
        if self.is_fallback {
            return false;
        }
        *self = Self { parent: self.parent.take(), is_fallback: true, ..Self::default() };
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loop_of_links_ends() {
        let mut chain = Chain::default();
        assert!(chain.follow("a", false).is_ok());
        assert!(chain.follow("b", true).is_ok());
        assert!(chain.follow("a", false).is_err());
    }

    #[test]
    fn endless_empty_pages_end() {
        let mut chain = Chain::default();
        let ended = (0..=EMPTY_PAGES).find(|n| chain.follow(&n.to_string(), true).is_err());
        assert_eq!(ended, Some(EMPTY_PAGES));
    }

    #[test]
    fn a_list_that_lacks_items_begins_again_once() {
        let mut chain = Chain::default();
        chain.take_items(2, Some(3));
        chain.take_items(2, None);
        assert_eq!(chain.shortfall(), None, "more may come");
        assert!(chain.restart());
        chain.take_items(2, Some(3));
        assert_eq!(chain.shortfall().unwrap(), "2 of the 3 items that there are came");
        assert!(chain.recount());
        chain.take_items(2, Some(2));
        assert_eq!(chain.shortfall(), None);
        assert!(!chain.recount());
    }

    #[test]
    fn a_list_begins_again_only_so_often() {
        let mut chain = Chain::default();
        let restarts = (0..=RESTARTS).take_while(|_| chain.restart()).count();
        assert_eq!(restarts, RESTARTS as usize);
    }
}
