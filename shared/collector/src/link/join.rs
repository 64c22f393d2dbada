//! Finding the ends of references.

use std::collections::BTreeMap;

use graph::{Direction, End, Key, Name, Reference, Unresolved, relationship_type};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::earlier::{Earlier, Things};
use super::load::References;
use super::names::Named;
use super::proof::Losses;
use super::record::{parse, rank};
use super::sort::{self, Groups, Reader, Record, Sorted, Sorter, Together};
use crate::context::Error;
use crate::summary::Linked;

/// Turns references into relationships. Also finds what entities take over from those they refer
/// to.
pub(super) fn join(
    references: References,
    names: &Sorted,
    linked: &mut Linked,
) -> Result<Joined, Error> {
    let References { both, mut one, none } = references;
    let mut joined = Joined::new();
    merge(both.sorted()?, names, |line, matches| {
        let reference: Reference = parse(line)?;
        if matches.is_empty() {
            drop_reference(&reference, linked);
        }
        for named in matches {
            let mut reference = reference.clone();
            let found = End::known(&Key::new(&named.key), &named.kind);
            let (first, second) = if reference.target_first {
                (&mut reference.to, &reference.from)
            } else {
                (&mut reference.from, &reference.to)
            };
            *first = found;
            let End::Named { name } = second.clone() else { continue };
            let line = serde_json::to_vec(&reference).map_err(std::io::Error::from)?;
            one.push(name.as_str().as_bytes(), &line)?;
        }
        Ok(())
    })?;
    merge(one.sorted()?, names, |line, matches| joined.one(&parse(line)?, matches, linked))?;
    let mut none = none.sorted()?.read_last()?;
    while let Some(Record { value, .. }) = none.next()? {
        let reference: Reference = parse(&value)?;
        if let (End::Known { key: from, kind: from_kind }, End::Known { key: to, kind: to_kind }) =
            (&reference.from, &reference.to)
        {
            let (from, to) = ((from.as_str(), from_kind.as_str()), (to.as_str(), to_kind.as_str()));
            joined.direct(&reference, from, to, [from.0, to.0])?;
        }
    }
    Ok(joined)
}

/// Reads relationships beside those of the last snapshot. Returns those that were not found, and
/// whether they have lost an end and are gone with it; and how many of each type there were, and
/// how many of those were not found although their ends were.
pub(super) async fn lost(
    relationships: &Sorted,
    earlier: Earlier<'_>,
    names: Sorted,
) -> Result<(Sorted, BTreeMap<String, Losses>), Error> {
    let mut losses: BTreeMap<String, Losses> = BTreeMap::new();
    let (mut starting, mut ending) = (Sorter::new(), Sorter::new());
    if earlier.is_empty() {
        return Ok((starting.sorted()?, losses));
    }
    let mut things = Things::new(Together([Groups::new(relationships.read()?)]), earlier);
    while let Some(thing) = things.next().await? {
        let Some(before) = &thing.before else { continue };
        if thing.records[0].is_empty() {
            let ends: Ends = parse(before.as_bytes())?;
            let line = serde_json::to_vec(&ends).map_err(std::io::Error::from)?;
            starting.push(ends.start().as_bytes(), &line)?;
        } else {
            losses.entry(thing.id().0.to_owned()).or_default().before += 1;
        }
    }
    let mut lost = Sorter::new();
    let mut lose = |ends: &Ends, line: &[u8], has_ends: bool| -> Result<(), Error> {
        let rank = if has_ends { rank::BEFORE } else { rank::SEVERED };
        let losses = losses.entry(ends.kind.clone()).or_default();
        // What has lost an end is gone with it, and the end was looked at.
        losses.before += u64::from(has_ends);
        losses.lost += u64::from(has_ends);
        Ok(lost.push(&sort::key(&ends.kind, &ends.key, rank), line)?)
    };
    merge(starting.sorted()?, &names, |line, matches| {
        let ends: Ends = parse(line)?;
        match ends.end() {
            Some(end) if !matches.is_empty() => Ok(ending.push(end.as_bytes(), line)?),
            _ => lose(&ends, line, !matches.is_empty()),
        }
    })?;
    merge(ending.sorted()?, &names, |line, matches| {
        lose(&parse(line)?, line, !matches.is_empty())
    })?;
    Ok((lost.sorted()?, losses))
}

