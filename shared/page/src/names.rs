//! The keys and names of all entities, in memory: what search looks through, and how everything
//! else is named.

use std::collections::HashMap;
use std::sync::Arc;

use memchr::memmem;
use query::tables::{Cell, TableError, Tables};

/// The properties by which people look for an entity, besides its key.
const SEARCHED: [&str; 5] = ["displayName", "name", "email", "userPrincipalName", "mail"];

/// The keys and names of all entities, by their numbers.
#[derive(Debug, Default)]
pub(crate) struct Names {
    keys: Vec<Arc<str>>,
    shown: Vec<Arc<str>>,
    /// What search compares, in lower case: the texts of an entity, each on a line.
    texts: String,
    /// Where the texts of each entity end.
    ends: Vec<usize>,
    numbers: HashMap<Arc<str>, u32>,
}

impl Names {
    pub(crate) async fn read(tables: &Tables) -> Result<Self, TableError> {
        let mut names = Self::default();
        for table in &tables.manifest.entities {
            let mut properties = vec!["_key"];
            let has = |it: &&str| *it == "displayName" || table.column(it).is_some();
            properties.extend(SEARCHED.iter().filter(|it| has(it)));
            let each = |rows: std::ops::Range<u32>, cells: &[Vec<Cell>]| {
                for at in 0..rows.len() {
                    names.add(cells.iter().map(|column| &column[at]));
                }
            };
            tables.scan(table, &properties, |_| true, each).await?;
        }
        Ok(names)
    }

    /// Adds the entity with the next number, by its key and what else it is looked for by, of which
    /// the first is its name.
    fn add<'c>(&mut self, mut cells: impl Iterator<Item = &'c Cell>) {
        let text = |cell: &Cell| match cell {
            Cell::Text(text) => Arc::clone(text),
            _ => Arc::from(""),
        };
        let key = cells.next().map(text).unwrap_or_default();
        let others: Vec<Arc<str>> = cells.map(text).collect();
        let begin = self.texts.len();
        for it in others.iter().chain([&key]).filter(|it| !it.is_empty()) {
            let line = format!("{}\n", it.to_lowercase().replace('\n', " "));
            if !self.texts[begin..].contains(&line) {
                self.texts.push_str(&line);
            }
        }
        self.ends.push(self.texts.len());
        let number = u32::try_from(self.keys.len()).unwrap_or(u32::MAX);
        self.numbers.insert(Arc::clone(&key), number);
        let name = others.into_iter().find(|it| !it.trim().is_empty());
        self.shown.push(name.unwrap_or_else(|| Arc::clone(&key)));
        self.keys.push(key);
    }

    /// The number of the entity with a key.
    pub(crate) fn number(&self, key: &str) -> Option<u32> {
        let found = self.numbers.get(key);
        found.or_else(|| self.numbers.get(key.to_lowercase().as_str())).copied()
    }

    pub(crate) fn key(&self, entity: u32) -> &str {
        self.keys.get(entity as usize).map_or("", |it| it)
    }

    /// The name of an entity for people; its key if it has none.
    pub(crate) fn name(&self, entity: u32) -> &str {
        self.shown.get(entity as usize).map_or("", |it| it)
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(|it| &**it)
    }

    /// The entities of which some text begins with what is wanted, and those of which some only
    /// contains it, each in the order of their numbers.
    pub(crate) fn search(&self, wanted: &str, is_of: impl Fn(u32) -> bool) -> [Vec<u32>; 2] {
        let wanted = wanted.trim().to_lowercase().replace('\n', " ");
        if wanted.is_empty() {
            return [(0..).take(self.ends.len()).filter(|it| is_of(*it)).collect(), Vec::new()];
        }
        let (mut beginning, mut containing) = (Vec::new(), Vec::new());
        let texts = self.texts.as_bytes();
        let mut entities = (0..).zip(&self.ends).peekable();
        // The texts of all entities at once, because that is many times faster than one by one.
        for at in memmem::find_iter(texts, &wanted) {
            while entities.next_if(|(_, end)| **end <= at).is_some() {}
            let Some((entity, _)) = entities.peek().filter(|(entity, _)| is_of(*entity)) else {
                continue;
            };
            let found = match at.checked_sub(1).map(|it| texts[it]) {
                None | Some(b'\n') => &mut beginning,
                Some(_) => &mut containing,
            };
            if found.last() != Some(entity) {
                found.push(*entity);
            }
        }
        containing.retain(|it| beginning.binary_search(it).is_err());
        [beginning, containing]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(entities: &[[&str; 3]]) -> Names {
        let mut names = Names::default();
        for texts in entities {
            let cells =
                texts.map(|it| if it.is_empty() { Cell::Undefined } else { Cell::text(it) });
            names.add(cells.iter());
        }
        names
    }

    #[test]
    fn what_begins_with_the_text_is_told_apart() {
        let names = names(&[
            ["/a/1", "The web", "x@example"],
            ["/a/2", "Web", "y@example"],
            ["/a/3", "Other", "web@example"],
            ["/a/4", "Other", "z@example"],
        ]);
        assert_eq!(names.search(" WEB ", |_| true), [vec![1, 2], vec![0]]);
        assert_eq!(names.search("web", |it| it != 1), [vec![2], vec![0]]);
        assert_eq!(names.search("/A/4", |_| true), [vec![3], vec![]]);
        assert_eq!(names.search("e", |_| true), [vec![], vec![0, 1, 2, 3]]);
        assert_eq!(names.search("", |it| it != 1), [vec![0, 2, 3], vec![]]);
        assert_eq!(names.search("none", |_| true), [const { Vec::<u32>::new() }; 2]);
    }

    #[test]
    fn an_entity_without_a_name_is_called_by_its_key() {
        let names = names(&[["k", "", ""], ["L", " ", "mail"]]);
        assert_eq!((names.name(0), names.name(1)), ("k", "mail"));
        assert_eq!(
            (names.number("K"), names.number("L"), names.number("m")),
            (Some(0), Some(1), None)
        );
        assert_eq!((names.name(9), names.key(9)), ("", ""));
    }
}
