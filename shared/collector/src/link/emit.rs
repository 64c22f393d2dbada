//! Writing the snapshot: for each type one object of lines, in the order of their keys; and the feed.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write as _;

use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use tempfile::NamedTempFile;

use super::derive::{self, follows_from};
use super::earlier::{AT_ONCE, Things};
use super::feed::{Change, Difference, Feed};
use super::line::{ALIASES, Line, STALE};
use super::proof::{Carried, Proof};
use super::sort::{Groups, Pairs, Record, Sorted};
use super::{Linked, Unknowns, aliases, parse, rank};
use crate::context::{Context, Error};
use crate::layout::{Job, Sort};
use crate::pack::Packer;
use crate::part::StoredEntity;
use crate::ports::{Body, Condition};
use crate::summary::Summary;

/// What a job knows of something.
pub(super) enum Known {
    /// It was found, or follows from what was.
    Found(Line),
    /// It follows only if what is carried forward is still there.
    Carried(Line),
}

/// Writes a snapshot and its feed.
pub(super) struct Emit<'a> {
    context: &'a Context,
    job: &'a Job,
    /// The last snapshot, and which types it proves to be whole.
    previous: Option<(&'a Summary, Proof)>,
    /// Why what was not found is carried forward, by type.
    reasons: BTreeMap<String, String>,
    feed: Feed,
    object: Option<Object>,
    /// The objects that are being stored, some at once.
    stored: FuturesUnordered<BoxFuture<'a, Result<(), Error>>>,
}

/// An object that is being written, on the local disk until it is complete.
struct Object {
    sort: Sort,
    kind: String,
    lines: u64,
    file: NamedTempFile,
    packer: Packer<File>,
}

