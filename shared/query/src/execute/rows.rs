//! Answers that are rows.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::ControlFlow;

use super::answer::{Answer, Results};
use super::bits::Bits;
use super::error::ExecuteError;
use super::evaluate::{evaluate, fields as fields_of, is_aggregate};
use super::executor::{Executor, MOST_ROWS};
use super::group::{Accumulator, KEPT, Of};
use super::lookup::{for_each_link, reach};
use super::paths::{Binding, Stop};
use super::test::passes;
use crate::plan::{By, ColumnOf, Expression, Field, Order, Rows};
use crate::tables::{Cell, Table, Tables};

/// How two rows are ordered by what they are sorted by.
pub(super) fn compare(order: &[Order], left: &[Cell], right: &[Cell]) -> Ordering {
    let each = order.iter().zip(left.iter().zip(right)).map(|(order, (left, right))| {
        match (left.is_defined(), right.is_defined()) {
            (true, true) if order.descending => right.total_order(left),
            // What is undefined comes last, whatever comes first.
            _ => left.total_order(right),
        }
    });
    each.fold(Ordering::Equal, Ordering::then)
}

/// A row, with what it is sorted by.
struct Row {
    cells: Vec<Cell>,
    keys: Vec<Cell>,
}

/// The rows of a group.
struct Group {
    cells: Vec<Cell>,
    accumulators: Vec<Accumulator>,
}

/// The columns of an answer, of which those of `alias.*` were told apart.
struct Layout<'r> {
    rows: &'r Rows,
    fields: Vec<Field>,
    names: Vec<String>,
    values: Vec<Expression>,
    /// Where each column of the query begins.
    begins: Vec<usize>,
}

impl Layout<'_> {
    fn is_grouped(&self) -> bool {
        !self.rows.aggregates.is_empty()
    }

    /// The fields that are looked at.
    fn wanted(&self) -> Vec<usize> {
        let aggregates = self.rows.aggregates.iter().filter_map(|it| it.of.as_ref());
        let orders = self.rows.order.iter().filter_map(|it| match &it.by {
            By::Expression(expression) => Some(expression),
            By::Column(_) => None,
        });
        self.values.iter().chain(aggregates).chain(orders).flat_map(fields_of).collect()
    }

    /// A row of values and, of groups, of aggregates.
    fn row(&self, mut cells: Vec<Cell>, get: &dyn Fn(usize) -> Cell, aggregates: &[Cell]) -> Row {
        for (cell, value) in cells.iter_mut().zip(&self.values) {
            if is_aggregate(value) {
                *cell = evaluate(value, get, aggregates);
            }
        }
        let key = |order: &Order| match &order.by {
            By::Column(column) => cells[self.begins[*column]].clone(),
            By::Expression(expression) => evaluate(expression, get, aggregates),
        };
        let keys = self.rows.order.iter().map(key).collect();
        Row { cells, keys }
    }

    fn passes(&self, row: &Row) -> bool {
        let get = |column: usize| (Cow::Borrowed(&row.cells[self.begins[column]]), false);
        self.rows.having.as_ref().is_none_or(|it| passes(it, &get))
    }
}

