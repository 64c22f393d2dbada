//! Finding the ends of references.

use graph::{Direction, End, Key, Name, Reference, Unresolved, relationship_type};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::sort::{self, Reader, Record, Sorted, Sorter};
use super::{Linked, Named, References, parse, rank};
use crate::context::Error;

/// Turns references into relationships. Also finds what entities take over from those they refer to.
pub(super) fn join(
    references: References,
    names: &Sorted,
    linked: &mut Linked,
) -> Result<Joined, Error> {
    let References { both, mut one, mut joined } = references;
    merge(&both.sorted()?, names, |line, matches| {
        let reference: Reference = parse(line)?;
        if matches.is_empty() {
            drop_reference(&reference, linked);
        }
        for named in matches {
            let mut reference = reference.clone();
            reference.from = End::known(&Key::new(&named.key), &named.kind);
            let End::Named { name } = &reference.to else { continue };
            let line = serde_json::to_vec(&reference).map_err(std::io::Error::from)?;
            one.push(name.as_str().as_bytes(), &line)?;
        }
        Ok(())
    })?;
    merge(&one.sorted()?, names, |line, matches| joined.one(&parse(line)?, matches, linked))?;
    Ok(joined)
}

/// The ends of a relationship of a snapshot.
#[derive(Deserialize)]
pub(super) struct Ends {
    #[serde(rename = "_type")]
    kind: String,
    #[serde(rename = "_key")]
    key: String,
    #[serde(rename = "_fromEntityKey")]
    from: Option<String>,
    #[serde(rename = "_toEntityKey")]
    to: Option<String>,
    #[serde(rename = "_mapping")]
    mapping: Option<Mapping>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Mapping {
    source_entity_key: String,
}

impl Ends {
    /// The keys of the ends that are known: both, or the one that a mapped relationship is of.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        let source = self.mapping.as_ref().map(|it| &it.source_entity_key);
        let ends =
            if source.is_some() { [source, None] } else { [self.from.as_ref(), self.to.as_ref()] };
        ends.into_iter().flatten().map(String::as_str)
    }
}

/// Calls `take` with what each reference says, and the entities that answer to the name it is sorted
/// by.
pub(super) fn merge(
    references: &Sorted,
    names: &Sorted,
    mut take: impl FnMut(&[u8], &[Named]) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut references = references.read()?;
    let mut names =
        Names { reader: names.read()?, head: None, name: Vec::new(), matches: Vec::new() };
    while let Some(Record { key, value }) = references.next()? {
        names.advance(&key)?;
        take(&value, &names.matches)?;
    }
    Ok(())
}

/// The entities that answer to one name after another.
struct Names {
    reader: Reader,
    head: Option<Record>,
    name: Vec<u8>,
    matches: Vec<Named>,
}

impl Names {
    fn advance(&mut self, name: &[u8]) -> Result<(), Error> {
        if self.name == name {
            return Ok(());
        }
        self.matches.clear();
        name.clone_into(&mut self.name);
        loop {
            let head = match self.head.take() {
                Some(head) => head,
                None => match self.reader.next()? {
                    Some(head) => head,
                    None => return Ok(()),
                },
            };
            match head.key.as_slice().cmp(name) {
                std::cmp::Ordering::Less => (),
                std::cmp::Ordering::Equal => self.matches.push(parse(&head.value)?),
                std::cmp::Ordering::Greater => {
                    self.head = Some(head);
                    return Ok(());
                }
            }
        }
    }
}

/// What was joined.
pub(super) struct Joined {
    relationships: Sorter,
    loans: Sorter,
}

impl Joined {
    pub(super) const fn new() -> Self {
        Self { relationships: Sorter::new(), loans: Sorter::new() }
    }

    /// Adds a relationship as it is.
    pub(super) fn keep(&mut self, line: &[u8]) -> Result<(), Error> {
        let Ends { kind, key, .. } = parse(line)?;
        Ok(self.relationships.push(&sort::key(&kind, &key, rank::FOUND), line)?)
    }

    /// The relationships, and what entities take over, both sorted by type and key.
    pub(super) fn sorted(self) -> Result<(Sorted, Sorted), Error> {
        Ok((self.relationships.sorted()?, self.loans.sorted()?))
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
            self.direct(reference, from, to, other.0)?;
            self.lend(reference, this, named)?;
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

    /// Adds what a reference says of which both ends are known.
    pub(super) fn known(&mut self, reference: &Reference) -> Result<(), Error> {
        let (from, to) = (&reference.from, &reference.to);
        if let (End::Known { key: from, kind: from_kind }, End::Known { key: to, kind: to_kind }) =
            (from, to)
        {
            let (from, to) = ((from.as_str(), from_kind.as_str()), (to.as_str(), to_kind.as_str()));
            self.direct(reference, from, to, to.0)?;
        }
        Ok(())
    }

    /// A relationship between two entities. If its key is not composed of theirs, it ends with that of
    /// the end that was found.
    pub(super) fn direct(
        &mut self,
        reference: &Reference,
        from: (&str, &str),
        to: (&str, &str),
        found: &str,
    ) -> Result<(), Error> {
        let class = reference.class;
        let kind = reference.kind.clone();
        let kind = kind.unwrap_or_else(|| relationship_type(from.1, class, to.1));
        let key = match &reference.key {
            Some(key) => key.with(found),
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
                key.with(name.as_str().split_once(':').map_or(name.as_str(), |(_, value)| value))
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
    fn lend(
        &mut self,
        reference: &Reference,
        this: (&str, &str),
        named: &Named,
    ) -> Result<(), Error> {
        let loan: Map<String, Value> = reference
            .borrow
            .iter()
            .filter_map(|name| Some((name.clone(), named.lends.get(name)?.clone())))
            .collect();
        if loan.is_empty() {
            return Ok(());
        }
        let loan = serde_json::to_vec(&loan).map_err(std::io::Error::from)?;
        Ok(self.loans.push(&sort::key(this.1, this.0, rank::PATCH), &loan)?)
    }
}

fn object(json: Value) -> Map<String, Value> {
    if let Value::Object(fields) = json { fields } else { Map::new() }
}

/// Counts a reference of which an end is not found.
fn drop_reference(reference: &Reference, linked: &mut Linked) {
    let kind = |end: &End| match end {
        End::Known { kind, .. } => kind.clone(),
        End::Named { name } => {
            let alias = name.as_str().split_once(':').map(|(kind, _)| kind);
            alias.filter(|kind| !kind.starts_with("http")).unwrap_or("?").to_owned()
        }
    };
    let what = format!("{} {} {}", kind(&reference.from), reference.class, kind(&reference.to));
    *linked.dropped.entry(what).or_default() += 1;
}
