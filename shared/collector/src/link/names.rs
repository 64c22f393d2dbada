//! The names that entities answer to.

use std::collections::{BTreeMap, BTreeSet};

use graph::Name;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use steps::STEPS;

use super::earlier::{Earlier, Things};
use super::proof::{Losses, Verdicts};
use super::record::{Unknowns, parse, rank};
use super::sort::{Groups, Record, Sorted, Sorter, Together};
use crate::context::Error;
use crate::part::StoredEntity;

/// An entity that answers to a name.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Named {
    pub(super) kind: String,
    pub(super) key: String,
    /// Its properties that those who refer to it inherit.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub(super) inheritable: Map<String, Value>,
}

/// The names of entities, while they are collected.
pub(super) struct Names {
    inherited: BTreeMap<&'static str, BTreeSet<&'static str>>,
    sorter: Sorter,
    /// Those of entities that the last snapshot has and that were not found, by type and key. They
    /// count if it turns out that the type is carried forward.
    lost: Sorter,
}

impl Names {
    pub(super) fn new() -> Self {
        Self { inherited: inherited(), sorter: Sorter::new(), lost: Sorter::new() }
    }

    /// Adds an entity with properties, which answers to its key and to aliases.
    pub(super) fn add(
        &mut self,
        (kind, key): (&str, &str),
        aliases: &[String],
        properties: &[u8],
    ) -> Result<(), Error> {
        let named = self.named(kind, key, properties)?;
        add(&mut self.sorter, key, aliases, &named)
    }

    /// Notes an entity of the last snapshot that was not found, with its line.
    fn lose(&mut self, (kind, key): (&str, &str), line: &[u8]) -> Result<(), Error> {
        let Aliases { aliases } = parse(line)?;
        let lost = Lost { named: self.named(kind, key, line)?, aliases };
        let lost = serde_json::to_vec(&lost).map_err(std::io::Error::from)?;
        Ok(self.lost.push(&super::sort::key(kind, key, rank::BEFORE), &lost)?)
    }

    fn named(&self, kind: &str, key: &str, properties: &[u8]) -> Result<Named, Error> {
        let mut inheritable = Map::new();
        if let Some(inherited) = self.inherited.get(kind) {
            inheritable = parse(properties)?;
            inheritable.retain(|name, _| inherited.contains(name.as_str()));
        }
        Ok(Named { kind: kind.to_owned(), key: key.to_owned(), inheritable })
    }

    /// The names, sorted. An entity that is carried forward answers to those it had.
    pub(super) fn sorted(mut self, verdicts: &Verdicts) -> Result<Sorted, Error> {
        let mut lost = Groups::new(self.lost.sorted()?.read_last()?);
        while let Some((name, records)) = lost.next()? {
            let kind = name.split('\0').next().unwrap_or_default();
            if !verdicts.carried.contains_key(kind) {
                continue;
            }
            for Record { value, .. } in records {
                let Lost { named, aliases } = parse(&value)?;
                add(&mut self.sorter, &named.key, &aliases, &named)?;
            }
        }
        Ok(self.sorter.sorted()?)
    }
}

fn add(sorter: &mut Sorter, key: &str, aliases: &[String], named: &Named) -> Result<(), Error> {
    let named = serde_json::to_vec(named).map_err(std::io::Error::from)?;
    let own = Name::from(&graph::Key::new(key));
    for name in aliases.iter().map(String::as_str).chain([own.as_str()]) {
        sorter.push(name.as_bytes(), &named)?;
    }
    Ok(())
}

/// An entity that was not found, and the aliases that it answered to.
#[derive(Serialize, Deserialize)]
struct Lost {
    named: Named,
    aliases: Vec<String>,
}

/// Reads entities beside those of the last snapshot: what they are called, and how many of each
/// type were found, how many there were, and how many of those were not found.
pub(super) async fn names(
    entities: &Sorted,
    earlier: Earlier<'_>,
    unknowns: &Unknowns,
) -> Result<(Names, BTreeMap<String, Losses>), Error> {
    let mut names = Names::new();
    let mut losses: BTreeMap<String, Losses> = BTreeMap::new();
    let mut things = Things::new(Together([Groups::new(entities.read()?)]), earlier);
    while let Some(thing) = things.next().await? {
        let ((kind, _), [records], before) = (thing.id(), &thing.records, &thing.before);
        if !losses.contains_key(kind) {
            losses.insert(kind.to_owned(), Losses::default());
        }
        let Some(losses) = losses.get_mut(kind) else { continue };
        losses.before += u64::from(before.is_some());
        if let Some(first) = records.first().filter(|it| it.rank() == rank::FOUND) {
            losses.found += 1;
            let entity: StoredEntity<'_> = parse(&first.value)?;
            let before = before.as_deref().filter(|_| unknowns.contains_key(kind));
            let aliases = aliases(records, before)?;
            names.add(thing.id(), &aliases, entity.entity.get().as_bytes())?;
        } else if let Some(before) = before {
            losses.lost += 1;
            names.lose(thing.id(), before.as_bytes())?;
        }
    }
    Ok((names, losses))
}

/// The names besides its key that an entity answers to which was found: its own, those that patches
/// add, and those of the line of the last snapshot, which is given if a patch may be lacking.
pub(super) fn aliases(records: &[Record], before: Option<&str>) -> Result<Vec<String>, Error> {
    let mut aliases = BTreeSet::new();
    let mut is_first = true;
    for record in records {
        // Whoever was found first in the order of bytes is as good as any, and always the same.
        if is_first || record.rank() == rank::PATCH {
            aliases.extend(parse::<StoredEntity<'_>>(&record.value)?.names);
        }
        is_first = false;
    }
    if let Some(before) = before {
        aliases.extend(parse::<Aliases>(before.as_bytes())?.aliases);
    }
    Ok(aliases.into_iter().collect())
}

/// The aliases of a line of a snapshot.
#[derive(Deserialize)]
pub(super) struct Aliases {
    #[serde(rename = "_aliases", default)]
    pub(super) aliases: Vec<String>,
}

/// The properties that some link takes over from entities of each type.
fn inherited() -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    let mut inherited: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for link in STEPS.iter().flat_map(|step| step.all_links()) {
        for kind in link.to.iter().filter(|_| !link.inherits.is_empty()) {
            inherited.entry(kind.kind).or_default().extend(link.inherits);
        }
    }
    inherited
}
