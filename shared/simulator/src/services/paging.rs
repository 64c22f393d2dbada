//! Pages of lists, and the opaque tokens that lead from one to the next.

use std::ops::Range;

use crate::world::random::{hash, mix};

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    /// The places of the list that it shows.
    pub(crate) places: Range<u64>,
    /// The token of the next page; nothing on the last.
    pub(crate) next: Option<String>,
}

/// Cuts lists into pages.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pager {
    key: u64,
    cap: Option<u32>,
}

impl Pager {
    pub(crate) fn new(seed: u64, cap: Option<u32>) -> Self {
        Self { key: hash(seed, "pages"), cap: cap.map(|cap| cap.max(1)) }
    }

    /// The size that a page has which shall have a certain one.
    pub(crate) fn size(self, size: u64) -> u64 {
        size.clamp(1, self.cap.map_or(u64::MAX, u64::from))
    }

    /// A number that belongs to a text, which nobody else can tell.
    pub(crate) fn number(self, text: &str) -> u64 {
        hash(self.key, text)
    }

    /// True in one of `of` cases.
    pub(crate) fn chance(self, of: u64, label: &str, index: u64) -> bool {
        self.tag(label, index).is_multiple_of(of)
    }

    /// A page of at most `size` of the `total` items of a list. Nothing if the token is not one
    /// that was given out for this list.
    ///
    /// Microsoft's services may send an empty page with a link to the next one; their
    /// documentation asks clients to follow it. Here one page in eight of the longer lists is
    /// preceded by an empty one.
    pub(crate) fn page(
        self,
        list: &str,
        total: u64,
        size: u64,
        token: Option<&str>,
    ) -> Option<Page> {
        let size = self.size(size);
        self.page_to(list, total, size, token, |start| start.saturating_add(size))
    }

    /// The same with a page that reaches from its start to where `end` says.
    pub(crate) fn page_to(
        self,
        list: &str,
        total: u64,
        size: u64,
        token: Option<&str>,
        end: impl FnOnce(u64) -> u64,
    ) -> Option<Page> {
        let (start, after_empty) = match token {
            None => (0, false),
            Some(token) => self.open(list, token).map(|state| (state >> 1, state & 1 == 1))?,
        };
        let is_empty = total > size && !after_empty && self.chance(8, list, start);
        let end = if is_empty { start } else { total.min(end(start)) };
        let next = (end < total).then(|| self.seal(list, end << 1 | u64::from(is_empty)));
        Some(Page { places: start.min(end)..end, next })
    }

    /// A token for a state of a list: a tag that depends on both, and the state hidden by it.
    fn seal(self, list: &str, state: u64) -> String {
        let tag = self.tag(list, state);
        format!("{tag:016x}{:016x}", state ^ mix(self.key ^ tag))
    }

    fn open(self, list: &str, token: &str) -> Option<u64> {
        let (tag, state) = (token.get(..16)?, token.get(16..)?);
        let tag = u64::from_str_radix(tag, 16).ok()?;
        let state = u64::from_str_radix(state, 16).ok()? ^ mix(self.key ^ tag);
        (self.seal(list, state) == token).then_some(state)
    }

    fn tag(self, list: &str, state: u64) -> u64 {
        mix(hash(self.key, list) ^ state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_add_up_and_some_are_empty() {
        let mut empty = 0;
        for total in 0..200 {
            let pager = Pager::new(total, None);
            let (mut places, mut token) = (Vec::new(), None);
            loop {
                let page = pager.page("/users", total, 7, token.as_deref()).unwrap();
                empty += u32::from(page.places.is_empty() && page.next.is_some());
                places.extend(page.places);
                token = page.next;
                if token.is_none() {
                    break;
                }
            }
            assert_eq!(places, (0..total).collect::<Vec<_>>());
        }
        assert!(empty > 0);
    }

    #[test]
    fn a_token_belongs_to_its_list_and_is_not_guessable() {
        let pager = Pager::new(1, Some(10));
        let token = pager.page("/users", 100, 999, None).unwrap().next.unwrap();
        assert!(pager.page("/users", 100, 999, Some(&token)).is_some());
        assert_eq!(pager.page("/groups", 100, 999, Some(&token)), None);
        for wrong in ["", "10", "ä", &token[1..], &token.to_uppercase(), &format!("{token}0")] {
            assert_eq!(pager.page("/users", 100, 999, Some(wrong)), None, "{wrong}");
        }
    }
}