/// The ends of a relationship of a snapshot.
#[derive(Serialize, Deserialize)]
pub(super) struct Ends {
    #[serde(rename = "_type")]
    kind: String,
    #[serde(rename = "_key")]
    key: String,
    #[serde(rename = "_fromEntityKey", skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(rename = "_toEntityKey", skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    #[serde(rename = "_mapping", skip_serializing_if = "Option::is_none")]
    mapping: Option<Mapping>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Mapping {
    source_entity_key: String,
}

impl Ends {
    /// The name of the end where it starts; of a mapped one, of the end that is known.
    pub(super) fn start(&self) -> String {
        let source = self.mapping.as_ref().map(|it| &it.source_entity_key);
        let key = source.or(self.from.as_ref()).map_or("", String::as_str);
        Name::of_id(key).as_str().to_owned()
    }

    /// The name of the end where it ends, unless that is for others to find.
    fn end(&self) -> Option<String> {
        let to = self.to.as_ref().filter(|_| self.mapping.is_none())?;
        Some(Name::of_id(to).as_str().to_owned())
    }
}

/// Calls `take` with what each reference says, and the entities that answer to the name it is
/// sorted by.
pub(super) fn merge(
    references: Sorted,
    names: &Sorted,
    mut take: impl FnMut(&[u8], &[Named]) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut references = references.read_last()?;
    let mut names = Names { reader: names.read()?, name: Vec::new(), matches: Vec::new() };
    while let Some((name, line)) = references.head() {
        names.find(name)?;
        take(line, &names.matches)?;
        references.advance()?;
    }
    Ok(())
}

/// The entities that answer to one name after another.
struct Names {
    reader: Reader,
    name: Vec<u8>,
    matches: Vec<Named>,
}

impl Names {
    fn find(&mut self, name: &[u8]) -> Result<(), Error> {
        if self.name == name {
            return Ok(());
        }
        self.matches.clear();
        name.clone_into(&mut self.name);
        while let Some((known, named)) = self.reader.head().filter(|(known, _)| *known <= name) {
            if known == name {
                self.matches.push(parse(named)?);
            }
            self.reader.advance()?;
        }
        Ok(())
    }
}

/// What was joined.
pub(super) struct Joined {
    relationships: Sorter,
    inherited: Sorter,
}

impl Joined {
    pub(super) const fn new() -> Self {
        Self { relationships: Sorter::new(), inherited: Sorter::new() }
    }

    /// Adds a relationship as it is.
    pub(super) fn keep(&mut self, line: &[u8]) -> Result<(), Error> {
        let Ends { kind, key, .. } = parse(line)?;
        Ok(self.relationships.push(&sort::key(&kind, &key, rank::FOUND), line)?)
    }

    /// The relationships, and what entities take over, both sorted by type and key.
    pub(super) fn sorted(self) -> Result<(Sorted, Sorted), Error> {
        Ok((self.relationships.sorted()?, self.inherited.sorted()?))
    }

    /// A reference of which one end had to be found.
    fn one(
        &mut self,
        reference: &Reference,
        matches: &[Named],
        linked: &mut Linked,
    ) -> Result<(), Error> {
        let (known, kind, name, direction) = match (&reference.from, &reference.to) {
            (End::Known { key, kind }, End::Named { name }) => {
                (key, kind, name, Direction::Forward)
            }
            (End::Named { name }, End::Known { key, kind }) => {
                (key, kind, name, Direction::Reverse)
            }
            _ => return Ok(()),
        };
        let this = (known.as_str(), kind.as_str());
        for named in matches {
            let other = (named.key.as_str(), named.kind.as_str());
            let (from, to) = match direction {
                Direction::Forward => (this, other),
                Direction::Reverse => (other, this),
            };
            self.direct(reference, from, to, [this.0, other.0])?;
            self.inherit(reference, this, named)?;
        }
        if matches.is_empty() {
            match &reference.unresolved {
                Unresolved::Drop => drop_reference(reference, linked),
                unresolved @ Unresolved::Map { .. } => {
                    self.mapped(reference, this, name, direction, unresolved)?;
                }
            }
        }
        Ok(())
    }

