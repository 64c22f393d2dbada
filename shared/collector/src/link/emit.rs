//! Writing the snapshot and the feed, thing by thing.

use std::collections::{BTreeMap, BTreeSet};

use tokio::time::Instant;

use super::checkpoint::{self, Checkpoint, Place, Turn};
use super::derive;
use super::earlier::{Earlier, Things};
use super::feed::{Difference, Feed};
use super::line::{ALIASES, Known, STALE, SnapshotLine};
use super::names::aliases;
use super::objects::Objects;
use super::proof::{Lack, Proof, Verdicts, follows_from};
use super::record::{Unknowns, parse, rank};
use super::sort::{Groups, Record, Sorted, Together};
use crate::context::{Context, Error};
use crate::layout::{Job, RecordKind};
use crate::part::StoredEntity;
use crate::ports::Etag;
use crate::summary::{Carried, Change, Linked, Summary};

/// Writes a snapshot and its feed.
pub(super) struct Emit<'a> {
    context: &'a Context,
    job: &'a Job,
    /// The last snapshot, and which types it proves to be whole.
    previous: Option<(&'a Summary, Proof)>,
    /// Why what was not found is carried forward, by type.
    reasons: BTreeMap<String, String>,
    /// Those of these types of which nobody looked for anything.
    known: BTreeSet<String>,
    /// The properties that change by themselves, by type: that alone is not told.
    volatile: BTreeSet<(&'static str, &'static str)>,
    feed: Feed,
    objects: Objects<'a>,
    linked: Linked,
    turn: Turn,
    /// What earlier invocations wrote last.
    resumed: Option<Place>,
    /// What this one wrote last, if its time is over.
    paused: Option<Place>,
}

impl<'a> Emit<'a> {
    /// Goes on where a checkpoint says, if there is one.
    pub(super) async fn new(
        context: &'a Context,
        job: &'a Job,
        previous: Option<(&'a Summary, Proof)>,
        Verdicts { carried: reasons, known, .. }: Verdicts,
        linked: Linked,
        (turn, checkpoint): (Turn, Option<Checkpoint>),
    ) -> Result<Self, Error> {
        let mut objects = Objects::new(context, job);
        let (mut feed, mut linked, mut resumed) = (Feed::new()?, linked, None);
        if let Some(checkpoint) = checkpoint {
            let shortfalls = linked.shortfalls;
            linked = Linked { shortfalls, ..checkpoint.linked };
            resumed = Some(checkpoint.place);
            feed = Feed::resume(context, checkpoint.told).await?;
            if let Some(begun) = checkpoint.begun {
                objects.resume(begun).await?;
            }
        }
        Ok(Self {
            context,
            job,
            previous,
            reasons,
            known,
            volatile: steps::volatile(),
            feed,
            objects,
            linked,
            turn,
            resumed,
            paused: None,
        })
    }

    /// The entities or relationships of the last snapshot that were not written by earlier
    /// invocations.
    fn earlier(&self, record_kind: RecordKind) -> Earlier<'a> {
        let previous = self.previous.as_ref().map(|(summary, _)| *summary);
        let resumed = self.resumed.as_ref().filter(|it| it.record_kind == record_kind);
        Earlier::new(self.context, previous, record_kind, |kind| {
            resumed.is_none_or(|it| it.kind.as_str() <= kind)
        })
    }

    /// Whether an earlier invocation wrote a thing.
    fn is_written(&self, record_kind: RecordKind, (kind, key): (&str, &str)) -> bool {
        self.resumed.as_ref().is_some_and(|it| !it.is_before(record_kind, kind, key))
    }

    /// Whether the time is over, now that a thing is written. Each invocation writes one at least.
    fn is_over(&mut self, record_kind: RecordKind, (kind, key): (&str, &str)) -> bool {
        let is_over = Instant::now() >= self.turn.deadline;
        if is_over {
            self.paused = Some(Place { record_kind, kind: kind.to_owned(), key: key.to_owned() });
        }
        is_over
    }

    /// Writes the entities; false if the time was over before all were written.
    pub(super) async fn entities(
        &mut self,
        entities: Sorted,
        inherited: Sorted,
        unknowns: &Unknowns,
    ) -> Result<bool, Error> {
        let record_kind = RecordKind::Entities;
        if self.resumed.as_ref().is_some_and(|it| it.record_kind > record_kind) {
            return Ok(true);
        }
        let found = [entities, inherited].map(Sorted::read_last);
        let [entities, inherited] = found;
        let found = Together([Groups::new(entities?), Groups::new(inherited?)]);
        let mut things = Things::new(found, self.earlier(record_kind));
        while let Some(thing) = things.next().await? {
            if self.is_written(record_kind, thing.id()) {
                continue;
            }
            let [records, inherited] = &thing.records;
            let before = thing.before.as_deref();
            let kind = thing.id().0;
            let found = merge(kind, records, before, inherited, unknowns, &mut self.linked)?;
            let known = found.map(|line| Known::Found(line.write()));
            self.thing(record_kind, thing.id(), known, before, false).await?;
            if self.is_over(record_kind, thing.id()) {
                return Ok(false);
            }
        }
        self.objects.close(&mut self.linked).await?;
        Ok(true)
    }

