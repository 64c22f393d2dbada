//! From entities and references to a graph.
//!
//! Everything is a sort and a merge on the local disk, so that memory does not grow with the tenant,
//! and so that neither the order in which steps ran nor what was read twice leaves a trace:
//!
//! 1. Entities are sorted by type and key. Those found twice become one; patches are added.
//! 2. The names that entities answer to are sorted, and so are references by the name they use. One
//!    merge of the two finds the ends. A reference that uses two names goes through it twice.
//! 3. Relationships are sorted by type and key, and those found twice become one.
//! 4. What follows from them, such as who is in a group because a group is in it, is added.

mod derive;
mod earlier;
mod emit;
mod feed;
mod join;
mod line;
mod proof;
pub(crate) mod sort;
mod tenant;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::pin::pin;

use futures_util::{StreamExt as _, stream};
use graph::{End, Name, Reference};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use steps::{STEPS, derives};

use crate::context::{Context, Error};
use crate::layout::{Content, Sort};
use crate::manifest::{Manifest, Part};
use crate::part::{PartReader, StoredEntity};
use crate::plan::{Plan, PlannedStep};
use crate::summary::{self, Summary};
use earlier::{AT_ONCE, Earlier, Gone, Things};
use emit::Emit;
use join::Joined;
use proof::{KeptParents, Losses, Proof, Verdicts, shortfalls};
use sort::{Record, Sorted, Sorter};

pub use feed::{Change, Difference};
pub use line::ALIASES;
pub use proof::Carried;
pub(crate) use tenant::tenant;

/// What linking came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Linked {
    /// How many entities there are of each type, those carried forward included.
    pub entities: BTreeMap<String, u64>,
    /// How many relationships there are of each type, mapped ones and those carried forward included.
    pub relationships: BTreeMap<String, u64>,
    /// How many of them are mapped: one end is for whoever reads the graph to find.
    pub mapped: BTreeMap<String, u64>,
    /// How many references were left out because nothing answers to the name they use.
    pub dropped: BTreeMap<String, u64>,
    /// How many things are in so many others that what is in them was not handed up to all, by the id of the
    /// rule that hands it up.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub limited: BTreeMap<String, u64>,
    /// The steps that found fewer different entities than their lists say they have, and how many.
    #[serde(skip)]
    pub(crate) shortfalls: BTreeMap<String, String>,
    /// How many entities were found more than once.
    pub duplicates: u64,
    /// What was not found and may still be there, by type.
    pub carried: BTreeMap<String, Carried>,
    /// How many things of a type the brake kept, by type. The next job confirms that they are gone.
    pub braked: BTreeMap<String, u64>,
    /// How many differences to the last snapshot there are.
    pub changes: BTreeMap<Change, u64>,
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

/// What the records of an entity are, in the order in which they are sorted.
///
/// Those of a relationship have the first and the last.
mod rank {
    /// It was found.
    pub(super) const FOUND: u8 = b'0';
    /// Something to add to it was found.
    pub(super) const PATCH: u8 = b'1';
    /// The last snapshot has it.
    pub(super) const BEFORE: u8 = b'2';
    /// The last snapshot has it, and an end of it is gone.
    pub(super) const SEVERED: u8 = b'3';
}

