//! Entities and relationships with all that is known of them.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value};

use super::answer::{Edge, Thing};
use super::walk::Link;
use crate::tables::{Cell, Table, TableError, Tables, composed_key};

/// Entities with their properties, in the order in which they are asked for.
pub(super) async fn entities(tables: &Tables, wanted: &[u32]) -> Result<Vec<Thing>, TableError> {
    let mut by_table: BTreeMap<usize, Vec<u32>> = BTreeMap::new();
    for entity in wanted {
        if let Some(table) = tables.manifest.table_of(*entity) {
            by_table.entry(table).or_default().push(*entity);
        }
    }
    let mut found: HashMap<u32, Thing> = HashMap::new();
    for (table, mut wanted) in by_table {
        wanted.sort_unstable();
        wanted.dedup();
        let table = &tables.manifest.entities[table];
        let rows: Vec<u32> = wanted.iter().map(|it| it - table.first).collect();
        for (entity, properties) in wanted.into_iter().zip(maps(tables, table, &rows).await?) {
            found.insert(entity, Thing { properties });
        }
    }
    Ok(wanted.iter().filter_map(|it| found.remove(it)).collect())
}

/// Relationships with their properties, sorted.
pub(super) async fn relationships(
    tables: &Tables,
    wanted: &[Link],
) -> Result<Vec<Edge>, TableError> {
    let mut ends: Vec<u32> = wanted.iter().flat_map(|it| [it.from, it.to]).collect();
    ends.sort_unstable();
    ends.dedup();
    let keys = keys(tables, &ends).await?;
    let key = |entity: u32| keys.get(&entity).cloned().unwrap_or(Cell::Undefined);
    let mut edges = Vec::new();
    for links in wanted.chunk_by(|left, right| left.table == right.table) {
        let table = &tables.manifest.relationships[links[0].table as usize];
        let mut rows: Vec<u32> = links.iter().map(|it| it.row).collect();
        rows.dedup();
        let found: HashMap<u32, Map<String, Value>> =
            rows.iter().copied().zip(maps(tables, table, &rows).await?).collect();
        for link in links {
            let mut properties = found.get(&link.row).cloned().unwrap_or_default();
            let (from, to) = (key(link.from), key(link.to));
            if !properties.contains_key("_key") {
                properties.insert("_key".to_owned(), key_of(table, &from, &to).to_json());
            }
            edges.push(Edge { from: from.to_json(), to: to.to_json(), properties });
        }
    }
    Ok(edges)
}

/// The properties of some rows of a table, which are sorted.
async fn maps(
    tables: &Tables,
    table: &Table,
    rows: &[u32],
) -> Result<Vec<Map<String, Value>>, TableError> {
    let properties: Vec<&str> = table.columns.iter().map(|it| it.property.as_str()).collect();
    let columns = tables.rows(table, &properties, rows).await?;
    let map = |at: usize| {
        let defined = properties.iter().zip(&columns).filter(|(_, column)| column[at].is_defined());
        defined.map(|(name, column)| ((*name).to_owned(), column[at].to_json())).collect()
    };
    Ok((0..rows.len()).map(map).collect())
}

/// The keys of entities, which are sorted.
pub(super) async fn keys(
    tables: &Tables,
    entities: &[u32],
) -> Result<HashMap<u32, Cell>, TableError> {
    let mut found = HashMap::with_capacity(entities.len());
    let table_of = |entity: &u32| tables.manifest.table_of(*entity);
    for group in entities.chunk_by(|left, right| table_of(left) == table_of(right)) {
        let Some(table) = table_of(&group[0]) else { continue };
        let table = &tables.manifest.entities[table];
        let rows: Vec<u32> = group.iter().map(|it| it - table.first).collect();
        found.extend(group.iter().copied().zip(tables.column(table, "_key", &rows).await?));
    }
    Ok(found)
}

/// The key of a relationship that has none of its own.
pub(super) fn key_of(table: &Table, from: &Cell, to: &Cell) -> Cell {
    let class = table.classes.first().map_or("", String::as_str);
    match (from, to) {
        (Cell::Text(from), Cell::Text(to)) => Cell::text(&composed_key(from, class, to)),
        _ => Cell::Undefined,
    }
}
