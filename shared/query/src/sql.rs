//! A query as one statement of SQL, as Trino has it, which Amazon Athena runs.
//!
//! A statement is made of the same plan that `execute` follows, and means the same:
//!
//! 1. Each set of entities that the query selects is a part `n…` of the statement (`nodes`), and
//!    each set of relationships that it goes over a part `h…` (`hops`).
//! 2. Paths are joins of those parts (`paths`). Steps that may be left out are a part `o…`.
//! 3. What is answered is made of the paths (`answer`).
//!
//! Values have the form of their column (`value`). Where a property has another form in another
//! table, it becomes JSON, of which every comparison asks what it is (`compare`).
//!
//! What is not known follows from the manifest, as for `execute`, and is no part of the statement.

mod answer;
mod compare;
mod error;
mod evaluate;
mod hops;
mod nodes;
mod paths;
mod quote;
mod regex;
mod source;
mod value;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Map;

pub use error::SqlError;

use crate::execute::{Answer, Options, Reach, Results, Thing, unknown};
use crate::model::Model;
use crate::plan::{ColumnOf, Field, Node, Operation, Output, Plan, Slot};
use crate::tables::{Cell, Form, Manifest, Tables};
use source::{Names, Source};
use value::Shape;

/// How many bytes Athena takes at most.
const LONGEST: usize = 262_144;

/// A statement.
#[derive(Clone, Debug, Serialize)]
pub struct Statement {
    /// The text.
    pub text: String,
    /// The tables that it reads.
    pub tables: Vec<TableDefinition>,
    /// What it answers.
    columns: Vec<Column>,
    /// Whether rows are entities.
    is_list: bool,
    /// How many rows are left out at the beginning.
    skip: u64,
    /// How many rows there are at most, if that is limited, and whether the query says so.
    limit: Option<(u64, Limit)>,
}

/// Who limits the rows of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Limit {
    /// The query.
    Query,
    /// Whoever asks. One row more than they want says that there are more.
    Asker,
}

/// A table that a statement reads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TableDefinition {
    /// What it is called.
    pub name: String,
    /// The folder of its files, relative to the location of all.
    pub folder: String,
    /// The statement that makes it, unless it is there.
    pub text: String,
}

/// A column of what a statement answers.
#[derive(Clone, Debug, Serialize)]
struct Column {
    name: String,
    shape: Shape,
}

/// The statement that answers a query from the tables of a snapshot, which lie at a location such
/// as `s3://bucket/graph/instance/job/tables/`.
///
/// # Errors
///
/// If there is no such statement, or a parameter is missing.
pub fn sql(
    plan: &Plan,
    model: &Model,
    manifest: &Manifest,
    location: &str,
    options: &Options,
) -> Result<Statement, SqlError> {
    if !plan.missing.is_empty() {
        return Err(SqlError::Parameters(plan.missing.join(", ")));
    }
    let mut compiler = Compiler::new(plan, model, manifest, options.certain);
    let (skip, most) = options.window(plan);
    let limit = most.map(|it| (it, if plan.limit.is_some() { Limit::Query } else { Limit::Asker }));
    let (answer, columns) = compiler.answer(skip, limit)?;
    let parts = compiler.parts.iter().map(|(name, sql)| format!("{name} AS ({sql})"));
    let text = format!("WITH {}\n{answer}", parts.collect::<Vec<_>>().join(",\n"));
    if text.len() > LONGEST {
        return Err(SqlError::TooLong { length: text.len(), most: LONGEST });
    }
    let Compiler { names, read, .. } = compiler;
    let table = |source: Source| TableDefinition {
        name: names.of(source).to_owned(),
        folder: source.folder(manifest).to_owned(),
        text: source.definition(&names, manifest, location),
    };
    let is_list = matches!(plan.output, Output::List { .. });
    let tables = read.into_iter().map(table).collect();
    Ok(Statement { text, tables, columns, is_list, skip, limit })
}

/// What is wanted of an entity or a relationship.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Wanted {
    /// A property, whether a column has it or it follows from the snapshot.
    Property(String),
    /// The column of a property.
    Column(String),
    /// What tells a relationship from all others.
    Identity,
}

/// How a query becomes a statement.
struct Compiler<'a> {
    plan: &'a Plan,
    model: &'a Model,
    manifest: &'a Manifest,
    certain: bool,
    names: Names,
    reach: Reach,
    /// The fields of the plan, and those of all properties of what is answered.
    fields: Vec<Field>,
    wanted: Vec<Vec<Wanted>>,
    /// The slots of the entities where a path may be that gets a name, by the slot of the name.
    places: BTreeMap<usize, Vec<usize>>,
    /// The parts that the statement names.
    parts: Vec<(String, String)>,
    /// What it reads.
    read: BTreeSet<Source>,
}

impl<'a> Compiler<'a> {
    fn new(plan: &'a Plan, model: &'a Model, manifest: &'a Manifest, certain: bool) -> Self {
        let reach = Reach::of(plan);
        let places = plan.operations.iter().enumerate().filter_map(|(at, it)| match it {
            Operation::Name { slot, .. } => Some((*slot, reach.at(at).iter().copied().collect())),
            _ => None,
        });
        let mut compiler = Self {
            plan,
            model,
            manifest,
            certain,
            names: Names::new(manifest),
            places: places.collect(),
            reach,
            fields: plan.fields.clone(),
            wanted: vec![Vec::new(); plan.slots.len()],
            parts: Vec::new(),
            read: BTreeSet::new(),
        };
        match &plan.output {
            Output::List { .. } => {
                let all = compiler.all(&[0]);
                compiler.wanted[0].extend(all.into_iter().map(Wanted::Column));
            }
            Output::Tree => (),
            Output::Rows(rows) => rows.columns.iter().for_each(|it| compiler.want_all(it)),
        }
        for field in compiler.fields.clone() {
            for slot in &field.slots {
                let entities = compiler.places.get(slot).cloned().unwrap_or_else(|| vec![*slot]);
                for slot in entities {
                    compiler.want(slot, field.property.clone());
                }
            }
        }
        compiler
    }