impl Executor<'_> {
    pub(super) async fn rows(&self, rows: &Rows) -> Result<Answer, ExecuteError> {
        let layout = self.layout(rows);
        let (skip, most) = self.window();
        let end = skip.saturating_add(most);
        let mut taken = Taken::new(&layout, end);
        let mut groups = Groups::new(&layout);
        self.follow(&layout.fields, layout.wanted(), |path, lookups| {
            let get = |field: usize| lookups.value(path, field);
            let cells = || layout.values.iter().map(|it| evaluate(it, &get, &[])).collect();
            if layout.is_grouped() {
                return groups.add(|field| path.binding(&layout.fields[field].slots), cells, &get);
            }
            let row = layout.row(cells(), &get, &[]);
            if layout.passes(&row) { taken.take(row) } else { ControlFlow::Continue(()) }
        })
        .await?;
        if groups.is_full {
            return Err(ExecuteError::TooManyRows(MOST_ROWS));
        }
        for group in groups.all {
            let aggregates: Vec<Cell> =
                group.accumulators.into_iter().map(Accumulator::result).collect();
            let row = layout.row(group.cells, &|_| Cell::Undefined, &aggregates);
            if layout.passes(&row) && taken.take(row).is_break() {
                break;
            }
        }
        if taken.is_full {
            return Err(ExecuteError::TooManyRows(MOST_ROWS));
        }
        taken.sort();
        let total = (!taken.is_cut).then_some(taken.seen as u64);
        let is_more = taken.seen > end;
        let rows: Vec<Vec<Cell>> =
            taken.rows.into_iter().skip(skip).take(most).map(|it| it.cells).collect();
        let next = self.next(rows.len(), is_more);
        Ok(Answer::new(Results::Table { columns: layout.names, rows }, total, next))
    }

    fn layout<'r>(&self, rows: &'r Rows) -> Layout<'r> {
        let mut layout = Layout {
            rows,
            fields: self.plan.fields.clone(),
            names: Vec::new(),
            values: Vec::new(),
            begins: Vec::new(),
        };
        for column in &rows.columns {
            layout.begins.push(layout.names.len());
            match column {
                ColumnOf::Value(name, value) => {
                    layout.names.push(name.clone());
                    layout.values.push(value.clone());
                }
                ColumnOf::All(alias, slots) => {
                    for property in self.properties(slots) {
                        layout.names.push(format!("{alias}.{property}"));
                        layout.values.push(Expression::Field(layout.fields.len()));
                        let property = Some(property.to_owned());
                        layout.fields.push(Field { slots: slots.clone(), property });
                    }
                }
            }
        }
        layout
    }

    /// The names of the properties of what paths have in some slots.
    fn properties(&self, slots: &[usize]) -> BTreeSet<&str> {
        let manifest = &self.tables.manifest;
        let (mut entities, mut links) = (Bits::new(manifest.count()), BTreeSet::new());
        for slot in slots {
            reach(self.plan, self.walk, *slot, &mut entities);
            for_each_link(self.plan, self.walk, *slot, |link| {
                links.insert(link.table as usize);
            });
        }
        let entities = manifest.entities.iter().filter(|it| entities.meets(it.range()));
        let links = links.into_iter().map(|it| &manifest.relationships[it]);
        let tables: Vec<&Table> = entities.chain(links).collect();
        Tables::properties(tables)
    }
}

/// The rows that are answered.
struct Taken<'l> {
    layout: &'l Layout<'l>,
    /// How many rows the page and those before it have.
    end: usize,
    rows: Vec<Row>,
    /// Whether there were more rows than the page and those before it have. Of these the first
    /// are sorted then, and what comes after them is not answered.
    is_trimmed: bool,
    different: HashSet<String>,
    /// How many rows there were.
    seen: usize,
    /// Whether there may be more.
    is_cut: bool,
    is_full: bool,
}

impl<'l> Taken<'l> {
    fn new(layout: &'l Layout<'l>, end: usize) -> Self {
        let (rows, different) = (Vec::new(), HashSet::new());
        let (is_trimmed, is_cut, is_full) = (false, false, false);
        Self { layout, end, rows, is_trimmed, different, seen: 0, is_cut, is_full }
    }

    /// Whether a row certainly comes after those that are answered.
    fn is_late(&self, row: &Row) -> bool {
        let last = self.end.checked_sub(1).and_then(|it| self.rows.get(it));
        let is_late = |it: &Row| compare(&self.layout.rows.order, &it.keys, &row.keys).is_le();
        self.is_trimmed && last.is_none_or(is_late)
    }

    fn take(&mut self, row: Row) -> ControlFlow<Stop> {
        let is_new = || {
            let cells: Vec<_> = row.cells.iter().map(Cell::to_json).collect();
            serde_json::Value::Array(cells).to_string()
        };
        if self.layout.rows.unique && !self.different.insert(is_new()) {
            return ControlFlow::Continue(());
        }
        self.seen += 1;
        let is_sorted = !self.layout.rows.order.is_empty();
        if is_sorted && self.is_late(&row) {
            return ControlFlow::Continue(());
        }
        if is_sorted || self.seen <= self.end {
            self.rows.push(row);
        } else if !self.layout.is_grouped() {
            // One more row says that there is another page.
            self.is_cut = true;
            return ControlFlow::Break(Stop::All);
        }
        if is_sorted && self.rows.len() > self.end.saturating_mul(2).saturating_add(1000) {
            self.sort();
            self.rows.truncate(self.end);
            self.is_trimmed = true;
        }
        self.is_full = self.rows.len() > MOST_ROWS || self.different.len() > MOST_ROWS;
        if self.is_full { ControlFlow::Break(Stop::All) } else { ControlFlow::Continue(()) }
    }