impl<'a> Emit<'a> {
    pub(super) fn new(
        context: &'a Context,
        job: &'a Job,
        previous: Option<(&'a Summary, Proof)>,
        reasons: BTreeMap<String, String>,
    ) -> Result<Self, Error> {
        Ok(Self {
            context,
            job,
            previous,
            reasons,
            feed: Feed::new()?,
            object: None,
            stored: FuturesUnordered::new(),
        })
    }

    /// Writes the entities.
    pub(super) async fn entities(
        &mut self,
        entities: &Things,
        loans: &Sorted,
        unknowns: &Unknowns,
        linked: &mut Linked,
    ) -> Result<(), Error> {
        let mut groups = entities.groups()?;
        let mut loans = Groups::new(loans.read()?)?;
        while let Some((name, records)) = groups.next()? {
            let (kind, key) = name.split_once('\0').unwrap_or_default();
            let found = merge(kind, &records, &loans.of(&name)?, unknowns, linked)?;
            let known = found.map(Known::Found);
            self.thing(Sort::Entities, kind, key, known, &records, linked).await?;
        }
        self.close(linked).await
    }

    /// Writes the relationships, and what follows from them.
    pub(super) async fn relationships(
        &mut self,
        relationships: &Things,
        derived: &Sorted,
        linked: &mut Linked,
    ) -> Result<(), Error> {
        let mut pairs = Pairs::new(relationships.groups()?, Groups::new(derived.read()?)?);
        while let Some((name, records, ways)) = pairs.next()? {
            let (kind, key) = name.split_once('\0').unwrap_or_default();
            let known = match unite(&records)? {
                Some(line) => Some(Known::Found(line)),
                None => derive::best(kind, key, &ways)?,
            };
            self.thing(Sort::Relationships, kind, key, known, &records, linked).await?;
        }
        self.close(linked).await
    }

    /// Writes the feed.
    pub(super) async fn finish(self, linked: &mut Linked) -> Result<(), Error> {
        linked.objects.push(self.job.feed());
        linked.changes = self.feed.store(self.context, self.job).await?;
        Ok(())
    }

    /// Writes one entity or relationship as it was found, or as the last snapshot has it, or not at all;
    /// and tells the difference.
    async fn thing(
        &mut self,
        sort: Sort,
        kind: &str,
        key: &str,
        known: Option<Known>,
        records: &[Record],
        linked: &mut Linked,
    ) -> Result<(), Error> {
        let is_severed = records.iter().any(|it| it.rank() == rank::SEVERED);
        let before = records.last().filter(|it| is_severed || it.rank() == rank::BEFORE);
        let before = before.map(|it| Line::read(&it.value)).transpose()?;
        let mut difference = Difference {
            change: Change::Created,
            sort,
            kind: kind.to_owned(),
            key: key.to_owned(),
            properties: Vec::new(),
            since: None,
            reason: None,
        };
        let line = match (known, before) {
            (None, None) => return Ok(()),
            (Some(Known::Found(found)), None) => {
                if !self.was_readable(sort, kind) {
                    difference.change = Change::NewlyReadable;
                }
                self.feed.tell(&difference)?;
                found
            }
            (Some(Known::Found(found)), Some(before)) => {
                difference.properties = found.differs(&before);
                if !difference.properties.is_empty() {
                    difference.change = Change::Updated;
                    self.feed.tell(&difference)?;
                }
                found
            }
            (Some(Known::Carried(line)), before) => {
                let since = before.and_then(|it| it.text(STALE[0]));
                let reason = follows_from(kind).find_map(|it| self.reasons.get(it));
                let reason = reason.cloned().unwrap_or_default();
                self.carry(line, since, reason, difference, linked)?
            }
            (None, Some(before)) => {
                let Some(reason) = self.reasons.get(kind).filter(|_| !is_severed).cloned() else {
                    difference.change = Change::Deleted;
                    return self.feed.tell(&difference);
                };
                let since = before.text(STALE[0]);
                self.carry(before, since, reason, difference, linked)?
            }
        };
        self.line(sort, kind, &line.write(), linked).await
    }

    /// The line of what is carried forward, since when if that is known, and why. Without, it is since the
    /// last snapshot.
    fn carry(
        &mut self,
        mut line: Line,
        since: Option<String>,
        reason: String,
        difference: Difference,
        linked: &mut Linked,
    ) -> Result<Line, Error> {
        let last = || self.previous.as_ref().map(|(summary, _)| summary.planned_at.clone());
        let since = since.or_else(last);
        line.set(STALE[0], since.clone())?;
        line.set(STALE[1], reason.as_str())?;
        let none = || Carried { count: 0, reason: reason.clone() };
        linked.carried.entry(difference.kind.clone()).or_insert_with(none).count += 1;
        let change = Change::CarriedForward;
        let difference = Difference { change, since, reason: Some(reason), ..difference };
        self.feed.tell(&difference)?;
        Ok(line)
    }

    /// Whether the last job could have read what is new now. The first job has nothing to compare with.
    fn was_readable(&self, sort: Sort, kind: &str) -> bool {
        let Some((_, proof)) = &self.previous else { return true };
        match sort {
            Sort::Entities => proof.lacks_entities(kind).is_none(),
            Sort::Relationships => proof.lacks_relationships(kind).is_none(),
        }
    }

    /// Writes a line as it is.
    pub(super) async fn line(
        &mut self,
        sort: Sort,
        kind: &str,
        line: &str,
        linked: &mut Linked,
    ) -> Result<(), Error> {
        if sort == Sort::Relationships && line.contains("\"_mapping\":") {
            *linked.mapped.entry(kind.to_owned()).or_default() += 1;
        }
        if self.object.as_ref().is_none_or(|object| object.kind != kind) {
            self.end(linked).await?;
            let file = NamedTempFile::new()?;
            let packer = Packer::new(file.reopen()?);
            self.object = Some(Object { sort, kind: kind.to_owned(), lines: 0, file, packer });
        }
        if let Some(object) = &mut self.object {
            object.packer.write_all(line.as_bytes())?;
            object.packer.write_all(b"\n")?;
            object.lines += 1;
        }
        Ok(())
    }

    /// Stores the object that is being written, and waits until all objects are stored.
    pub(super) async fn close(&mut self, linked: &mut Linked) -> Result<(), Error> {
        self.end(linked).await?;
        while let Some(stored) = self.stored.next().await {
            stored?;
        }
        Ok(())
    }

    /// Ends the object that is being written. It is stored while others are written.
    async fn end(&mut self, linked: &mut Linked) -> Result<(), Error> {
        let Some(Object { sort, kind, lines, file, packer }) = self.object.take() else {
            return Ok(());
        };
        packer.finish()?;
        let name = self.job.snapshot(sort, &kind);
        let (store, at) = (&self.context.store, name.clone());
        self.stored.push(Box::pin(async move {
            let body = Body::File(file.path().to_owned());
            Ok(store.put(&at, body, Condition::Always).await.map(drop)?)
        }));
        if self.stored.len() >= AT_ONCE
            && let Some(stored) = self.stored.next().await
        {
            stored?;
        }
        linked.objects.push(name);
        match sort {
            Sort::Entities => linked.entities.insert(kind, lines),
            Sort::Relationships => linked.relationships.insert(kind, lines),
        };
        Ok(())
    }
}

/// The line of a relationship, from every record of it; none if it was not found.
///
/// Those of one key are one: found from both ends, on a page that was read twice, or in several grants.
/// What differs from grant to grant is in lists, which are united.
fn unite(records: &[Record]) -> Result<Option<Line>, Error> {
    let mut found = records.iter().filter(|it| it.rank() == rank::FOUND);
    let Some(first) = found.next() else { return Ok(None) };
    let mut line = Line::read(&first.value)?;
    for other in found {
        line.patch(&other.value)?;
    }
    Ok(Some(line))
}

/// The line of an entity, from every record of it; none if it was not found.
fn merge(
    kind: &str,
    records: &[Record],
    loans: &[Record],
    unknowns: &Unknowns,
    linked: &mut Linked,
) -> Result<Option<Line>, Error> {
    let found = records.iter().filter(|it| it.rank() == rank::FOUND).count() as u64;
    // Whoever was found first in the order of bytes is as good as any, and always the same.
    let Some(first) = records.first().filter(|_| found > 0) else { return Ok(None) };
    linked.duplicates += found - 1;
    let first: StoredEntity<'_> = parse(&first.value)?;
    let mut line = Line::read(first.entity.get().as_bytes())?;
    if let Some(raw) = first.raw {
        line.raw(raw)?;
    }
    let names = aliases(records, unknowns.contains_key(kind))?;
    if !names.is_empty() {
        line.set(ALIASES, names)?;
    }
    for patch in records.iter().filter(|it| it.rank() == rank::PATCH) {
        let patch: StoredEntity<'_> = parse(&patch.value)?;
        line.patch(patch.entity.get().as_bytes())?;
    }
    for loan in loans {
        line.patch(&loan.value)?;
    }
    let lacking = unknowns.get(kind).into_iter().flatten().filter(|(name, _)| !line.has(name));
    let lacking: Vec<String> = lacking.map(|(name, why)| format!("{name}: {why}")).collect();
    if !lacking.is_empty() {
        line.set("_unknown", lacking)?;
    }
    Ok(Some(line))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::sort;

    #[test]
    fn relationships_of_one_key_are_one_with_the_lists_of_all() {
        let record = |rank, value: &str| Record {
            key: sort::key("a_assigned_b", "a|assigned|b", rank),
            value: value.as_bytes().to_vec(),
        };
        let records = [
            record(rank::FOUND, r#"{"_key":"a|assigned|b","roles":["r1"]}"#),
            record(rank::FOUND, r#"{"_key":"a|assigned|b","roles":["r0","r1"]}"#),
            record(rank::BEFORE, r#"{"_key":"a|assigned|b","roles":["r9"]}"#),
        ];
        let line = unite(&records).unwrap().unwrap().write();
        assert_eq!(line, r#"{"_key":"a|assigned|b","roles":["r0","r1"]}"#);
        assert!(unite(&records[2..]).unwrap().is_none(), "it was there before, and is not now");
    }
}
