//! The tables of a snapshot, as a database of Amazon Athena has them.

use std::collections::BTreeSet;

use super::quote;
use crate::tables::{Form, Manifest, Table};

/// A table that a statement reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Source {
    /// All entities.
    Core,
    /// All relationships, from both ends.
    Edges,
    /// The entities of a type.
    Entities(usize),
    /// The relationships of a type.
    Relationships(usize),
}

/// What tables are called. A name tells the snapshot too: its tables never change, and those of the
/// next one have other names and other columns.
pub(super) struct Names {
    core: String,
    edges: String,
    entities: Vec<String>,
    relationships: Vec<String>,
}

/// How long the name of a type may be in the name of a table. Glue takes 255 bytes in all.
const LONGEST: usize = 200;

impl Names {
    pub(super) fn new(manifest: &Manifest) -> Self {
        let snapshot = manifest.fingerprint();
        let mut taken = BTreeSet::new();
        let mut name = |kind: &str| {
            let kept = |it: char| it.is_ascii_alphanumeric() || it == '_';
            let safe = kind.chars().take(LONGEST);
            let safe = safe.map(|it| if kept(it) { it.to_ascii_lowercase() } else { '_' });
            let name = format!("{}_{snapshot}", safe.collect::<String>());
            let numbered = (2..).map(|number| format!("{name}_{number}"));
            let mut names = std::iter::once(name.clone()).chain(numbered);
            let name = names.find(|it| !taken.contains(it)).unwrap_or(name);
            taken.insert(name.clone());
            name
        };
        Self {
            core: name("core"),
            edges: name("edges"),
            entities: manifest.entities.iter().map(|it| name(&it.kind)).collect(),
            relationships: manifest.relationships.iter().map(|it| name(&it.kind)).collect(),
        }
    }

    pub(super) fn of(&self, source: Source) -> &str {
        match source {
            Source::Core => &self.core,
            Source::Edges => &self.edges,
            Source::Entities(at) => &self.entities[at],
            Source::Relationships(at) => &self.relationships[at],
        }
    }
}

impl Source {
    /// The folder of its files, relative to the manifest.
    pub(super) fn folder(self, manifest: &Manifest) -> &str {
        let file = match self {
            Self::Core => Manifest::CORE,
            Self::Edges => Manifest::EDGES,
            Self::Entities(at) => &manifest.entities[at].file,
            Self::Relationships(at) => &manifest.relationships[at].file,
        };
        file.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// The statement that defines the table, of which the files lie in a folder below a location.
    pub(super) fn definition(self, names: &Names, manifest: &Manifest, location: &str) -> String {
        let name = quote::hive_name(names.of(self));
        let of_table = |table: &Table, ids: &[&str]| -> Vec<(String, &str)> {
            let ids = ids.iter().map(|it| ((*it).to_owned(), "int"));
            let columns = table.columns.iter().map(|it| (it.column.clone(), hive(it.form)));
            ids.chain(columns).collect()
        };
        let of_all = |columns: &[(&str, &'static str)]| {
            columns.iter().map(|(name, kind)| ((*name).to_owned(), *kind)).collect()
        };
        let columns: Vec<(String, &str)> = match self {
            Self::Core => of_all(&[
                ("_entity", "int"),
                ("_key", "string"),
                ("_type", "string"),
                ("displayname", "string"),
                ("_class", "array<string>"),
            ]),
            Self::Edges => of_all(&[
                ("_entity", "int"),
                ("_other", "int"),
                ("_relationship", "int"),
                ("direction", "string"),
                ("class", "string"),
                ("type", "string"),
            ]),
            Self::Entities(at) => of_table(&manifest.entities[at], &["_entity"]),
            Self::Relationships(at) => of_table(&manifest.relationships[at], &["_from", "_to"]),
        };
        let columns =
            columns.iter().map(|(name, kind)| format!("{} {kind}", quote::hive_name(name)));
        let columns = columns.collect::<Vec<_>>().join(", ");
        let location = quote::hive_text(&format!("{location}{}/", self.folder(manifest)));
        format!(
            "CREATE EXTERNAL TABLE IF NOT EXISTS {name} ({columns}) STORED AS PARQUET LOCATION {location}"
        )
    }
}

const fn hive(form: Form) -> &'static str {
    match form {
        Form::Text | Form::Json => "string",
        Form::Whole => "bigint",
        Form::Number => "double",
        Form::Flag => "boolean",
        Form::List => "array<string>",
    }
}