    fn sort(&mut self) {
        let order = &self.layout.rows.order;
        self.rows.sort_by(|left, right| compare(order, &left.keys, &right.keys));
    }
}

/// The groups of rows, in the order of their first.
struct Groups<'l> {
    layout: &'l Layout<'l>,
    numbers: HashMap<String, usize>,
    all: Vec<Group>,
    /// The fields that rows are grouped by.
    fields: Vec<usize>,
    /// The group of the last row, and what it has in the slots of these fields. Most rows have the
    /// same there as the one before.
    last: usize,
    bindings: Vec<Binding>,
    /// How many bytes are kept for groups and for what they tell apart.
    kept: usize,
    is_full: bool,
}

impl<'l> Groups<'l> {
    fn new(layout: &'l Layout<'l>) -> Self {
        let by = layout.values.iter().filter(|it| !is_aggregate(it));
        let mut groups = Self {
            layout,
            numbers: HashMap::new(),
            all: Vec::new(),
            fields: by.flat_map(fields_of).collect(),
            last: 0,
            bindings: Vec::new(),
            kept: 0,
            is_full: false,
        };
        // Without anything to group by there is one group, even of no rows.
        if layout.is_grouped() && layout.values.iter().all(is_aggregate) {
            let cells = vec![Cell::Undefined; layout.values.len()];
            groups.group(cells);
        }
        groups
    }

    /// What a row is grouped by.
    fn name<'c>(&self, cells: &'c [Cell]) -> impl Iterator<Item = &'c Cell> + use<'c, 'l> {
        let values = cells.iter().zip(&self.layout.values);
        values.filter(|(_, it)| !is_aggregate(it)).map(|(cell, _)| cell)
    }

    /// Goes to the group of a row.
    fn group(&mut self, cells: Vec<Cell>) {
        let last = self.all.get(self.last);
        if last.is_none_or(|it| !self.name(&it.cells).eq(self.name(&cells))) {
            let name = self.name(&cells).map(Cell::to_json).collect();
            let name = serde_json::Value::Array(name).to_string();
            self.last = *self.numbers.entry(name).or_insert(self.all.len());
        }
        if self.last == self.all.len() {
            let aggregates = self.layout.rows.aggregates.iter();
            let accumulators = aggregates.map(|it| {
                let is_member = |field: usize| self.layout.fields[field].property.is_none();
                let of = match it.of {
                    None => Of::Row,
                    Some(Expression::Field(field)) if is_member(field) => Of::Member,
                    Some(_) => Of::Value,
                };
                Accumulator::new(it.function, of)
            });
            self.all.push(Group { cells, accumulators: accumulators.collect() });
            self.kept += KEPT;
        }
    }

    /// Adds a row, by what it has in the slots of fields, its cells, and the values of fields.
    fn add(
        &mut self,
        binding: impl Fn(usize) -> Binding,
        cells: impl FnOnce() -> Vec<Cell>,
        get: &dyn Fn(usize) -> Cell,
    ) -> ControlFlow<Stop> {
        let aggregates = &self.layout.rows.aggregates;
        let bindings = self.fields.iter().map(|it| binding(*it));
        if self.all.is_empty() || !bindings.clone().eq(self.bindings.iter().copied()) {
            self.bindings = bindings.collect();
            self.group(cells());
        }
        let mut kept = 0;
        let accumulators = &mut self.all[self.last].accumulators;
        for (accumulator, aggregate) in accumulators.iter_mut().zip(aggregates) {
            let cell = aggregate.of.as_ref().map_or(Cell::Undefined, |it| evaluate(it, get, &[]));
            kept += accumulator.add(&cell);
        }
        self.kept += kept;
        self.is_full = self.kept > MOST_ROWS * KEPT;
        if self.is_full { ControlFlow::Break(Stop::All) } else { ControlFlow::Continue(()) }
    }
}