    /// Writes the relationships that were found, what follows from them, and those of the last
    /// snapshot that were not found; false if the time was over before all were written.
    pub(super) async fn relationships(
        &mut self,
        relationships: Sorted,
        derived: Sorted,
        lost: Sorted,
    ) -> Result<bool, Error> {
        let record_kind = RecordKind::Relationships;
        let [relationships, derived, lost] = [relationships, derived, lost].map(Sorted::read_last);
        let found = [relationships?, derived?, lost?].map(Groups::new);
        let mut things = Things::new(Together(found), self.earlier(record_kind));
        while let Some(thing) = things.next().await? {
            if self.is_written(record_kind, thing.id()) {
                continue;
            }
            let [records, ways, lost] = &thing.records;
            let (kind, key) = thing.id();
            let known = match unite(records)? {
                Some(line) => Some(Known::Found(line)),
                None => derive::best(kind, key, ways)?,
            };
            let is_severed = lost.iter().any(|it| it.rank() == rank::SEVERED);
            self.thing(record_kind, (kind, key), known, thing.before.as_deref(), is_severed)
                .await?;
            if self.is_over(record_kind, (kind, key)) {
                return Ok(false);
            }
        }
        self.objects.close(&mut self.linked).await?;
        Ok(true)
    }

    /// Stores what is written, and what the next invocation needs to go on. Returns how many there
    /// were.
    pub(super) async fn pause(self, etag: Option<Etag>) -> Result<u32, Error> {
        let turn = self.turn.number + 1;
        let Some(place) = self.paused else { return Ok(turn) };
        let [object, feed] = checkpoint::names(self.job);
        let checkpoint = Checkpoint {
            turn,
            previous: self.previous.map(|(summary, _)| summary.job.clone()),
            place,
            begun: self.objects.pause(object).await?,
            told: self.feed.pause(self.context, feed).await?,
            linked: self.linked,
        };
        checkpoint.write(self.context, self.job, etag).await?;
        Ok(turn)
    }

    /// Stores the rest of the snapshot, and its feed.
    pub(super) async fn finish(mut self) -> Result<Linked, Error> {
        self.objects.store().await?;
        self.linked.objects.push(self.job.feed());
        self.linked.changes = self.feed.store(self.context, self.job).await?;
        Ok(self.linked)
    }

    /// Writes one entity or relationship as it was found, or as the last snapshot has it, or not at
    /// all; and tells the difference.
    async fn thing(
        &mut self,
        record_kind: RecordKind,
        (kind, key): (&str, &str),
        known: Option<Known>,
        before: Option<&str>,
        is_severed: bool,
    ) -> Result<(), Error> {
        let mut difference = Difference {
            change: Change::Created,
            record_kind,
            kind: kind.to_owned(),
            key: key.to_owned(),
            properties: Vec::new(),
            since: None,
            reason: None,
        };
        let line = match (known, before) {
            (None, None) => return Ok(()),
            (Some(Known::Found(found)), None) => {
                if !self.was_readable(record_kind, kind) {
                    difference.change = Change::NewlyReadable;
                }
                self.feed.tell(&difference)?;
                found
            }
            (Some(Known::Found(found)), Some(before)) => {
                // Most things are as they were, to the byte.
                if found != before {
                    let before = SnapshotLine::read(before.as_bytes())?;
                    difference.properties = SnapshotLine::read(found.as_bytes())?.differs(&before);
                }
                let is_told = |name: &String| !self.volatile.contains(&(kind, name.as_str()));
                if difference.properties.iter().any(is_told) {
                    difference.change = Change::Updated;
                    self.feed.tell(&difference)?;
                }
                found
            }
            (Some(Known::Carried(line)), before) => {
                let before = before.map(|it| SnapshotLine::read(it.as_bytes())).transpose()?;
                let since = before.and_then(|it| it.text(STALE[0]));
                let reason = follows_from(kind).find_map(|it| self.reasons.get(it));
                let reason = reason.cloned().unwrap_or_default();
                self.carry(line, since, reason, difference)?
            }
            (None, Some(before)) => {
                let Some(reason) = self.reasons.get(kind).filter(|_| !is_severed).cloned() else {
                    difference.change = Change::Deleted;
                    return self.feed.tell(&difference);
                };
                let before = SnapshotLine::read(before.as_bytes())?;
                let since = before.text(STALE[0]);
                self.carry(before, since, reason, difference)?
            }
        };
        self.objects.line(record_kind, kind, &line, &mut self.linked).await
    }

