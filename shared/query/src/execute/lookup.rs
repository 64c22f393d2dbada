//! The properties of what paths go by.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::bits::Bits;
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
    /// By field, then by table of entities.
    entities: Vec<Vec<Column>>,
    /// By field, then by table of relationships.
    links: Vec<Vec<Column>>,
    /// The keys of the ends of relationships, if they are asked for.
    keys: HashMap<u32, Cell>,
}

/// The values of a property in some rows of a table. Millions of paths ask for them, so they are
/// found without a search.
#[derive(Default)]
struct Column {
    /// By row, one more than where its value is; zero if it has none. Empty if every row has one.
    places: Vec<u32>,
    cells: Vec<Cell>,
    /// What is undefined because nobody could read it.
    unknown: BTreeSet<u32>,
    made: BTreeSet<u32>,
}

impl Column {
    /// The values of rows of a table.
    fn new(table: &Table, rows: &[u32], cells: Vec<Cell>) -> Self {
        let has_all = rows.len() == table.count as usize;
        let mut places = vec![0; if has_all { 0 } else { table.count as usize }];
        for (place, row) in (1..).zip(rows) {
            if let Some(of_row) = places.get_mut(*row as usize) {
                *of_row = place;
            }
        }
        Self { places, cells, ..Self::default() }
    }

