//! A list that was begun: where it goes on, and why it does not.

use std::borrow::Cow;
use std::collections::BTreeSet;

use graph::Key;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use steps::Shape;

use super::patience::Waited;
use crate::digest::digest;
use crate::ports::Address;

/// How often a list is begun again because its page token expired, or its links led nowhere new.
/// Two readers of one list, of which only one counts in the end, may each make the other's tokens
/// old.
const RESTARTS: u32 = 8;

/// How many pages in a row may hold nothing that no page before held. Azure does give empty pages
/// with a next link, but a list that adds nothing for so long is going in a circle.
const EMPTY_PAGES: u32 = 100;

/// How few items a page holds that is thin. Services give pages of 25 at the least, but for the
/// last, and for what they filter.
const THIN: usize = 10;

/// How many thin pages in a row a list may have. Filters make some hundreds in the largest tenants.
const THIN_PAGES: u32 = 2000;

/// How many pages a list may have: of directory objects, fifty million.
const MOST_PAGES: u32 = 50_000;

/// How long a link to a next page may be, in bytes. A web server of Microsoft's takes no longer
/// request than 16 KiB unless it is told to ("Http.sys registry settings": `MaxRequestBytes`), so a
/// longer link is one that only grows.
const LONGEST_LINK: usize = 32 * 1024;

/// How many rows of a table are asked for at a time.
const ROWS: u32 = 1000;

/// How many pages a table may have before a report of it is prepared instead. Services give fewer
/// rows with a page than they are asked for, such as 50. A report takes three requests and some
/// seconds; of 48 such requests in a minute, the documented limit, a tenant with many tables makes
/// the most if only long ones take part.
const LONG_TABLE: u64 = 20;

/// A list that was begun.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "each is another way that was tried")]
pub(super) struct Cursor {
    /// What the list belongs to.
    pub(super) parent: Option<StoredParent>,
    /// The link to the next page; none for the first.
    pub(super) link: Option<String>,
    /// Whether it is read the other way, because the first was forbidden.
    pub(super) is_fallback: bool,
    /// Whether a table is read to its end, however long it is, because the report of it could not
    /// be prepared.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    is_unprepared: bool,
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
    /// What was asked for in vain since the last page.
    #[serde(default, skip_serializing_if = "Waited::is_none")]
    pub(super) vain: Waited,
    restarts: u32,
    empty_pages: u32,
    #[serde(default, skip_serializing_if = "is_zero_pages")]
    thin_pages: u32,
    #[serde(default, skip_serializing_if = "is_zero_pages")]
    pages: u32,
    /// The links that were followed, and what the pages held, as hashes.
    seen: BTreeSet<u64>,
}

/// Why a list does not go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Astray {
    /// It comes back to where it was. It may find its way the next time.
    Circle(&'static str),
    /// It would never end, however often it is begun.
    Endless(&'static str),
}

impl Astray {
    pub(super) const fn reason(self) -> &'static str {
        match self {
            Self::Circle(reason) | Self::Endless(reason) => reason,
        }
    }
}

/// How far a report is that Intune prepares on request.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Export {
    /// Which of the report's names it is asked for by.
    pub(super) name: usize,
    /// The job that prepares it, once it was asked for.
    pub(super) job: Option<String>,
    /// Where it is, once it is prepared. This address is as good as a key, so it is not stored: the
    /// job says it again.
    #[serde(skip)]
    pub(super) file: Option<String>,
    /// How often the job was looked at.
    pub(super) looks: u32,
    /// How many jobs came to nothing.
    pub(super) lost: u32,
    /// How often the file broke off without a new row.
    pub(super) broken: u32,
}

impl Export {
    /// Where the job is, for the path where jobs are made.
    pub(super) fn path(&self, jobs: &str) -> Option<String> {
        self.job.as_ref().map(|id| format!("{jobs}('{id}')"))
    }

    /// Which of the report's names it is asked for by.
    pub(super) const fn name(&self) -> usize {
        self.name
    }

