//! What a query of a rule found.

use std::collections::{BTreeMap, BTreeSet};

use query::execute::{Answer, Results, Thing};
use query::tables::Cell;
use serde_json::{Map, Value};

use crate::rule::digest;

/// How many rows of a query are compared with those of the last time.
pub(crate) const MOST_ROWS: usize = 10_000;

/// How many characters of a name are kept.
const LONGEST_NAME: usize = 120;

/// What a query of a rule found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// How many rows there are.
    pub total: u64,
    /// The rows, by what tells them from each other; none if there are too many to compare.
    pub rows: Option<BTreeMap<String, Row>>,
    /// What the answer rests on that was not read, in words.
    pub unknown: Vec<String>,
    /// The types that the query may reach and that were not read or are not collected.
    pub unread: BTreeSet<String>,
    /// Whether it rests on something that is still being read, and may differ soon.
    pub pending: bool,
    /// Whether something of the entities that it names is still being read, asked for or not.
    pub values_pending: bool,
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// What follows from its values.
    pub values: String,
    /// Its name for people.
    pub name: String,
}

impl Found {
    /// What an answer found. Rows differ where one of these properties does, or any if there are
    /// none.
    #[must_use]
    pub fn of(answer: &Answer, properties: Option<&[String]>) -> Self {
        let rows: BTreeMap<String, Row> = match &answer.results {
            Results::List(things) | Results::Tree { vertices: things, .. } => {
                things.iter().map(|it| thing(it, properties)).collect()
            }
            Results::Table { columns, rows } => table(columns, rows),
        };
        let unknown = answer.unknown.iter().map(|it| match (&it.property, it.entities) {
            (Some(property), Some(count)) => {
                format!("{property} of {count} {}: {}", it.kind, it.why)
            }
            _ => format!("{}: {}", it.kind, it.why),
        });
        let total = answer.count();
        let is_whole = total <= MOST_ROWS as u64;
        let rows = is_whole.then_some(rows);
        let pending = answer.unknown.iter().any(|it| it.pending);
        Self { total, rows, unknown: unknown.collect(), pending, ..Self::default() }
    }
}

/// The entity of a row: its key tells it from others.
fn thing(thing: &Thing, properties: Option<&[String]>) -> (String, Row) {
    let key = thing.text("_key");
    // What the collection writes of itself is no change of the entity.
    let is_compared = |name: &String| match properties {
        Some(names) => names.contains(name),
        None => !name.starts_with('_'),
    };
    let compared = thing.properties.iter().filter(|(name, _)| is_compared(name));
    let compared: Map<String, Value> =
        compared.map(|(name, value)| (name.clone(), value.clone())).collect();
    let name = match thing.text("displayName") {
        "" => key,
        name => name,
    };
    let values = digest(&[&Value::Object(compared).to_string()]);
    (digest(&[key]), Row { values, name: short(name) })
}

/// The rows of a table: those of its columns that hold keys tell them from each other, or else all.
fn table(columns: &[String], rows: &[Vec<Cell>]) -> BTreeMap<String, Row> {
    let is_key = |it: &String| it.ends_with("_key");
    let keys: Vec<usize> = (0..columns.len()).filter(|at| is_key(&columns[*at])).collect();
    let mut found = BTreeMap::new();
    for row in rows {
        let text = |cells: &[&Cell]| {
            let cells: Vec<Value> = cells.iter().map(|it| it.to_json()).collect();
            Value::from(cells).to_string()
        };
        let all: Vec<&Cell> = row.iter().collect();
        let own: Vec<&Cell> = keys.iter().map(|at| &row[*at]).collect();
        let identity = if own.is_empty() { text(&all) } else { text(&own) };
        let shown = row.iter().filter(|it| it.is_defined()).map(|it| match it {
            Cell::Text(text) => text.to_string(),
            other => other.to_json().to_string(),
        });
        let name = short(&shown.collect::<Vec<_>>().join(", "));
        found.insert(digest(&[&identity]), Row { values: digest(&[&text(&all)]), name });
    }
    found
}

fn short(name: &str) -> String {
    name.chars().take(LONGEST_NAME).collect()
}
