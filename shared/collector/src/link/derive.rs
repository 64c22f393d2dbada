//! Relationships that follow from others: what is in something that is in something is in that,
//! too.
//!
//! What follows is a function of the relationships that the snapshot has in the end. Those that are
//! carried forward count, but only mark what follows from them as carried forward as well. So
//! nothing that follows is ever at odds with what it follows from, however little a job could read.
//!
//! Memory holds only which things are in which of their own kind, some hundred bytes for each that
//! is. Members pass by in the order of what they are in, and what follows is sorted on the local
//! disk. A way that is longer than another, or as long and later in the order of keys, leaves no
//! trace; nor does one to a member that is in the thing directly.

mod nest;
#[cfg(test)]
mod tests;

use std::cmp::Ordering;
use std::io;

use graph::RelationshipClass;
use serde::Deserialize;
use steps::{DERIVED, Derived, Member, derives};

use super::line::{Known, SnapshotLine};
use super::proof::{Proof, Verdicts};
use super::record::{parse, rank};
use super::sort::{self, Groups, Record, Sorted, Sorter, Together};
use crate::context::Error;
use crate::summary::Linked;
use nest::Nest;

/// What the ways from a thing to a member are sorted by, before their length.
mod way {
    /// There is a relationship already.
    pub(super) const DIRECT: u8 = b'0';
    /// Every relationship on the way was found.
    pub(super) const FOUND: u8 = b'1';
    /// Some relationship on the way is carried forward.
    pub(super) const CARRIED: u8 = b'2';
}

/// The ways by which relationships follow from others, sorted by the type and key of what follows.
/// The others are those that were found, and those of the last snapshot that were not.
pub(super) fn derive(
    relationships: [&Sorted; 2],
    verdicts: &Verdicts,
    proof: &Proof,
    linked: &mut Linked,
) -> Result<Sorted, Error> {
    let mut ways = Sorter::new();
    for rule in DERIVED.iter().filter(|rule| proof.lacks_rule(rule).is_none()) {
        let nest = nest(relationships, verdicts, rule)?;
        if !nest.is_empty() {
            hand_up(relationships, verdicts, rule, &nest, &mut ways, linked)?;
        }
    }
    Ok(ways.sorted()?)
}

/// What follows, if anything, from ways that are sorted.
pub(super) fn best(kind: &str, key: &str, ways: &[Record]) -> Result<Option<Known>, Error> {
    let Some((way, rule)) = ways.first().zip(derives(kind)) else { return Ok(None) };
    let member = rule.members.iter().find(|it| it.becomes == kind);
    let Some(member) = member else { return Ok(None) };
    let Some(best) = Way::read(member, key, &way.value) else { return Ok(None) };
    let line = best.line(member, key)?;
    Ok(match way.rank() {
        way::FOUND => Some(Known::Found(line.write())),
        way::CARRIED => Some(Known::Carried(line)),
        _ => None,
    })
}

/// A way from a thing to a member. The ends are in the key of what follows, and so are not
/// repeated.
struct Way<'w> {
    length: u32,
    via: &'w str,
    from: &'w str,
    to: &'w str,
}

impl<'w> Way<'w> {
    /// What a way is sorted by among those of the same kind: shorter ones first, then by what the
    /// member is in. No key holds a zero byte, for Microsoft makes ids of none.
    fn write(length: u32, via: &str, from: &str) -> Vec<u8> {
        format!("{length:08}\0{via}\0{}", from.len()).into_bytes()
    }

    fn read(member: &Member, key: &'w str, written: &'w [u8]) -> Option<Self> {
        let mut parts = std::str::from_utf8(written).ok()?.split('\0');
        let (length, via, from) = (parts.next()?, parts.next()?, parts.next()?);
        let (from, rest) = key.split_at_checked(from.parse().ok()?)?;
        let to = rest.strip_prefix(&between(member.class))?.strip_suffix(TRANSITIVE)?;
        Some(Self { length: length.parse().ok()?, via, from, to })
    }