    /// A relationship between two entities. If its key is not composed of theirs, it is made of
    /// that of the end that was known, and that of the end that was found.
    pub(super) fn direct(
        &mut self,
        reference: &Reference,
        from: (&str, &str),
        to: (&str, &str),
        [known, found]: [&str; 2],
    ) -> Result<(), Error> {
        let class = reference.class;
        let kind = reference.kind.clone();
        let kind = kind.unwrap_or_else(|| relationship_type(from.1, class, to.1));
        let key = match &reference.key {
            Some(key) => key.with(known, found),
            None => format!("{}|{}|{}", from.0, class.as_str().to_lowercase(), to.0),
        };
        let mut json = reference.properties.clone();
        json.extend(object(json!({
            "_class": class.as_str(),
            "_fromEntityKey": from.0,
            "_key": key,
            "_toEntityKey": to.0,
            "_type": kind,
            "displayName": class.as_str(),
        })));
        self.push(&kind, &key, &json)
    }

    fn mapped(
        &mut self,
        reference: &Reference,
        this: (&str, &str),
        name: &Name,
        direction: Direction,
        unresolved: &Unresolved,
    ) -> Result<(), Error> {
        let Unresolved::Map { kind, filters, target, skip_creation } = unresolved else {
            return Ok(());
        };
        let class = reference.class;
        let key = match &reference.key {
            // An alias is a kind, a colon and a value, and the kind is no part of what is meant.
            Some(key) => {
                let value = name.as_str().split_once(':').map_or(name.as_str(), |(_, it)| it);
                key.with(this.0, value)
            }
            None => format!("{}|{}|{}", this.0, class.as_str().to_lowercase(), name.as_str()),
        };
        let mut json = reference.properties.clone();
        json.extend(object(json!({
            "_class": class.as_str(),
            "_key": key,
            "_mapping": {
                "relationshipDirection": direction,
                "skipTargetCreation": skip_creation,
                "sourceEntityKey": this.0,
                "targetEntity": target,
                "targetFilterKeys": filters,
            },
            "_type": kind,
            "displayName": class.as_str(),
        })));
        self.push(kind, &key, &json)
    }

    fn push(&mut self, kind: &str, key: &str, json: &Map<String, Value>) -> Result<(), Error> {
        let json = serde_json::to_vec(json).map_err(std::io::Error::from)?;
        Ok(self.relationships.push(&sort::key(kind, key, rank::FOUND), &json)?)
    }

    /// Notes what an entity takes over from one that it refers to.
    fn inherit(
        &mut self,
        reference: &Reference,
        this: (&str, &str),
        named: &Named,
    ) -> Result<(), Error> {
        let inherited: Map<String, Value> = reference
            .inherits
            .iter()
            .filter_map(|name| Some((name.clone(), named.inheritable.get(name)?.clone())))
            .collect();
        if inherited.is_empty() {
            return Ok(());
        }
        let inherited = serde_json::to_vec(&inherited).map_err(std::io::Error::from)?;
        Ok(self.inherited.push(&sort::key(this.1, this.0, rank::PATCH), &inherited)?)
    }
}

fn object(json: Value) -> Map<String, Value> {
    if let Value::Object(fields) = json { fields } else { Map::new() }
}

/// Counts a reference of which an end is not found.
fn drop_reference(reference: &Reference, linked: &mut Linked) {
    let kind = |end: &End| match end {
        End::Known { kind, .. } => kind.clone(),
        End::Named { name } => type_named(name.as_str()).unwrap_or_else(|| "unknown".to_owned()),
    };
    let what = format!("{} {} {}", kind(&reference.from), reference.class, kind(&reference.to));
    *linked.dropped.entry(what).or_default() += 1;
}

/// The type that the name of an entity tells: within the id of a resource, or before the colon of
/// an alias.
fn type_named(name: &str) -> Option<String> {
    if let Some((_, resource)) = name.rsplit_once("/providers/") {
        let mut segments = resource.split('/');
        let namespace = segments.next()?;
        return Some(
            [namespace].into_iter().chain(segments.step_by(2)).collect::<Vec<_>>().join("/"),
        );
    }
    let (kind, _) = name.split_once(':')?;
    (!kind.starts_with("http")).then(|| kind.to_owned())
}
