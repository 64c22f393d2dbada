//! The properties of what paths go by.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::nodes::{implied, is_unread, stored};
use super::paths::{Binding, Path};
use super::test::Known;
use super::things::{key_of, keys};
use super::walk::{Link, Walk};
use crate::plan::{Field, Operation, Plan};
use crate::tables::{Cell, Manifest, Table, TableError, Tables};

/// The values of fields, for everything that paths have in their slots.
pub(super) struct Lookups<'a> {
    manifest: &'a Manifest,
    fields: &'a [Field],
    /// By field and table of entities.
    entities: HashMap<(usize, usize), Column>,
    /// By field and table of relationships.
    links: HashMap<(usize, u32), Column>,
    /// The keys of the ends of relationships, if they are asked for.
    keys: HashMap<u32, Cell>,
}

/// The values of a property in some rows of a table.
#[derive(Default)]
struct Column {
    rows: Vec<u32>,
    cells: Vec<Cell>,
    /// What is undefined because nobody could read it.
    unknown: BTreeSet<u32>,
    made: BTreeSet<u32>,
}

impl Column {
    fn get(&self, row: u32) -> Cell {
        let at = self.rows.binary_search(&row).ok();
        at.and_then(|at| self.cells.get(at)).cloned().unwrap_or(Cell::Undefined)
    }
}

/// The properties of relationships that follow from their ends.
const OF_ENDS: [&str; 3] = ["_key", "_fromEntityKey", "_toEntityKey"];

impl<'a> Lookups<'a> {
    /// Reads the fields that are wanted.
    pub(super) async fn read(
        plan: &Plan,
        fields: &'a [Field],
        tables: &'a Tables,
        walk: &Walk,
        wanted: &[usize],
        certain: bool,
    ) -> Result<Self, TableError> {
        let mut lookups = Self {
            manifest: &tables.manifest,
            fields,
            entities: HashMap::new(),
            links: HashMap::new(),
            keys: HashMap::new(),
        };
        let wanted: BTreeSet<usize> = wanted.iter().copied().collect();
        for at in wanted {
            let Field { slots, property: Some(property) } = &fields[at] else { continue };
            let mut entities: BTreeMap<usize, BTreeSet<u32>> = BTreeMap::new();
            let mut links: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
            let mut ends: BTreeSet<u32> = BTreeSet::new();
            for slot in slots {
                for_each(plan, walk, *slot, |binding| match binding {
                    Binding::Entity(entity) => {
                        let Some(table) = tables.manifest.table_of(entity) else { return };
                        let first = tables.manifest.entities[table].first;
                        entities.entry(table).or_default().insert(entity - first);
                    }
                    Binding::Link(Link { table, row, from, to }) => {
                        links.entry(table).or_default().insert(row);
                        ends.extend([from, to]);
                    }
                    Binding::Unbound | Binding::Nothing => (),
                });
            }
            for (table, rows) in entities {
                let rows: Vec<u32> = rows.into_iter().collect();
                let of = &tables.manifest.entities[table];
                let column = entity_column(tables, of, property, rows, certain).await?;
                lookups.entities.insert((at, table), column);
            }
            for (table, rows) in links {
                let rows: Vec<u32> = rows.into_iter().collect();
                let of = &tables.manifest.relationships[table as usize];
                let cells = tables.column(of, stored(property), &rows).await?;
                lookups.links.insert((at, table), Column { rows, cells, ..Column::default() });
            }
            if OF_ENDS.contains(&stored(property)) {
                let ends: Vec<u32> = ends.into_iter().collect();
                lookups.keys.extend(keys(tables, &ends).await?);
            }
        }
        Ok(lookups)
    }

    /// The value of a field of a path, and whether it is undefined because nobody could read it.
    pub(super) fn get(&self, path: &Path<'_>, field: usize) -> Known {
        let Field { slots, property } = &self.fields[field];
        let Some(property) = property else {
            return (identity(self.manifest, path.binding(slots)), false);
        };
        match path.binding(slots) {
            Binding::Unbound | Binding::Nothing => (Cell::Undefined, false),
            Binding::Entity(entity) => {
                let Some(table) = self.manifest.table_of(entity) else {
                    return (Cell::Undefined, false);
                };
                let of = &self.manifest.entities[table];
                let row = entity - of.first;
                let Some(column) = self.entities.get(&(field, table)) else {
                    return (Cell::Undefined, false);
                };
                let cell = column.get(row);
                if cell.is_defined() {
                    return (cell, false);
                }
                let is_made = || column.made.contains(&row);
                (implied(self.manifest, of, property, is_made), column.unknown.contains(&row))
            }
            Binding::Link(link) => (self.of_link(field, property, link), false),
        }
    }

    fn of_link(&self, field: usize, property: &str, link: Link) -> Cell {
        let column = self.links.get(&(field, link.table));
        let cell = column.map_or(Cell::Undefined, |it| it.get(link.row));
        if cell.is_defined() {
            return cell;
        }
        let table = &self.manifest.relationships[link.table as usize];
        let key = |entity: u32| self.keys.get(&entity).cloned().unwrap_or(Cell::Undefined);
        match stored(property) {
            "_fromEntityKey" => key(link.from),
            "_toEntityKey" => key(link.to),
            "_key" => key_of(table, &key(link.from), &key(link.to)),
            _ => implied(self.manifest, table, property, || true),
        }
    }
}

/// A number that no other entity or relationship of the graph has.
fn identity(manifest: &Manifest, binding: Binding) -> Cell {
    match binding {
        Binding::Unbound | Binding::Nothing => Cell::Undefined,
        Binding::Entity(entity) => Cell::Whole(i64::from(entity)),
        Binding::Link(link) => {
            let first = manifest.relationships[link.table as usize].first;
            Cell::Whole(-1 - i64::from(first) - i64::from(link.row))
        }
    }
}

/// Hands over everything that paths have in a slot.
pub(super) fn for_each(plan: &Plan, walk: &Walk, slot: usize, mut hand: impl FnMut(Binding)) {
    if slot == 0 {
        walk.starts().iter().for_each(|it| hand(Binding::Entity(it)));
    }
    for (at, operation) in plan.operations.iter().enumerate() {
        match operation {
            Operation::Name { slot: it, .. } if *it == slot => {
                walk.here(at).iter().for_each(|it| hand(Binding::Entity(it)));
            }
            Operation::Traverse { entity, .. } if *entity == slot => {
                walk.hops(at).iter().for_each(|it| hand(Binding::Entity(it.other)));
            }
            Operation::Traverse { relationship, .. } if *relationship == slot => {
                walk.hops(at).iter().for_each(|it| hand(Binding::Link(it.link())));
            }
            _ => (),
        }
    }
}

async fn entity_column(
    tables: &Tables,
    table: &Table,
    property: &str,
    rows: Vec<u32>,
    certain: bool,
) -> Result<Column, TableError> {
    let cells = tables.column(table, stored(property), &rows).await?;
    let mut column = Column { rows, cells, ..Column::default() };
    if certain && table.unread.contains_key(property) {
        let unknown = tables.column(table, "_unknown", &column.rows).await?;
        let rows = column.rows.iter().zip(&unknown);
        column.unknown =
            rows.filter(|(_, it)| is_unread(it, property)).map(|(row, _)| *row).collect();
    }
    if property.starts_with("_integration") && table.column("_source").is_some() {
        let source = tables.column(table, "_source", &column.rows).await?;
        let rows = column.rows.iter().zip(&source);
        column.made = rows.filter(|(_, it)| it.is_defined()).map(|(row, _)| *row).collect();
    }
    Ok(column)
}