    /// Adds the fields of a column that stands for all properties of an alias.
    fn want_all(&mut self, column: &ColumnOf) {
        let ColumnOf::All(_, slots) = column else { return };
        for property in self.all(slots) {
            let field = Field { slots: slots.clone(), property: Some(property) };
            if !self.fields.contains(&field) {
                self.fields.push(field);
            }
        }
    }

    fn want(&mut self, slot: usize, property: Option<String>) {
        let wanted = match property {
            Some(property) => Wanted::Property(property),
            // An entity has a number anyway.
            None if self.node(slot).is_some() => return,
            None => Wanted::Identity,
        };
        if !self.wanted[slot].contains(&wanted) {
            self.wanted[slot].push(wanted);
        }
    }

    fn node(&self, slot: usize) -> Option<&'a Node> {
        match self.plan.slots.get(slot) {
            Some(Slot::Entity(node)) => Some(node),
            _ => None,
        }
    }

    /// The names of all properties that what paths have in some slots may have.
    fn all(&self, slots: &[usize]) -> Vec<String> {
        let entities = slots.iter().flat_map(|slot| match self.places.get(slot) {
            Some(entities) => entities.clone(),
            None => vec![*slot],
        });
        let mut tables = Vec::new();
        for slot in entities {
            tables.extend(self.tables_of(slot).iter().map(|at| &self.manifest.entities[*at]));
            tables.extend(self.relationships_of(slot).map(|at| &self.manifest.relationships[at]));
        }
        Tables::properties(tables).into_iter().map(str::to_owned).collect()
    }

    /// The fields of those properties.
    fn properties(&self, slots: &[usize]) -> Vec<(String, usize)> {
        let field = |property: String| {
            let is_it = |it: &Field| it.slots == slots && it.property.as_ref() == Some(&property);
            let field = self.fields.iter().position(is_it)?;
            Some((property, field))
        };
        self.all(slots).into_iter().filter_map(field).collect()
    }

    /// Adds a part, which later parts may name.
    fn part(&mut self, name: String, sql: String) {
        self.parts.push((name, sql));
    }

    /// Where rows of a table come from.
    fn from(&mut self, source: Source) -> String {
        self.read.insert(source);
        format!(" FROM {}", quote::name(self.names.of(source)))
    }
}

impl Statement {
    /// The answer that rows are, of which each has a text for each column, and whether there are
    /// more rows than were wanted.
    ///
    /// # Errors
    ///
    /// If they are not what the statement answers.
    pub fn answer(
        &self,
        rows: &[Vec<Option<String>>],
        plan: &Plan,
        model: &Model,
        manifest: &Manifest,
    ) -> Result<(Answer, bool), SqlError> {
        let count = rows.len() as u64;
        let (wanted, is_more) = match self.limit {
            Some((limit, Limit::Asker)) => (limit.min(count), count > limit),
            _ => (count, false),
        };
        let is_cut =
            is_more || self.limit.is_some_and(|(limit, of)| of == Limit::Query && count >= limit);
        // Where nothing is left, more may have been left out.
        let is_counted = !is_cut && (count > 0 || self.skip == 0);
        let rows = &rows[..usize::try_from(wanted).unwrap_or(rows.len())];
        let answer = Answer {
            results: self.results(rows)?,
            total: is_counted.then(|| self.skip + count),
            next: None,
            notes: plan.notes().to_vec(),
            unknown: unknown(plan, model, manifest),
        };
        Ok((answer, is_more))
    }

    fn results(&self, rows: &[Vec<Option<String>>]) -> Result<Results, SqlError> {
        let cells = |row: &Vec<Option<String>>| {
            let cells =
                self.columns.iter().zip(row).map(|(column, text)| column.cell(text.as_deref()));
            cells.collect::<Result<Vec<Cell>, SqlError>>()
        };
        let rows = rows.iter().map(cells).collect::<Result<Vec<_>, _>>()?;
        let columns: Vec<String> = self.columns.iter().map(|it| it.name.clone()).collect();
        if !self.is_list {
            return Ok(Results::Table { columns, rows });
        }
        let thing = |row: Vec<Cell>| {
            let cells = columns.iter().zip(row).filter(|(_, it)| it.is_defined());
            let properties: Map<_, _> =
                cells.map(|(name, it)| (name.clone(), it.to_json())).collect();
            Thing { properties }
        };
        Ok(Results::List(rows.into_iter().map(thing).collect()))
    }
}

impl Column {
    fn cell(&self, text: Option<&str>) -> Result<Cell, SqlError> {
        let Some(text) = text else { return Ok(Cell::Undefined) };
        let cell = match self.shape {
            Shape::Undefined => Some(Cell::Undefined),
            Shape::Of(Form::Text) => Some(Cell::text(text)),
            Shape::Of(Form::Whole) => text.parse().ok().map(Cell::Whole),
            Shape::Of(Form::Number) => text.parse().ok().map(Cell::Number),
            Shape::Of(Form::Flag) => text.parse().ok().map(Cell::Flag),
            Shape::Calculated => text.parse().ok().map(Cell::of_number),
            Shape::Of(Form::List | Form::Json) => {
                let value = serde_json::from_str(text).ok();
                value.map(|it: serde_json::Value| Cell::from(&it))
            }
        };
        let wrong = || SqlError::Result { column: self.name.clone(), value: text.to_owned() };
        cell.ok_or_else(wrong)
    }
}
