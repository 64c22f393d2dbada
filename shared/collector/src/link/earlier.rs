//! The last snapshot, side by side with what was found.
//!
//! Its objects lie in the order in which things are sorted, so none of it is sorted again: it is
//! read line by line while what was found passes by.

use std::collections::{BTreeMap, VecDeque};

use futures_util::future::try_join_all;
use serde::Deserialize;

use super::sort::{Record, Together};
use crate::context::{Context, Error};
use crate::layout::RecordKind;
use crate::snapshot::{self, Lines};
use crate::summary::Summary;

/// How many objects of a snapshot are asked for at once.
const AT_ONCE: usize = 16;

/// How many lines they have in all, unless one of them alone has more: the local disk holds them.
const LINES_AT_ONCE: u64 = 20_000;

/// Reads the entities or the relationships of a snapshot in the order of types and keys.
#[derive(Debug)]
pub(super) struct Earlier<'a> {
    context: &'a Context,
    previous: Option<&'a Summary>,
    record_kind: RecordKind,
    /// The types that are still to be fetched, with how many lines they have.
    kinds: VecDeque<(&'a str, u64)>,
    /// The objects that are still to be read. The first is being read.
    fetched: VecDeque<(&'a str, Lines)>,
    /// The type and key of the next line, apart by a zero byte; empty if it has to be read first.
    name: Vec<u8>,
    /// Those of the line before.
    last: Vec<u8>,
    line: String,
}

/// The key of a line of a snapshot.
#[derive(Deserialize)]
pub(super) struct Key {
    #[serde(rename = "_key")]
    pub(super) key: String,
}

impl<'a> Earlier<'a> {
    /// Those of the types of the last snapshot, if there is one, that `is_read` names.
    pub(super) fn new(
        context: &'a Context,
        previous: Option<&'a Summary>,
        record_kind: RecordKind,
        is_read: impl Fn(&str) -> bool,
    ) -> Self {
        let kinds = previous.map(|it| match record_kind {
            RecordKind::Entities => &it.graph.entities,
            RecordKind::Relationships => &it.graph.relationships,
        });
        let kinds = kinds.into_iter().flat_map(BTreeMap::iter);
        let kinds = kinds.map(|(kind, count)| (kind.as_str(), *count));
        Self {
            context,
            previous,
            record_kind,
            kinds: kinds.filter(|(kind, _)| is_read(kind)).collect(),
            fetched: VecDeque::new(),
            name: Vec::new(),
            last: Vec::new(),
            line: String::new(),
        }
    }

    /// Whether there is nothing to read.
    pub(super) fn is_empty(&self) -> bool {
        self.kinds.is_empty() && self.fetched.is_empty()
    }

    /// The type and key of the next thing.
    async fn name(&mut self) -> Result<Option<&[u8]>, Error> {
        while self.name.is_empty() {
            let Some((kind, lines)) = self.fetched.front_mut() else {
                if self.fetch().await? {
                    continue;
                }
                return Ok(None);
            };
            if lines.next(&mut self.line)? {
                let Key { key } = lines.parse(&self.line)?;
                self.name = format!("{kind}\0{key}").into_bytes();
                // What stands in the wrong place would seem to be new, and to be gone.
                if self.name <= self.last {
                    return Err(lines.damaged(&format!("{key} is not in the order of keys")));
                }
            } else {
                self.fetched.pop_front();
            }
        }
        Ok(Some(&self.name))
    }

    /// The line of a thing. It has to be asked for when it is the next, or before.
    fn of(&mut self, thing: &[u8]) -> Option<String> {
        (self.name == thing).then(|| {
            self.last = std::mem::take(&mut self.name);
            std::mem::take(&mut self.line)
        })
    }

    /// Fetches the next objects; false if there are none.
    async fn fetch(&mut self) -> Result<bool, Error> {
        let Some(previous) = self.previous else { return Ok(false) };
        let (mut kinds, mut lines) = (Vec::new(), 0);
        while let Some((kind, count)) = self.kinds.front() {
            lines += count;
            if kinds.len() == AT_ONCE || !kinds.is_empty() && lines > LINES_AT_ONCE {
                break;
            }
            kinds.push(*kind);
            self.kinds.pop_front();
        }
        let mut objects = Vec::new();
        for kind in &kinds {
            objects.push(snapshot::whole(self.context, previous, self.record_kind, kind));
        }
        let objects = try_join_all(objects).await?;
        self.fetched.extend(kinds.into_iter().zip(objects));
        Ok(!self.fetched.is_empty())
    }
}

/// What is known of one thing.
pub(super) struct Thing<const N: usize> {
    /// Its type and key, apart by a zero byte.
    name: String,
    /// What was found, in each of several places.
    pub(super) records: [Vec<Record>; N],
    /// The line of the last snapshot.
    pub(super) before: Option<String>,
}

impl<const N: usize> Thing<N> {
    /// Its type and its key.
    pub(super) fn id(&self) -> (&str, &str) {
        self.name.split_once('\0').unwrap_or_default()
    }
}

/// Reads what was found together with the last snapshot, thing by thing.
#[derive(Debug)]
pub(super) struct Things<'a, const N: usize> {
    found: Together<N>,
    earlier: Earlier<'a>,
}

impl<'a, const N: usize> Things<'a, N> {
    pub(super) const fn new(found: Together<N>, earlier: Earlier<'a>) -> Self {
        Self { found, earlier }
    }

    /// The next thing that was found or that the last snapshot has.
    pub(super) async fn next(&mut self) -> Result<Option<Thing<N>>, Error> {
        let names = [self.earlier.name().await?, self.found.name()];
        let Some(name) = names.into_iter().flatten().min() else { return Ok(None) };
        let name = String::from_utf8_lossy(name).into_owned();
        let records = self.found.of(name.as_bytes())?;
        let before = self.earlier.of(name.as_bytes());
        Ok(Some(Thing { name, records, before }))
    }
}
