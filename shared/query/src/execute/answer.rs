//! What a query is answered with.

use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use crate::tables::Cell;

/// What a query is answered with.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// What was found.
    pub results: Results,
    /// How many rows there are in all, if they were counted.
    pub total: Option<u64>,
    /// Where the next page begins, if there is one.
    pub next: Option<u64>,
    /// What whoever asked should know of the query itself.
    pub notes: Vec<String>,
    /// What the answer rests on that was not read.
    pub unknown: Vec<Unknown>,
}

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub enum Results {
    /// Entities.
    List(Vec<Thing>),
    /// Rows.
    Table {
        /// The names of the columns.
        columns: Vec<String>,
        /// The rows, each with a value for each column.
        rows: Vec<Vec<Cell>>,
    },
    /// Entities, and how they relate.
    Tree {
        /// The entities.
        vertices: Vec<Thing>,
        /// The relationships.
        edges: Vec<Edge>,
    },
}

impl Results {
    /// How many there are on this page; of a tree, how many entities.
    #[must_use]
    pub const fn len(&self) -> usize {
        match self {
            Self::List(things) => things.len(),
            Self::Tree { vertices, .. } => vertices.len(),
            Self::Table { rows, .. } => rows.len(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// An entity.
#[derive(Clone, Debug, PartialEq)]
pub struct Thing {
    /// Everything that is known of it.
    pub properties: Map<String, Value>,
}

/// A relationship.
#[derive(Clone, Debug, PartialEq)]
pub struct Edge {
    /// The key of the entity where it starts.
    pub from: Value,
    /// The key of the entity where it ends.
    pub to: Value,
    /// Everything that is known of it.
    pub properties: Map<String, Value>,
}

/// Something that an answer rests on and that was not read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unknown {
    /// The type of entity or relationship.
    #[serde(rename = "type")]
    pub kind: String,
    /// The property, if only that was not read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub property: Option<String>,
    /// Of how many entities, if of some only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entities: Option<u64>,
    /// The step that would have read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// Why it was not read.
    pub why: String,
    /// Whether it is still being read.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub pending: bool,
}

impl Answer {
    pub(super) const fn new(results: Results, total: Option<u64>, next: Option<u64>) -> Self {
        Self { results, total, next, notes: Vec::new(), unknown: Vec::new() }
    }

    /// How many there are in all, as far as that is known.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.total.unwrap_or(self.results.len() as u64)
    }

    /// What the answer rests on that was not read, in words, each once.
    #[must_use]
    pub fn doubts(&self) -> Vec<String> {
        let mut doubts = Vec::new();
        for it in &self.unknown {
            let doubt = format!("{}: {}", it.kind, it.why);
            if !doubts.contains(&doubt) {
                doubts.push(doubt);
            }
        }
        doubts
    }

    /// The answer as JSON in the form of `JupiterOne`'s API, with a cursor if there is another
    /// page.
    #[must_use]
    pub fn to_json(&self, cursor: Option<&str>) -> String {
        let columns = match &self.results {
            Results::Table { columns, .. } => Some(columns),
            Results::List(_) | Results::Tree { .. } => None,
        };
        let kind = match &self.results {
            Results::List(_) => "list",
            Results::Table { .. } => "table",
            Results::Tree { .. } => "tree",
        };
        let form = Form {
            kind,
            data: Data(&self.results),
            columns,
            total_count: self.total,
            cursor,
            notes: &self.notes,
            unknown: &self.unknown,
        };
        serde_json::to_string_pretty(&form).unwrap_or_default()
    }
}

/// How an answer is written.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Form<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    data: Data<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    columns: Option<&'a Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total_count: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cursor: Option<&'a str>,
    notes: &'a [String],
    unknown: &'a [Unknown],
}

struct Data<'a>(&'a Results);

impl Serialize for Data<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Results::List(things) => serializer.collect_seq(things.iter().map(Thing::to_json)),
            Results::Table { columns, rows } => {
                serializer.collect_seq(rows.iter().map(|row| Row(columns, row)))
            }
            Results::Tree { vertices, edges } => {
                let vertices: Vec<Value> = vertices.iter().map(Thing::to_json).collect();
                let edges: Vec<Value> = edges.iter().map(Edge::to_json).collect();
                json!({ "vertices": vertices, "edges": edges }).serialize(serializer)
            }
        }
    }
}

/// A row, in the order of the columns. A column that is there twice is written once.
struct Row<'a>(&'a [String], &'a [Cell]);

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(columns, cells) = self;
        let is_first = |at: usize| !columns[..at].contains(&columns[at]);
        let cells = cells.iter().enumerate().filter(|(at, _)| is_first(*at));
        serializer.collect_map(cells.map(|(at, cell)| (&columns[at], cell.to_json())))
    }
}

/// What is known of something, apart: what every thing has, and the properties of its type.
fn apart(properties: &Map<String, Value>) -> (Map<String, Value>, Map<String, Value>) {
    let is_own = |name: &str| name.starts_with('_') || name == "displayName";
    let mut both = (Map::new(), Map::new());
    for (name, value) in properties {
        let side = if is_own(name) { &mut both.0 } else { &mut both.1 };
        side.insert(name.clone(), value.clone());
    }
    both
}

impl Thing {
    /// A property as text; nothing if it has none.
    #[must_use]
    pub fn text(&self, property: &str) -> &str {
        self.properties.get(property).and_then(Value::as_str).unwrap_or_default()
    }

    fn to_json(&self) -> Value {
        let (entity, properties) = apart(&self.properties);
        json!({ "id": self.text("_key"), "entity": entity, "properties": properties })
    }
}

impl Edge {
    /// A property as text; nothing if it has none.
    #[must_use]
    pub fn text(&self, property: &str) -> &str {
        self.properties.get(property).and_then(Value::as_str).unwrap_or_default()
    }

    fn to_json(&self) -> Value {
        let (relationship, properties) = apart(&self.properties);
        json!({
            "id": self.text("_key"),
            "fromVertexId": self.from,
            "toVertexId": self.to,
            "relationship": relationship,
            "properties": properties,
        })
    }
}