/// Links what the steps of a job stored, and writes the snapshot and how it differs from the last.
pub(crate) async fn link(
    context: &Context,
    plan: &Plan,
    manifests: &[Manifest],
    previous: Option<&Summary>,
) -> Result<Linked, Error> {
    let integration = plan.instance.integration;
    let ledger = manifests.iter().flat_map(|manifest| &manifest.ledger);
    let proof = Proof::new(integration, ledger, plan.steps.iter());
    let mut linked = Linked::default();
    let mut verdicts = Verdicts::default();
    let braked = |kind: &str| previous.is_some_and(|it| it.graph.braked.contains_key(kind));

    let (found, references) = load(context, manifests).await?;
    let earlier = Earlier::load(context, previous, Sort::Entities).await?;
    let entities = Things { found, earlier, gone: Gone::default() };
    let entity_losses = losses(&entities)?;
    let found = |kind: &str| entity_losses.get(kind).map_or(0, |it| it.found);
    linked.shortfalls = shortfalls(manifests.iter().flat_map(|it| &it.ledger), found);
    let mut proof = proof.without(&linked.shortfalls);
    if previous.is_some_and(|it| it.is_bare) {
        let unproven = |it: &PlannedStep| (it.id.clone(), summary::BARE.to_owned());
        proof = proof.without(&plan.steps.iter().map(unproven).collect());
    }
    for (kind, losses) in &entity_losses {
        verdicts.decide(kind, *losses, proof.lacks_entities(kind), braked(kind));
    }
    let kept = KeptParents::of(&mut verdicts, &entity_losses, integration);
    let unknowns = unknowns(manifests);
    let (names, gone) = names(&entities, &verdicts, &unknowns)?;
    let joined = join::join(references, &names, &mut linked)?;
    drop(names);
    let (found, loans) = joined.sorted()?;
    let earlier = Earlier::load(context, previous, Sort::Relationships).await?;
    let relationships = Things { found, earlier, gone };
    for (kind, losses) in losses(&relationships)? {
        if let Some(rule) = derives(&kind) {
            verdicts.decide_derived(&kind, proof.lacks_rule(rule));
        } else {
            let lacks = proof.lacks_relationships(&kind).or_else(|| kept.lacks(&kind));
            verdicts.decide(&kind, losses, lacks, braked(&kind));
        }
    }
    let derived = derive::derive(&relationships, &verdicts, &proof, &mut linked)?;
    linked.braked = std::mem::take(&mut verdicts.braked);

    let before =
        previous.map(|it| (it, Proof::new(integration, it.ledger.iter(), it.steps.iter())));
    let mut emit = Emit::new(context, &plan.job, before, verdicts.carried)?;
    emit.entities(&entities, &loans, &unknowns, &mut linked).await?;
    drop((entities, loans));
    emit.relationships(&relationships, &derived, &mut linked).await?;
    emit.finish(&mut linked).await?;
    Ok(linked)
}

/// How many things of each type were found, how many the last snapshot has, and how many of those were
/// not found.
fn losses(things: &Things) -> Result<BTreeMap<String, Losses>, Error> {
    let mut losses: BTreeMap<String, Losses> = BTreeMap::new();
    let mut groups = things.groups()?;
    while let Some((name, records)) = groups.next()? {
        let has = |rank| records.iter().any(|it| it.rank() == rank);
        let kind = name.split('\0').next().unwrap_or_default();
        let is_found = has(rank::FOUND);
        let losses = losses.entry(kind.to_owned()).or_default();
        losses.found += u64::from(is_found);
        // What has lost an end is gone with it, and the end was looked at.
        if has(rank::BEFORE) {
            losses.before += 1;
            losses.lost += u64::from(!is_found);
        }
    }
    Ok(losses)
}

/// References by what of them has to be found.
struct References {
    /// Both ends; by the name of the first.
    both: Sorter,
    /// One end; by its name.
    one: Sorter,
    /// Neither: what they come to.
    joined: Joined,
}

/// Reads every part of every step, and sorts what they hold.
async fn load(context: &Context, manifests: &[Manifest]) -> Result<(Sorted, References), Error> {
    let mut entities = Sorter::new();
    let mut references =
        References { both: Sorter::new(), one: Sorter::new(), joined: Joined::new() };
    let mut line = String::new();
    let parts: Vec<Part> = manifests.iter().flat_map(|it| it.parts.clone()).collect();
    let get = |part: Part| async move { (context.store.get(&part.name).await, part) };
    let mut parts = pin!(stream::iter(parts).map(get).buffered(AT_ONCE));
    while let Some((object, Part { name, content })) = parts.next().await {
        let object = object?.ok_or_else(|| Error::Unknown(name.clone()))?;
        let mut reader = PartReader::new(&name, object.body)?;
        while reader.next(&mut line)? {
            match content {
                Content::Entities => {
                    let entity: StoredEntity<'_> = reader.parse(&line)?;
                    let rank = if entity.patch { rank::PATCH } else { rank::FOUND };
                    let key = sort::key(&entity.kind, &entity.key, rank);
                    entities.push(&key, line.as_bytes())?;
                }
                Content::References => references.push(&reader.parse(&line)?, &line)?,
                // What is kept for the next job is no part of the graph, and no manifest names it.
                Content::Items | Content::Changes => (),
            }
        }
    }
    Ok((entities.sorted()?, references))
}

/// The key of a line of a snapshot.
#[derive(Deserialize)]
struct Key {
    #[serde(rename = "_key")]
    key: String,
}

