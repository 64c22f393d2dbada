//! The last snapshot, beside what a job found.
//!
//! A snapshot is written in the order in which the linker sorts, so it is not sorted again: its objects lie
//! compressed on the local disk and are read along with what was found, as often as need be.

use std::collections::{BTreeMap, HashSet};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use uuid::Uuid;

use super::join::Ends;
use super::sort::{self, Groups, Record, Sorted, Source};
use super::{Key, rank};
use crate::context::{Context, Error};
use crate::layout::Sort;
use crate::snapshot::{self, Downloaded, Lines};
use crate::summary::Summary;

/// How many objects are read from storage at once.
pub(super) const AT_ONCE: usize = 8;

/// The entities or the relationships of the last snapshot, by type.
#[derive(Debug, Default)]
pub(super) struct Earlier(BTreeMap<String, Downloaded>);

impl Earlier {
    /// Takes them from storage to the local disk. Without a last snapshot there are none.
    pub(super) async fn load(
        context: &Context,
        previous: Option<&Summary>,
        sort: Sort,
    ) -> Result<Self, Error> {
        let Some(summary) = previous else { return Ok(Self::default()) };
        let counts = match sort {
            Sort::Entities => &summary.graph.entities,
            Sort::Relationships => &summary.graph.relationships,
        };
        let kinds: Vec<String> = counts.keys().cloned().collect();
        let download = |kind: String| async move {
            let downloaded = snapshot::download(context, summary, sort, &kind).await?;
            Ok::<_, Error>((kind, downloaded))
        };
        let all = stream::iter(kinds).map(download).buffered(AT_ONCE);
        Ok(Self(all.try_collect().await?))
    }
}

/// Entities that the last snapshot has and the new one does not.
#[derive(Debug, Default)]
pub(super) struct Gone(HashSet<Uuid>);

impl Gone {
    pub(super) fn insert(&mut self, key: &str) {
        self.0.insert(id(key));
    }

    pub(super) fn remove(&mut self, key: &str) {
        self.0.remove(&id(key));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn contains(&self, key: &str) -> bool {
        !self.is_empty() && self.0.contains(&id(key))
    }
}

/// Keys are long, and there may be many of them.
fn id(key: &str) -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_OID, key.as_bytes())
}

/// What was found, with what the last snapshot has.
#[derive(Debug)]
pub(super) struct Things {
    pub(super) found: Sorted,
    pub(super) earlier: Earlier,
    /// For relationships: the entities without which they are gone, too.
    pub(super) gone: Gone,
}

impl Things {
    /// The records of one thing after another.
    pub(super) fn groups(&self) -> Result<Groups<'_>, Error> {
        let earlier = Records {
            objects: self.earlier.0.iter(),
            current: None,
            gone: &self.gone,
            last: Vec::new(),
            line: String::new(),
        };
        Groups::new(Merged { found: self.found.read()?, earlier, heads: None })
    }
}

/// The records of the last snapshot.
struct Records<'a> {
    objects: std::collections::btree_map::Iter<'a, String, Downloaded>,
    current: Option<(&'a str, Lines)>,
    gone: &'a Gone,
    last: Vec<u8>,
    line: String,
}

impl Records<'_> {
    fn record(&mut self) -> Result<Option<Record>, Error> {
        loop {
            let Some((kind, lines)) = &mut self.current else {
                let Some((kind, object)) = self.objects.next() else { return Ok(None) };
                self.current = Some((kind, object.lines()?));
                continue;
            };
            if !lines.next(&mut self.line)? {
                self.current = None;
                continue;
            }
            let Key { key } = lines.parse(&self.line)?;
            let is_severed = !self.gone.is_empty() && {
                let ends: Ends = lines.parse(&self.line)?;
                ends.keys().any(|key| self.gone.contains(key))
            };
            let rank = if is_severed { rank::SEVERED } else { rank::BEFORE };
            let record =
                Record { key: sort::key(kind, &key, rank), value: self.line.as_bytes().to_vec() };
            let name = &record.key[..record.key.len() - 1];
            if name <= self.last.as_slice() {
                return Err(lines.damaged(&"its lines are not in the order of their keys"));
            }
            name.clone_into(&mut self.last);
            return Ok(Some(record));
        }
    }
}

/// What was found and what the last snapshot has, in one order.
struct Merged<'a> {
    found: sort::Reader,
    earlier: Records<'a>,
    /// The next of both.
    heads: Option<[Option<Record>; 2]>,
}

impl Source for Merged<'_> {
    fn record(&mut self) -> Result<Option<Record>, Error> {
        if self.heads.is_none() {
            self.heads = Some([self.found.next()?, self.earlier.record()?]);
        }
        let Some([found, earlier]) = &mut self.heads else { return Ok(None) };
        let is_found_next = match (&found, &earlier) {
            (Some(found), Some(earlier)) => found <= earlier,
            (found, _) => found.is_some(),
        };
        if is_found_next {
            let next = self.found.next()?;
            return Ok(std::mem::replace(found, next));
        }
        let next = self.earlier.record()?;
        Ok(std::mem::replace(earlier, next))
    }
}
