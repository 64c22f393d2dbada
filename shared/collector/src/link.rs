//! From entities and references to a graph.
//!
//! Everything is a sort and a merge on the local disk, so that memory does not grow with the tenant,
//! and so that neither the order in which steps ran nor what was read twice leaves a trace:
//!
//! 1. Entities are sorted by type and key. Those found twice become one; patches are added.
//! 2. The names that entities answer to are sorted, and so are references by the name they use. One
//!    merge of the two finds the ends. A reference that uses two names goes through it twice.
//! 3. Relationships are sorted by type and key, and those found twice become one.

mod emit;
mod join;
mod sort;

use std::collections::{BTreeMap, BTreeSet};

use graph::{End, Reference};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use steps::STEPS;

use crate::context::{Context, Error};
use crate::layout::{Content, Job};
use crate::manifest::Manifest;
use crate::part::{PartReader, StoredEntity};
use sort::{Record, Sorted, Sorter};

/// What linking came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Linked {
    /// How many entities there are of each type.
    pub entities: BTreeMap<String, u64>,
    /// How many relationships there are of each type, mapped ones included.
    pub relationships: BTreeMap<String, u64>,
    /// How many of them are mapped: one end is for whoever reads the graph to find.
    pub mapped: BTreeMap<String, u64>,
    /// How many references were left out because nothing answers to the name they use.
    pub dropped: BTreeMap<String, u64>,
    /// How many entities were found more than once.
    pub duplicates: u64,
    /// The names of the objects of the snapshot.
    pub objects: Vec<String>,
}

/// An entity that answers to a name.
#[derive(Debug, Serialize, Deserialize)]
struct Named {
    kind: String,
    key: String,
    /// What it lends to those who refer to it.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    lends: Map<String, Value>,
}

/// Why properties of a type may be lacking where they are not set.
type Unknowns = BTreeMap<&'static str, Vec<(&'static str, String)>>;

/// Links what the steps of a job stored, and writes the snapshot.
pub(crate) async fn link(
    context: &Context,
    job: &Job,
    manifests: &[Manifest],
) -> Result<Linked, Error> {
    let mut linked = Linked::default();
    let (entities, references) = load(context, manifests).await?;
    let names = names(&entities)?;
    let (relationships, loans) = join::join(references, &names, &mut linked)?;
    let unknowns = unknowns(manifests);
    emit::entities(context, job, &entities, &loans, &unknowns, &mut linked).await?;
    emit::relationships(context, job, &relationships, &mut linked).await?;
    Ok(linked)
}

/// References by what of them has to be found.
struct References {
    /// Both ends; by the name of the first.
    both: Sorter,
    /// One end; by its name.
    one: Sorter,
    /// Neither.
    none: Sorter,
}

/// Reads every part of every step, and sorts what they hold.
async fn load(context: &Context, manifests: &[Manifest]) -> Result<(Sorted, References), Error> {
    let mut entities = Sorter::new();
    let mut references =
        References { both: Sorter::new(), one: Sorter::new(), none: Sorter::new() };
    let mut line = String::new();
    for part in manifests.iter().flat_map(|manifest| &manifest.parts) {
        let object = context.store.get(&part.name).await?;
        let object = object.ok_or_else(|| Error::Unknown(part.name.clone()))?;
        let mut reader = PartReader::new(object.body)?;
        while reader.next(&mut line)? {
            match part.content {
                Content::Entities => {
                    let entity: StoredEntity<'_> = parse(line.as_bytes())?;
                    let rank = if entity.patch { '1' } else { '0' };
                    let key = format!("{}\0{}\0{rank}", entity.kind, entity.key);
                    entities.push(key.as_bytes(), line.as_bytes())?;
                }
                Content::References => references.push(&line)?,
            }
        }
    }
    Ok((entities.sorted()?, references))
}

impl References {
    fn push(&mut self, line: &str) -> Result<(), Error> {
        let reference: Reference = parse(line.as_bytes())?;
        let (sorter, name) = match (&reference.from, &reference.to) {
            (End::Named { name }, End::Named { .. }) => (&mut self.both, name.as_str()),
            (End::Named { name }, End::Known { .. }) | (End::Known { .. }, End::Named { name }) => {
                (&mut self.one, name.as_str())
            }
            (End::Known { .. }, End::Known { .. }) => (&mut self.none, ""),
        };
        Ok(sorter.push(name.as_bytes(), line.as_bytes())?)
    }
}

/// The names that entities answer to, and what each lends.
fn names(entities: &Sorted) -> Result<Sorted, Error> {
    let lent = lent();
    let mut names = Sorter::new();
    let mut reader = entities.read()?;
    let mut last = String::new();
    while let Some(Record { value, .. }) = reader.next()? {
        let entity: StoredEntity<'_> = parse(&value)?;
        let this = format!("{}\0{}", entity.kind, entity.key);
        if entity.patch || this == last {
            continue;
        }
        last = this;
        let mut lends = Map::new();
        if let Some(lent) = lent.get(entity.kind.as_str()) {
            lends = parse(entity.entity.get().as_bytes())?;
            lends.retain(|name, _| lent.contains(name.as_str()));
        }
        let own = entity.key.trim_start_matches('/').to_owned();
        let named = Named { kind: entity.kind, key: entity.key, lends };
        let named = serde_json::to_vec(&named).map_err(std::io::Error::from)?;
        for name in entity.names.iter().chain([&own]) {
            names.push(name.as_bytes(), &named)?;
        }
    }
    Ok(names.sorted()?)
}

/// The properties that some link takes over from entities of each type.
fn lent() -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    let mut lent: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for link in STEPS.iter().flat_map(|step| step.links) {
        for kind in link.to.iter().filter(|_| !link.borrow.is_empty()) {
            lent.entry(kind.kind).or_default().extend(link.borrow);
        }
    }
    lent
}

/// The properties that may be lacking because a step could not read them. Unknown is not false: an
/// entity that lacks one says so, and why.
fn unknowns(manifests: &[Manifest]) -> Unknowns {
    let mut unknowns = Unknowns::new();
    for manifest in manifests {
        let Some(step) = steps::find(&manifest.step) else { continue };
        let Some(entry) = manifest.ledger.iter().find(|it| !it.status.is_complete()) else {
            continue;
        };
        let reason = entry.reason.as_deref().unwrap_or(entry.status.as_str());
        let mut lacks = |kind: &'static str, name: &'static str| {
            unknowns.entry(kind).or_default().push((name, reason.to_owned()));
        };
        if let Some(emits) = step.emits {
            // A stand-in knows what is computed, and nothing of what the list would have said.
            let listed = emits.declared().filter(|it| !it.path.is_empty());
            let stood_in = listed.filter(|_| step.stand_in.is_some());
            step.patches.iter().chain(stood_in).for_each(|it| lacks(emits.kind, it.name));
        }
        for (extended, names) in step.extends {
            names.iter().for_each(|name| lacks(extended.kind, name));
        }
    }
    unknowns
}

fn parse<'l, T: Deserialize<'l>>(line: &'l [u8]) -> Result<T, Error> {
    Ok(serde_json::from_slice(line).map_err(std::io::Error::from)?)
}
