//! Finding the ends of references.

use graph::{Direction, End, Key, Name, Reference, Unresolved, relationship_type};
use serde_json::{Map, Value, json};

use super::sort::{Reader, Record, Sorted, Sorter};
use super::{Linked, Named, References, parse};
use crate::context::Error;

/// Turns references into relationships, sorted by type and key. Also returns what entities take over
/// from the entities they refer to, sorted by their type and key.
pub(super) fn join(
    references: References,
    names: &Sorted,
    linked: &mut Linked,
) -> Result<(Sorted, Sorted), Error> {
    let References { both, mut one, none } = references;
    let mut found = Found { relationships: Sorter::new(), loans: Sorter::new() };
    merge(&both.sorted()?, names, |reference, matches| {
        if matches.is_empty() {
            drop_reference(&reference, linked);
        }
        for named in matches {
            let mut reference = reference.clone();
            reference.from = End::known(&Key::new(&named.key), &named.kind);
            let End::Named { name } = &reference.to else { continue };
            let name = name.as_str().to_owned();
            let line = serde_json::to_vec(&reference).map_err(std::io::Error::from)?;
            one.push(name.as_bytes(), &line)?;
        }
        Ok(())
    })?;
    merge(&one.sorted()?, names, |reference, matches| found.one(&reference, matches, linked))?;
    let none = none.sorted()?;
    let mut none = none.read()?;
    while let Some(Record { value, .. }) = none.next()? {
        let reference: Reference = parse(&value)?;
        if let (End::Known { key: from, kind: from_kind }, End::Known { key: to, kind: to_kind }) =
            (&reference.from, &reference.to)
        {
            let (from, to) = ((from.as_str(), from_kind.as_str()), (to.as_str(), to_kind.as_str()));
            found.direct(&reference, from, to, to.0)?;
        }
    }
    Ok((found.relationships.sorted()?, found.loans.sorted()?))
}

/// Calls `take` with each reference and the entities that answer to the name it is sorted by.
fn merge(
    references: &Sorted,
    names: &Sorted,
    mut take: impl FnMut(Reference, &[Named]) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut references = references.read()?;
    let mut names =
        Names { reader: names.read()?, head: None, name: Vec::new(), matches: Vec::new() };
    while let Some(Record { key, value }) = references.next()? {
        names.advance(&key)?;
        take(parse(&value)?, &names.matches)?;
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

struct Found {
    relationships: Sorter,
    loans: Sorter,
}

impl Found {
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

    /// A relationship between two entities. If its key is not composed of theirs, it ends with that of
    /// the end that was found.
    fn direct(
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
            Some(prefix) => format!("{prefix}:{found}"),
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
            Some(prefix) => {
                let value = name.as_str().split_once(':').map_or(name.as_str(), |(_, value)| value);
                format!("{prefix}:{value}")
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
        Ok(self.relationships.push(format!("{kind}\0{key}").as_bytes(), &json)?)
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
        Ok(self.loans.push(format!("{}\0{}", this.1, this.0).as_bytes(), &loan)?)
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