    /// The line of what is carried forward, since when if that is known, and why. Without, it is
    /// since the last snapshot. What nobody looked for is not told: it is as complete as it was.
    fn carry(
        &mut self,
        mut line: SnapshotLine,
        since: Option<String>,
        reason: String,
        difference: Difference,
    ) -> Result<String, Error> {
        let last = || self.previous.as_ref().map(|(summary, _)| summary.planned_at.clone());
        let since = since.or_else(last);
        line.set(STALE[0], since.clone())?;
        line.set(STALE[1], reason.as_str())?;
        if self.known.contains(&difference.kind) {
            return Ok(line.write());
        }
        let none = || Carried { count: 0, reason: reason.clone() };
        self.linked.carried.entry(difference.kind.clone()).or_insert_with(none).count += 1;
        let change = Change::CarriedForward;
        let difference = Difference { change, since, reason: Some(reason), ..difference };
        self.feed.tell(&difference)?;
        Ok(line.write())
    }

    /// Whether the last job could have read what is new now. The first job has nothing to compare
    /// with.
    fn was_readable(&self, record_kind: RecordKind, kind: &str) -> bool {
        let Some((_, proof)) = &self.previous else { return true };
        let lacks = match record_kind {
            RecordKind::Entities => proof.lacks_entities(kind),
            RecordKind::Relationships => proof.lacks_relationships(kind),
        };
        !matches!(lacks, Some(Lack::Doubt(_)))
    }
}

/// The line of a relationship, from every record of it; none if it was not found.
///
/// Those of one key are one: found from both ends, on a page that was read twice, or in several
/// grants. What differs from grant to grant is in lists, which are united.
fn unite(records: &[Record]) -> Result<Option<String>, Error> {
    let Some((first, others)) = records.split_first() else { return Ok(None) };
    if others.is_empty() {
        // It was written in the order of names.
        let line = std::str::from_utf8(&first.value).map_err(std::io::Error::other)?;
        return Ok(Some(line.to_owned()));
    }
    let mut line = SnapshotLine::read(&first.value)?;
    for other in others {
        line.patch(&other.value)?;
    }
    Ok(Some(line.write()))
}

/// The line of an entity, from every record of it; none if it was not found.
fn merge(
    kind: &str,
    records: &[Record],
    before: Option<&str>,
    inherited: &[Record],
    unknowns: &Unknowns,
    linked: &mut Linked,
) -> Result<Option<SnapshotLine>, Error> {
    let found = records.iter().filter(|it| it.rank() == rank::FOUND).count() as u64;
    // Whoever was found first in the order of bytes is as good as any, and always the same.
    let Some(first) = records.first().filter(|_| found > 0) else { return Ok(None) };
    linked.duplicates += found - 1;
    let first: StoredEntity<'_> = parse(&first.value)?;
    let mut line = SnapshotLine::read(first.entity.get().as_bytes())?;
    if let Some(raw) = first.raw {
        line.raw(raw)?;
    }
    let names = aliases(records, before.filter(|_| unknowns.contains_key(kind)))?;
    if !names.is_empty() {
        line.set(ALIASES, names)?;
    }
    for patch in records.iter().filter(|it| it.rank() == rank::PATCH) {
        let patch: StoredEntity<'_> = parse(&patch.value)?;
        line.patch(patch.entity.get().as_bytes())?;
    }
    for record in inherited {
        line.patch(&record.value)?;
    }
    if let Some(lacking) = unknowns.get(kind) {
        let is_kept = lacking.iter().any(|it| it.kept.is_some());
        let earlier = before.filter(|_| is_kept).map(|it| SnapshotLine::read(it.as_bytes()));
        line.lack(earlier.transpose()?.as_ref(), lacking)?;
    }
    Ok(Some(line))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::sort;

    #[test]
    fn relationships_of_one_key_are_one_with_the_lists_of_all() {
        let record = |value: &str| Record {
            key: sort::key("a_assigned_b", "a|assigned|b", rank::FOUND),
            value: value.as_bytes().to_vec(),
        };
        let records = [
            record(r#"{"_key":"a|assigned|b","roles":["r1"]}"#),
            record(r#"{"_key":"a|assigned|b","roles":["r0","r1"]}"#),
        ];
        let line = unite(&records).unwrap().unwrap();
        assert_eq!(line, r#"{"_key":"a|assigned|b","roles":["r0","r1"]}"#);
        assert_eq!(unite(&records[..1]).unwrap().unwrap().as_bytes(), records[0].value);
        assert!(unite(&[]).unwrap().is_none(), "it was not found");
    }
}