    fn line(&self, member: &Member, key: &str) -> Result<SnapshotLine, Error> {
        let mut line = SnapshotLine::default();
        line.set("_class", member.class.as_str())?;
        line.set("_fromEntityKey", self.from)?;
        line.set("_key", key)?;
        line.set("_toEntityKey", self.to)?;
        line.set("_type", member.becomes)?;
        line.set("depth", self.length)?;
        line.set("displayName", member.class.as_str())?;
        line.set("isTransitive", true)?;
        line.set("via", self.via)?;
        Ok(line)
    }
}

/// The key of what follows. The thing may come to have the member directly, which is another
/// relationship.
fn key(from: &str, class: RelationshipClass, to: &str) -> String {
    format!("{from}{}{to}{TRANSITIVE}", between(class))
}

const TRANSITIVE: &str = "|transitive";

fn between(class: RelationshipClass) -> String {
    format!("|{}|", class.as_str().to_lowercase())
}

/// The ends of a relationship of a snapshot, unless one is for others to find.
#[derive(Deserialize)]
struct Ends {
    #[serde(rename = "_fromEntityKey")]
    from: Option<String>,
    #[serde(rename = "_toEntityKey")]
    to: Option<String>,
}

/// A relationship that the snapshot has.
struct Shown {
    from: String,
    to: String,
    is_found: bool,
}

/// The relationship that records tell of, if the snapshot has it.
fn shown(
    kind: &str,
    [found, lost]: &[Vec<Record>; 2],
    verdicts: &Verdicts,
) -> Result<Option<Shown>, Error> {
    let is_kept = |it: &&Record| it.rank() == rank::BEFORE && verdicts.carried.contains_key(kind);
    let record = found.first().or(lost.first().filter(is_kept));
    let Some(record) = record else { return Ok(None) };
    let Ends { from, to } = parse(&record.value)?;
    Ok(from.zip(to).map(|(from, to)| Shown { from, to, is_found: !found.is_empty() }))
}

/// Relationships that were found beside those that were not.
fn things([found, lost]: [&Sorted; 2]) -> io::Result<Together<2>> {
    Ok(Together([Groups::new(found.read()?), Groups::new(lost.read()?)]))
}

/// Reads which things are in which of their own kind.
fn nest(relationships: [&Sorted; 2], verdicts: &Verdicts, rule: &Derived) -> Result<Nest, Error> {
    let mut edges = Vec::new();
    let mut things = things(relationships)?;
    while let Some((name, records)) = things.next()? {
        let kind = name.split('\0').next().unwrap_or_default();
        match kind.cmp(rule.nesting) {
            Ordering::Less => continue,
            Ordering::Equal => (),
            Ordering::Greater => break,
        }
        if let Some(Shown { from, to, is_found }) = shown(kind, &records, verdicts)? {
            edges.push((from, to, is_found));
        }
    }
    Ok(Nest::new(edges))
}

/// Hands the members of each thing up to what the thing is in, however deep.
fn hand_up(
    relationships: [&Sorted; 2],
    verdicts: &Verdicts,
    rule: &Derived,
    nest: &Nest,
    ways: &mut Sorter,
    linked: &mut Linked,
) -> Result<(), Error> {
    let mut search = nest.search(rule.most);
    let mut things = things(relationships)?;
    while let Some((name, records)) = things.next()? {
        let kind = name.split('\0').next().unwrap_or_default();
        let Some(member) = rule.members.iter().find(|it| it.direct == kind) else { continue };
        let Some(it) = shown(kind, &records, verdicts)? else { continue };
        let Some(thing) = nest.find(&it.from) else { continue };
        let mut push = |from: &str, rank, length| -> io::Result<()> {
            let key = sort::key(member.becomes, &key(from, member.class, &it.to), rank);
            ways.push(&key, &Way::write(length, &it.from, from))
        };
        if nest.has_any_in(thing) {
            push(&it.from, way::DIRECT, 1)?;
        }
        for above in search.above(thing) {
            let from = nest.key(above.thing);
            // What is in itself by a detour says nothing.
            if from != it.to {
                let is_found = it.is_found && above.is_found;
                let rank = if is_found { way::FOUND } else { way::CARRIED };
                push(from, rank, above.distance + 1)?;
            }
        }
    }
    if search.cut_short() > 0 {
        linked.limited.insert(rule.id.to_owned(), search.cut_short() as u64);
    }
    Ok(())
}