impl References {
    fn push(&mut self, reference: &Reference, line: &str) -> Result<(), Error> {
        let (sorter, name) = match (&reference.from, &reference.to) {
            (End::Named { name }, End::Named { .. }) => (&mut self.both, name.as_str()),
            (End::Named { name }, End::Known { .. }) | (End::Known { .. }, End::Named { name }) => {
                (&mut self.one, name.as_str())
            }
            (End::Known { .. }, End::Known { .. }) => return self.joined.known(reference),
        };
        Ok(sorter.push(name.as_bytes(), line.as_bytes())?)
    }
}

/// The names that entities answer to, and what each lends. An entity that is carried forward answers
/// to the names it had. Also finds the entities that are gone.
fn names(
    entities: &Things,
    verdicts: &Verdicts,
    unknowns: &Unknowns,
) -> Result<(Sorted, Gone), Error> {
    let lent = lent();
    let (mut names, mut gone) = (Sorter::new(), Gone::default());
    let mut groups = entities.groups()?;
    while let Some((name, records)) = groups.next()? {
        let (kind, key) = name.split_once('\0').unwrap_or_default();
        let (aliases, properties) = match records.first().map(|it| (it.rank(), it)) {
            Some((rank::FOUND, record)) => {
                let entity: StoredEntity<'_> = parse(&record.value)?;
                let aliases = aliases(&records, unknowns.contains_key(kind))?;
                (aliases, entity.entity.get().as_bytes())
            }
            _ => match records.last().filter(|it| it.rank() == rank::BEFORE) {
                Some(record) if verdicts.carried.contains_key(kind) => {
                    let Aliases { aliases } = parse(&record.value)?;
                    (aliases, record.value.as_slice())
                }
                Some(_) => {
                    gone.insert(key);
                    continue;
                }
                None => continue,
            },
        };
        let mut lends = Map::new();
        if let Some(lent) = lent.get(kind) {
            lends = parse(properties)?;
            lends.retain(|name, _| lent.contains(name.as_str()));
        }
        let named = Named { kind: kind.to_owned(), key: key.to_owned(), lends };
        let named = serde_json::to_vec(&named).map_err(std::io::Error::from)?;
        let own = Name::from(&graph::Key::new(key));
        for name in aliases.iter().map(String::as_str).chain([own.as_str()]) {
            names.push(name.as_bytes(), &named)?;
        }
    }
    if !gone.is_empty() {
        // What is gone as one type may be there as another.
        let mut groups = entities.groups()?;
        while let Some((name, records)) = groups.next()? {
            let (kind, key) = name.split_once('\0').unwrap_or_default();
            let is = |rank| records.iter().any(|it| it.rank() == rank);
            if is(rank::FOUND) || is(rank::BEFORE) && verdicts.carried.contains_key(kind) {
                gone.remove(key);
            }
        }
    }
    Ok((names.sorted()?, gone))
}

/// The names besides its key that an entity answers to which was found: its own, those that patches add, and
/// those of the last snapshot if a patch may be `lacking`.
fn aliases(records: &[Record], lacking: bool) -> Result<Vec<String>, Error> {
    let mut aliases = BTreeSet::new();
    let mut is_first = true;
    for record in records {
        match record.rank() {
            // Whoever was found first in the order of bytes is as good as any, and always the same.
            rank::FOUND if !is_first => (),
            rank::FOUND | rank::PATCH => {
                aliases.extend(parse::<StoredEntity<'_>>(&record.value)?.names);
            }
            _ if lacking => aliases.extend(parse::<Aliases>(&record.value)?.aliases),
            _ => (),
        }
        is_first = false;
    }
    Ok(aliases.into_iter().collect())
}

/// The aliases of a line of a snapshot.
#[derive(Deserialize)]
struct Aliases {
    #[serde(rename = "_aliases", default)]
    aliases: Vec<String>,
}

/// The properties that some link takes over from entities of each type.
fn lent() -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    let mut lent: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for link in STEPS.iter().flat_map(|step| step.links()) {
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
        if let Some(emits) = step.emits().filter(|_| step.stand_in.is_some()) {
            // A stand-in knows what is computed, and nothing of what the list would have said.
            let listed = emits.declared().filter(|it| !it.path.is_empty());
            listed.for_each(|it| lacks(emits.kind, it.name));
        }
        for (patched, property) in step.patches() {
            lacks(patched.kind, property.name);
        }
    }
    unknowns
}

fn parse<'l, T: Deserialize<'l>>(line: &'l [u8]) -> Result<T, Error> {
    Ok(serde_json::from_slice(line).map_err(std::io::Error::from)?)
}
