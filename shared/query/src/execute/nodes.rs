//! Which entities each part of a query selects.

use std::borrow::Cow;
use std::ops::Range;

use super::bits::Bits;
use super::test::{Known, Truth, truth};
use crate::plan::{Node, Operation, Plan, Selector, Slot};
use crate::tables::{Cell, Form, Manifest, Table, TableError, Tables};

/// Which entities each slot selects; nothing for slots of relationships.
#[derive(Debug)]
pub(super) struct Nodes {
    slots: Vec<Option<Bits>>,
}

impl Nodes {
    /// Tries the filters of all slots on all entities of their types.
    ///
    /// Where only what is `certain` counts, the entities of a negated step are those that may pass:
    /// a path certainly goes on only if there is certainly none.
    pub(super) async fn select(
        plan: &Plan,
        tables: &Tables,
        certain: bool,
    ) -> Result<Self, TableError> {
        let mut slots = Vec::new();
        for (at, slot) in plan.slots.iter().enumerate() {
            let Slot::Entity(node) = slot else {
                slots.push(None);
                continue;
            };
            let may_be = plan.operations.iter().any(|it| {
                matches!(it, Operation::Traverse { negated: true, entity, .. } if *entity == at)
            });
            slots.push(Some(select(node, tables, certain, certain && may_be).await?));
        }
        Ok(Self { slots })
    }

    /// The entities of a slot.
    pub(super) fn of(&self, slot: usize) -> Option<&Bits> {
        self.slots.get(slot).and_then(Option::as_ref)
    }
}

impl Selector {
    /// Whether it may select entities of a table.
    pub(crate) fn meets(&self, table: &Table) -> bool {
        self.name.as_ref().is_none_or(|it| *it == table.kind || table.classes.contains(it))
    }

    /// Whether it selects every entity of a table that it meets.
    pub(crate) fn is_whole(&self, table: &Table) -> bool {
        let by_class = self.name.as_ref().is_some_and(|it| *it != table.kind);
        self.filter.is_none() && self.containing.is_none() && !(by_class && table.mixed)
    }
}

async fn select(
    node: &Node,
    tables: &Tables,
    certain: bool,
    may_be: bool,
) -> Result<Bits, TableError> {
    let manifest = &tables.manifest;
    let mut bits = Bits::new(manifest.count());
    for table in &manifest.entities {
        let selectors: Vec<&Selector> =
            node.selectors.iter().filter(|it| it.meets(table)).collect();
        if selectors.is_empty() {
            continue;
        }
        if node.filter.is_none() && selectors.iter().any(|it| it.is_whole(table)) {
            bits.extend(table.range());
            continue;
        }
        Scan { node, manifest, table, selectors, certain, may_be }.run(tables, &mut bits).await?;
    }
    Ok(bits)
}

/// Trying a node's filter on a table.
struct Scan<'a> {
    node: &'a Node,
    manifest: &'a Manifest,
    table: &'a Table,
    selectors: Vec<&'a Selector>,
    certain: bool,
    may_be: bool,
}

impl Scan<'_> {
    async fn run(&self, tables: &Tables, bits: &mut Bits) -> Result<(), TableError> {
        let Self { node, table, .. } = self;
        let own = node.properties.len();
        let mut properties: Vec<&str> = node.properties.iter().map(|it| stored(it)).collect();
        // Behind them come the class, what is unknown, who made the entity, and all text.
        properties.extend(["_class", "_unknown", "_source"]);
        let has_text = |form: Form| matches!(form, Form::Text | Form::List | Form::Json);
        if self.selectors.iter().any(|it| it.containing.is_some()) {
            let columns = table.columns.iter().filter(|it| has_text(it.form));
            properties.extend(columns.map(|it| it.property.as_str()));
        }
        let used = |name: &str| match name {
            "_class" => table.mixed,
            "_unknown" => self.certain && !table.unread.is_empty(),
            _ => true,
        };
        for (at, name) in properties.iter_mut().enumerate().skip(own).take(3) {
            if at >= own && !used(name) {
                *name = "";
            }
        }
        let each = |rows: Range<u32>, cells: &[Vec<Cell>]| {
            for at in 0..rows.len() {
                let row = Row { scan: self, cells, at, own };
                let passes = match row.truth() {
                    Truth::True => true,
                    Truth::Unknown => self.may_be,
                    Truth::False => false,
                };
                if passes {
                    bits.insert(table.first + rows.start + u32::try_from(at).unwrap_or_default());
                }
            }
        };
        tables.scan(table, &properties, |_| true, each).await
    }
}