    pub(super) const fn is_ready(&self) -> bool {
        self.file.is_some()
    }

    /// Has it prepared once more.
    pub(super) fn again(&mut self) {
        *self = Self { name: self.name, lost: self.lost, ..Self::default() };
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "that is how serde asks")]
const fn is_zero(rows: &u64) -> bool {
    *rows == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "that is how serde asks")]
const fn is_zero_pages(pages: &u32) -> bool {
    *pages == 0
}

/// A parent, as its step stored it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct StoredParent {
    pub(super) key: Key,
    pub(super) kind: String,
    pub(super) json: Value,
}

impl Cursor {
    /// A list that is begun: that of a parent, or one that begins at a link.
    pub(super) fn new(parent: Option<StoredParent>, link: Option<String>) -> Self {
        Self { parent, link, ..Self::default() }
    }

    /// Where the next page is, of a list whose first page is at an address.
    pub(super) fn next_page(&self, first: Address) -> Address {
        match &self.link {
            Some(link) => Address::Link { link: link.clone(), first: Box::new(first) },
            None => first,
        }
    }

    /// Goes on at the page after one that held these items, unless that leads nowhere new.
    pub(super) fn follow(&mut self, link: &str, items: &[Cow<'_, RawValue>]) -> Result<(), Astray> {
        if link.len() > LONGEST_LINK {
            return Err(Astray::Endless("failed: the link to the next page is too long"));
        }
        let next = digest(&["link", link]);
        if self.seen.contains(&next) {
            return Err(Astray::Circle("failed: the link to the next page was followed before"));
        }
        // The same items may come in another order.
        let held =
            items.iter().fold(0_u64, |sum, item| sum.wrapping_add(digest(&["item", item.get()])));
        let is_new = !items.is_empty() && !self.seen.contains(&held);
        self.empty_pages = if is_new { 0 } else { self.empty_pages + 1 };
        if self.empty_pages > EMPTY_PAGES {
            let reason = "failed: the pages hold nothing new, and do not end";
            return Err(Astray::Circle(reason));
        }
        self.thin_pages = if items.len() < THIN { self.thin_pages + 1 } else { 0 };
        self.pages += 1;
        if self.thin_pages >= THIN_PAGES || self.pages >= MOST_PAGES {
            return Err(Astray::Endless("failed: the list has too many pages"));
        }
        self.seen.insert(next);
        self.seen.extend(is_new.then_some(held));
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

    /// Goes on after the rows that were taken, of which the last page had some. False if there are
    /// no more.
    pub(super) const fn has_more(&self, taken: u64, total: u64) -> Result<bool, Astray> {
        if taken == 0 && self.rows < total {
            return Err(Astray::Circle("failed: the report has fewer rows than it says"));
        }
        Ok(self.rows < total)
    }

    /// What is wrong with a list whose last page was taken: fewer items came than it has. More may
    /// come, as pages may overlap.
    pub(super) fn shortfall(&self) -> Option<String> {
        let count = self.count.filter(|&count| self.rows < count)?;
        Some(format!("only {} of {count} items arrived", self.rows))
    }

    /// Begins again because fewer items came than there are: one may have been deleted meanwhile.
    /// False the second time.
    pub(super) fn recount(&mut self) -> bool {
        !std::mem::replace(&mut self.is_recounted, true) && self.restart()
    }

    /// Reads the list without asking how many items there are, if it was refused from its first
    /// page on.
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
        (self.empty_pages, self.thin_pages, self.pages) = (0, 0, 0);
        self.restarts <= RESTARTS
    }

    /// Begins again the other way. False if that was done before.
    pub(super) fn fall_back(&mut self) -> bool {
        if self.is_fallback || self.is_unprepared {
            return false;
        }
        *self = Self { parent: self.parent.take(), is_fallback: true, ..Self::default() };
        true
    }

    /// Whether a table has more pages than are worth reading, by the rows of its first page.
    pub(super) const fn is_long_table(&self, taken: u64, total: u64) -> bool {
        self.rows == 0 && taken > 0 && total > LONG_TABLE * taken
    }

    /// Begins again with the table whose report could not be prepared.
    pub(super) fn read_table(&mut self) {
        *self = Self { parent: self.parent.take(), is_unprepared: true, ..Self::default() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page with these numbers as items.
    fn page(numbers: impl IntoIterator<Item = u32>) -> Vec<Cow<'static, RawValue>> {
        let raw = |it: u32| Cow::Owned(RawValue::from_string(it.to_string()).unwrap());
        numbers.into_iter().map(raw).collect()
    }

    /// How many pages are followed whose links are always new, and why no more.
    fn pages(items: impl Fn(u32) -> Vec<Cow<'static, RawValue>>) -> (u32, Astray) {
        let mut cursor = Cursor::default();
        let ended = |n: u32| Some((n, cursor.follow(&n.to_string(), &items(n)).err()?));
        (0..).find_map(ended).unwrap()
    }

    #[test]
    fn a_loop_of_links_ends() {
        let mut cursor = Cursor::default();
        assert!(cursor.follow("a", &page([1])).is_ok());
        assert!(cursor.follow("b", &page([])).is_ok());
        assert!(matches!(cursor.follow("a", &page([2])), Err(Astray::Circle(_))));
    }

    #[test]
    fn pages_that_add_nothing_end() {
        let circle = Astray::Circle("failed: the pages hold nothing new, and do not end");
        assert_eq!(pages(|_| page([])), (EMPTY_PAGES, circle));
        assert_eq!(pages(|_| page([1, 2])), (EMPTY_PAGES + 1, circle));
        let in_turn = |n: u32| if n.is_multiple_of(2) { page([1, 2]) } else { page([3]) };
        assert_eq!(pages(in_turn), (EMPTY_PAGES + 2, circle));
        let reordered = |n: u32| if n.is_multiple_of(2) { page([1, 2]) } else { page([2, 1]) };
        assert_eq!(pages(reordered), (EMPTY_PAGES + 1, circle));
    }

    #[test]
    fn links_that_only_grow_end() {
        let mut cursor = Cursor::default();
        let mut link = String::new();
        let ended = (0..).find_map(|number: u32| {
            link.push_str("&$skiptoken=and-one-more");
            cursor.follow(&link, &page(number * 50..number * 50 + 50)).err()
        });
        let long = Astray::Endless("failed: the link to the next page is too long");
        assert_eq!(ended, Some(long));
        assert!(cursor.link.is_some_and(|it| it.len() <= LONGEST_LINK && it.len() > 16 * 1024));
    }

    #[test]
    fn pages_without_end_end() {
        let endless = Astray::Endless("failed: the list has too many pages");
        assert_eq!(pages(|n| page([n])), (THIN_PAGES - 1, endless));
        // One page that is not thin in a while is enough.
        let some = |n: u32| if n.is_multiple_of(1000) { page(n..n + 10) } else { page([n]) };
        assert_eq!(pages(some), (MOST_PAGES - 1, endless));
    }

    #[test]
    fn a_list_that_lacks_items_begins_again_once() {
        let mut cursor = Cursor::default();
        cursor.take_items(2, Some(3));
        cursor.take_items(2, None);
        assert_eq!(cursor.shortfall(), None, "more may come");
        assert!(cursor.restart());
        cursor.take_items(2, Some(3));
        assert_eq!(cursor.shortfall().unwrap(), "only 2 of 3 items arrived");
        assert!(cursor.recount());
        cursor.take_items(2, Some(2));
        assert_eq!(cursor.shortfall(), None);
        assert!(!cursor.recount());
    }

    #[test]
    fn a_list_begins_again_only_so_often() {
        let mut cursor = Cursor::default();
        let restarts = (0..=RESTARTS).take_while(|_| cursor.restart()).count();
        assert_eq!(restarts, RESTARTS as usize);
    }
}
