//! From one entity to others, without a query.

use std::collections::{BTreeMap, BTreeSet};

use super::answer::{Answer, Results, Thing};
use super::relationships::Relationships;
use super::things;
use super::walk::Link;
use crate::tables::{Cell, Table, TableError, Tables};

/// A way from one entity to another.
#[derive(Clone, Debug, PartialEq)]
pub struct Route {
    /// The entities and relationships on it.
    pub answer: Answer,
    /// The keys of the entities, in the order of the way.
    pub keys: Vec<String>,
}

/// The entities that have a key or, if none has, a name.
///
/// # Errors
///
/// If a table cannot be read.
pub async fn entities_called(tables: &Tables, name: &str) -> Result<Vec<u32>, TableError> {
    let (mut by_key, mut by_name) = (Vec::new(), Vec::new());
    let key = name.to_lowercase();
    for table in &tables.manifest.entities {
        let each = |rows: std::ops::Range<u32>, cells: &[Vec<Cell>]| {
            for (row, (its_key, its_name)) in rows.zip(cells[0].iter().zip(&cells[1])) {
                let is = |cell: &Cell, text: &str| matches!(cell, Cell::Text(it) if **it == *text);
                if is(its_key, name) || is(its_key, &key) {
                    by_key.push(table.first + row);
                } else if is(its_name, name) {
                    by_name.push(table.first + row);
                }
            }
        };
        tables.scan(table, &["_key", "displayName"], |_| true, each).await?;
    }
    Ok(if by_key.is_empty() { by_name } else { by_key })
}

/// The shortest way from one entity to another, over relationships of any direction. It does not go
/// by entities of some types.
///
/// # Errors
///
/// If a table cannot be read.
pub async fn route(
    tables: &Tables,
    from: u32,
    to: u32,
    longest: usize,
    without: &[String],
) -> Result<Option<Route>, TableError> {
    let all = Relationships::read(tables).await?;
    let barred = tables.manifest.entities.iter().filter(|it| without.contains(&it.kind));
    let barred: Vec<_> = barred.map(Table::range).collect();
    let Some(links) = all.ways((from, to), longest, &barred, 1).pop() else { return Ok(None) };
    let mut way = vec![from];
    for link in &links {
        let here = way.last().copied().unwrap_or(from);
        way.push(link.other(here));
    }
    let answer = tree(tables, &way, links).await?;
    let keys = match &answer.results {
        Results::Tree { vertices, .. } => vertices.iter().map(|it| it.text("_key").to_owned()),
        Results::List(_) | Results::Table { .. } => return Ok(None),
    };
    let keys = keys.collect();
    Ok(Some(Route { answer, keys }))
}

/// What an entity is related to: at most so many of each type of relationship.
///
/// # Errors
///
/// If a table cannot be read.
pub async fn neighbours(tables: &Tables, of: u32, most: usize) -> Result<Answer, TableError> {
    let all = Relationships::read(tables).await?;
    let mut counts: BTreeMap<(u32, bool), usize> = BTreeMap::new();
    let (mut links, mut total) = (Vec::new(), 0);
    all.each(|link| {
        if link.from == of || link.to == of {
            total += 1;
            let count = counts.entry((link.table, link.from == of)).or_default();
            *count += 1;
            if *count <= most {
                links.push(link);
            }
        }
    });
    let others = links.iter().map(|it| it.other(of));
    let mut way = vec![of];
    way.extend(others.filter(|it| *it != of).collect::<BTreeSet<u32>>());
    let mut answer = tree(tables, &way, links).await?;
    answer.total = Some(total);
    Ok(answer)
}

/// An entity with all that is known of it, by its number.
///
/// # Errors
///
/// If a table cannot be read.
pub async fn entity(tables: &Tables, number: u32) -> Result<Option<Thing>, TableError> {
    Ok(things::entities(tables, &[number]).await?.pop())
}

async fn tree(tables: &Tables, way: &[u32], mut links: Vec<Link>) -> Result<Answer, TableError> {
    links.sort_unstable();
    links.dedup();
    let vertices = things::entities(tables, way).await?;
    let edges = things::relationships(tables, &links).await?;
    Ok(Answer::new(Results::Tree { vertices, edges }, None, None))
}