/// An entity that is looked at.
struct Row<'a> {
    scan: &'a Scan<'a>,
    cells: &'a [Vec<Cell>],
    at: usize,
    own: usize,
}

impl Row<'_> {
    fn truth(&self) -> Truth {
        let get = |field: usize| self.get(field);
        let mut selected = Truth::False;
        for selector in &self.scan.selectors {
            if !self.is_of(selector) || !self.contains(selector) {
                continue;
            }
            match selector.filter.as_ref().map_or(Truth::True, |it| truth(it, &get)) {
                Truth::True => {
                    selected = Truth::True;
                    break;
                }
                Truth::Unknown => selected = Truth::Unknown,
                Truth::False => (),
            }
        }
        if selected == Truth::False {
            return Truth::False;
        }
        match self.scan.node.filter.as_ref().map_or(Truth::True, |it| truth(it, &get)) {
            Truth::True => selected,
            other => other,
        }
    }

    fn get(&self, field: usize) -> Known<'_> {
        let Scan { node, manifest, table, certain, .. } = self.scan;
        let property = &node.properties[field];
        let cell = &self.cells[field][self.at];
        if cell.is_defined() {
            return (Cow::Borrowed(cell), false);
        }
        let unknown = &self.cells[self.own + 1][self.at];
        let made = || self.cells[self.own + 2][self.at].is_defined();
        let is_unknown = *certain && is_unread(unknown, property);
        (Cow::Owned(implied(manifest, table, property, made)), is_unknown)
    }

    fn is_of(&self, selector: &Selector) -> bool {
        let table = self.scan.table;
        let Some(name) = selector.name.as_ref().filter(|it| table.mixed && **it != table.kind)
        else {
            return true;
        };
        match &self.cells[self.own][self.at] {
            Cell::List(classes) => {
                classes.iter().any(|it| matches!(it, Cell::Text(it) if it.as_ref() == name))
            }
            _ => false,
        }
    }

    fn contains(&self, selector: &Selector) -> bool {
        let Some(wanted) = &selector.containing else { return true };
        let contains = |cell: &Cell| match cell {
            Cell::Text(text) => text.to_lowercase().contains(wanted),
            _ => false,
        };
        self.cells[self.own + 3..].iter().any(|column| match &column[self.at] {
            Cell::List(items) => items.iter().any(contains),
            other => contains(other),
        })
    }
}

/// Whether what an entity says of itself calls a property unread.
pub(super) fn is_unread(unknown: &Cell, property: &str) -> bool {
    let names = |cell: &Cell| match cell {
        Cell::Text(text) => text.split_once(": ").is_some_and(|(name, _)| name == property),
        _ => false,
    };
    matches!(unknown, Cell::List(items) if items.iter().any(names))
}

/// The property that holds another, where that is only another name for it.
pub(crate) fn stored(property: &str) -> &str {
    if property == "_id" { "_key" } else { property }
}

/// The value of a property that no entity holds, since it follows from the snapshot: who collected
/// it.
pub(super) fn implied(
    manifest: &Manifest,
    table: &Table,
    property: &str,
    is_made: impl Fn() -> bool,
) -> Cell {
    match property {
        "_deleted" => Cell::Flag(false),
        "_type" => Cell::text(&table.kind),
        "_source" => Cell::text("integration-managed"),
        "_integrationType" if !is_made() => Cell::text(&manifest.integration),
        "_integrationName" if !is_made() => Cell::text(&manifest.instance_name),
        "_integrationInstanceId" if !is_made() => Cell::text(&manifest.job.instance),
        _ => Cell::Undefined,
    }
}
