//! What the tables of a snapshot hold.

use std::collections::{BTreeMap, BTreeSet};

use collector::layout::Job;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// The version of the layout. A reader takes no other.
pub(super) const VERSION: u32 = 1;

/// What the tables of a snapshot hold: `manifest.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// The version of the layout.
    pub version: u32,
    /// The job whose snapshot it is; that of the tenant's own instance for the graph of a tenant.
    pub job: Job,
    /// The jobs whose snapshots were put together.
    pub jobs: Vec<Job>,
    /// The name of the instance.
    pub instance_name: String,
    /// The integration that it belongs to.
    pub integration: String,
    /// When the last of the jobs was finished, in ISO 8601.
    pub finished_at: String,
    /// The tables of entities, by type.
    pub entities: Vec<Table>,
    /// The tables of relationships, by type.
    pub relationships: Vec<Table>,
    /// The SHA-256 of each file, by its name relative to the manifest.
    pub digests: BTreeMap<String, String>,
    /// The types of entities and relationships that were not read completely.
    pub unread: BTreeMap<String, Unread>,
}

/// The table of a type.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Table {
    /// The type.
    #[serde(rename = "type")]
    pub kind: String,
    /// The file, relative to the manifest.
    pub file: String,
    /// The SHA-256 of its rows as the snapshot has them, and of where its relationships start and
    /// end. Unlike that of its file, it does not depend on the numbers of rows, which change with
    /// every table before it. Empty in the tables of earlier versions.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub content: String,
    /// The number of its first row.
    pub first: u32,
    /// How many rows it has.
    pub count: u32,
    /// The classes that its rows have.
    pub classes: BTreeSet<String>,
    /// Whether its rows differ in their classes.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mixed: bool,
    /// The types of entities where its relationships start.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub from: BTreeSet<String>,
    /// The types of entities where its relationships end.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub to: BTreeSet<String>,
    /// The columns, by property.
    pub columns: Vec<Column>,
    /// The properties that could not be read of some or all of its entities.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub unread: BTreeMap<String, UnreadProperty>,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// The name of the property.
    pub property: String,
    /// The name of the column, in lower case and without dots.
    pub column: String,
    /// What its values are.
    pub form: Form,
}

/// What the values of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// Strings.
    Text,
    /// Whole numbers of 64 bits.
    Whole,
    /// Numbers.
    Number,
    /// True or false.
    Flag,
    /// Lists of strings.
    List,
    /// Values of several kinds, each as JSON.
    Json,
}

/// Why a type was not read completely.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unread {
    /// Whether the rest of its kind was read, or nothing was even asked for.
    pub lack: Lack,
    /// The step that would have read it.
    pub step: String,
    /// Why.
    pub why: String,
}

/// How much of a type is lacking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Lack {
    /// It was to be read, and the ledger does not call it complete.
    Incomplete,
    /// It is still being read. What there is of it is what the last snapshot had.
    Pending,
    /// The instance does not collect it.
    NotCollected,
}

/// A property that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnreadProperty {
    /// Of how many entities.
    pub entities: u64,
    /// Why, as the first of them says.
    pub why: String,
    /// Whether it is still being read. The values are those that the last snapshot had.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pending: bool,
}

impl Manifest {
    /// The file of all entities.
    pub(crate) const CORE: &str = "core/rows.parquet";

    /// The file of all relationships.
    pub(crate) const EDGES: &str = "edges/rows.parquet";

    /// What tells the snapshot from others, in names.
    pub(crate) fn fingerprint(&self) -> String {
        hex::encode(&self.digest().finalize()[..6])
    }

    /// What the snapshot is told from others by.
    pub(crate) fn digest(&self) -> Sha256 {
        let mut digest = Sha256::new();
        for job in &self.jobs {
            digest.update(job.instance.as_bytes());
            digest.update(b"\n");
            digest.update(job.id.as_bytes());
            digest.update(b"\n");
        }
        digest
    }

    /// How many entities there are.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.entities.last().map_or(0, |it| it.first + it.count)
    }

    /// The files of the tables, relative to the manifest.
    #[must_use]
    pub fn files(&self) -> Vec<String> {
        let tables = self.entities.iter().chain(&self.relationships).map(|it| it.file.clone());
        tables.chain([Self::CORE, Self::EDGES].map(str::to_owned)).collect()
    }

    /// Which table an entity is in.
    #[must_use]
    pub fn table_of(&self, entity: u32) -> Option<usize> {
        let after = self.entities.partition_point(|it| it.first <= entity);
        let at = after.checked_sub(1)?;
        (entity - self.entities[at].first < self.entities[at].count).then_some(at)
    }
}

impl Table {
    /// The numbers of its rows.
    #[must_use]
    pub const fn range(&self) -> std::ops::Range<u32> {
        self.first..self.first + self.count
    }

    /// The column of a property.
    #[must_use]
    pub fn column(&self, property: &str) -> Option<&Column> {
        let at = self.columns.binary_search_by(|it| it.property.as_str().cmp(property)).ok()?;
        self.columns.get(at)
    }
}