    fn get(&self, row: u32) -> &Cell {
        let place = if self.places.is_empty() {
            Some(row)
        } else {
            self.places.get(row as usize).and_then(|it| it.checked_sub(1))
        };
        place.and_then(|it| self.cells.get(it as usize)).unwrap_or(&Cell::Undefined)
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
            entities: fields.iter().map(|_| Vec::new()).collect(),
            links: fields.iter().map(|_| Vec::new()).collect(),
            keys: HashMap::new(),
        };
        let wanted: BTreeSet<usize> = wanted.iter().copied().collect();
        for at in wanted {
            let Field { slots, property: Some(property) } = &fields[at] else { continue };
            let mut entities = Bits::new(tables.manifest.count());
            let mut ends = Bits::new(tables.manifest.count());
            let mut links: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
            let has_ends = OF_ENDS.contains(&stored(property));
            for slot in slots {
                reach(plan, walk, *slot, &mut entities);
                for_each_link(plan, walk, *slot, |Link { table, row, from, to }| {
                    links.entry(table).or_default().push(row);
                    if has_ends {
                        ends.insert(from);
                        ends.insert(to);
                    }
                });
            }
            let mut entities = entities.iter().peekable();
            for of in &tables.manifest.entities {
                let rows = std::iter::from_fn(|| entities.next_if(|it| of.range().contains(it)));
                let rows: Vec<u32> = rows.map(|it| it - of.first).collect();
                let column = if rows.is_empty() {
                    Column::default()
                } else {
                    entity_column(tables, of, property, &rows, certain).await?
                };
                lookups.entities[at].push(column);
            }
            for (table, mut rows) in links {
                rows.sort_unstable();
                rows.dedup();
                let of = &tables.manifest.relationships[table as usize];
                let cells = tables.column(of, stored(property), &rows).await?;
                let columns = &mut lookups.links[at];
                columns.resize_with(table as usize, Column::default);
                columns.push(Column::new(of, &rows, cells));
            }
            if has_ends {
                let ends: Vec<u32> = ends.iter().collect();
                lookups.keys.extend(keys(tables, &ends).await?);
            }
        }
        Ok(lookups)
    }

    /// The value of a field of a path, and whether it is undefined because nobody could read it.
    pub(super) fn get(&self, path: &Path<'_>, field: usize) -> Known<'_> {
        let Field { slots, property } = &self.fields[field];
        let Some(property) = property else {
            return (Cow::Owned(identity(self.manifest, path.binding(slots))), false);
        };
        let nothing = (Cow::Borrowed(&Cell::Undefined), false);
        match path.binding(slots) {
            Binding::Unbound | Binding::Nothing => nothing,
            Binding::Entity(entity) => {
                let Some(table) = self.manifest.table_of(entity) else { return nothing };
                let of = &self.manifest.entities[table];
                let row = entity - of.first;
                let Some(column) = self.entities[field].get(table) else { return nothing };
                let cell = column.get(row);
                if cell.is_defined() {
                    return (Cow::Borrowed(cell), false);
                }
                let is_made = || column.made.contains(&row);
                let implied = implied(self.manifest, of, property, is_made);
                (Cow::Owned(implied), column.unknown.contains(&row))
            }
            Binding::Link(link) => (self.of_link(field, property, link), false),
        }
    }

    /// The same, as a value of its own.
    pub(super) fn value(&self, path: &Path<'_>, field: usize) -> Cell {
        self.get(path, field).0.into_owned()
    }

    fn of_link(&self, field: usize, property: &str, link: Link) -> Cow<'_, Cell> {
        let column = self.links[field].get(link.table as usize);
        if let Some(cell) = column.map(|it| it.get(link.row)).filter(|it| it.is_defined()) {
            return Cow::Borrowed(cell);
        }
        let table = &self.manifest.relationships[link.table as usize];
        let key = |entity: u32| self.keys.get(&entity).cloned().unwrap_or(Cell::Undefined);
        Cow::Owned(match stored(property) {
            "_fromEntityKey" => key(link.from),
            "_toEntityKey" => key(link.to),
            "_key" => key_of(table, &key(link.from), &key(link.to)),
            _ => implied(self.manifest, table, property, || true),
        })
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

/// Adds every entity that paths have in a slot.
pub(super) fn reach(plan: &Plan, walk: &Walk, slot: usize, entities: &mut Bits) {
    if slot == 0 {
        entities.unite(walk.starts());
    }
    for (at, operation) in plan.operations.iter().enumerate() {
        match operation {
            Operation::Name { slot: it, .. } if *it == slot => entities.unite(walk.here(at)),
            Operation::Traverse { negated: false, entity, next, .. } if *entity == slot => {
                if is_only_way(plan, *next) {
                    // There are far fewer entities than relationships that lead to them.
                    entities.unite(walk.here(*next));
                } else {
                    walk.hops(at).iter().for_each(|it| entities.insert(it.other));
                }
            }
            _ => (),
        }
    }
}

/// Whether paths come to an operation from one other alone.
fn is_only_way(plan: &Plan, to: usize) -> bool {
    let ways = plan.operations.iter().flat_map(|it| match it {
        Operation::End => [None, None],
        Operation::Name { next, .. } | Operation::Traverse { next, .. } => [Some(*next), None],
        Operation::Fork { inner, next } => [Some(*inner), Some(*next)],
    });
    ways.flatten().filter(|it| *it == to).count() == 1
}

/// Hands over every relationship that paths have in a slot.
pub(super) fn for_each_link(plan: &Plan, walk: &Walk, slot: usize, mut hand: impl FnMut(Link)) {
    for (at, operation) in plan.operations.iter().enumerate() {
        if let Operation::Traverse { relationship, .. } = operation
            && *relationship == slot
        {
            walk.hops(at).iter().for_each(|it| hand(it.link()));
        }
    }
}

async fn entity_column(
    tables: &Tables,
    table: &Table,
    property: &str,
    rows: &[u32],
    certain: bool,
) -> Result<Column, TableError> {
    let cells = tables.column(table, stored(property), rows).await?;
    let mut column = Column::new(table, rows, cells);
    if certain && table.unread.contains_key(property) {
        let unknown = tables.column(table, "_unknown", rows).await?;
        let rows = rows.iter().zip(&unknown);
        column.unknown =
            rows.filter(|(_, it)| is_unread(it, property)).map(|(row, _)| *row).collect();
    }
    if property.starts_with("_integration") && table.column("_source").is_some() {
        let source = tables.column(table, "_source", rows).await?;
        let rows = rows.iter().zip(&source);
        column.made = rows.filter(|(_, it)| it.is_defined()).map(|(row, _)| *row).collect();
    }
    Ok(column)
}
