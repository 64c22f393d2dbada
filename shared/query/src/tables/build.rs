//! From a snapshot to tables.
//!
//! Every object of the snapshot is read twice: once for what columns its table needs and which ends
//! its relationships have, and once to write it. Memory holds a group of rows, 28 bytes for each
//! entity and 56 for each relationship.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use collector::Context;
use collector::check;
use collector::layout::RecordKind;
use collector::snapshot;
use collector::summary::Summary;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::completeness::{pending, unread};
use super::error::TableError;
use super::file::{Spec, TableFile};
use super::form::Forms;
use super::keys::{Finder, Keys};
use super::manifest::{Column, Form, Manifest, Table, UnreadProperty, VERSION};
use super::mapped::{Mapping, Targets};
use super::row::{Item, Row};

/// The column of an entity's number, in files of entities.
const ENTITY: &str = "_entity";

/// The columns of the numbers of both ends, in files of relationships.
const FROM: &str = "_from";
const TO: &str = "_to";

/// Writes the tables of a snapshot to a folder, and returns what is in them. `jobs` are those of
/// which the snapshot was put together.
///
/// # Errors
///
/// If the snapshot cannot be read, or the local disk fails.
pub async fn build(
    context: &Context,
    summary: &Summary,
    jobs: &[collector::layout::Job],
    folder: &Path,
) -> Result<Manifest, TableError> {
    let manifest = Manifest {
        version: VERSION,
        job: summary.job.clone(),
        jobs: jobs.to_vec(),
        instance_name: summary.instance_name.clone(),
        integration: integration(summary).to_owned(),
        finished_at: summary.finished_at.clone(),
        entities: Vec::new(),
        relationships: Vec::new(),
        digests: BTreeMap::new(),
        unread: unread(summary),
    };
    let source = Source { context, summary };
    let mut builder =
        Builder { source, folder, manifest, keys: Keys::default(), edges: Vec::new() };
    let mut targets = builder.source.targets().await?;
    builder.entities(&mut targets).await?;
    builder.relationships(&targets).await?;
    builder.edges()?;
    for file in builder.manifest.files() {
        let digest = check::digest(&folder.join(&file))?;
        builder.manifest.digests.insert(file, digest);
    }
    let name = "manifest.json";
    let text = serde_json::to_vec_pretty(&builder.manifest);
    let text = text.map_err(|cause| TableError::Json { name: name.to_owned(), cause })?;
    fs::write(folder.join(name), text)?;
    Ok(builder.manifest)
}

struct Source<'a> {
    context: &'a Context,
    summary: &'a Summary,
}

impl Source<'_> {
    /// Hands every row of a type over, as it is written and as it is read, in the order of keys.
    async fn rows(
        &self,
        record_kind: RecordKind,
        kind: &str,
        mut each: impl FnMut(&str, Row<'_>) -> Result<(), TableError>,
    ) -> Result<(), TableError> {
        let mut lines = snapshot::lines(self.context, &self.summary.job, record_kind, kind).await?;
        let mut line = String::new();
        while lines.next(&mut line)? {
            let row = serde_json::from_str(&line);
            let row = row.map_err(|cause| TableError::Json { name: kind.to_owned(), cause })?;
            each(&line, row)?;
        }
        Ok(())
    }

    /// What the mapped relationships want.
    async fn targets(&self) -> Result<Targets, TableError> {
        let mut targets = Targets::default();
        for kind in self.summary.graph.mapped.keys() {
            self.rows(RecordKind::Relationships, kind, |_, mut row| {
                if let Some(mapping) = row.remove("_mapping") {
                    targets.want(mapping_of(kind, &mapping)?);
                }
                Ok(())
            })
            .await?;
        }
        Ok(targets)
    }
}

/// The name of the integration whose steps were planned.
fn integration(summary: &Summary) -> &'static str {
    let mut steps = summary.steps.iter().filter_map(|it| steps::find(&it.id));
    steps.next().map_or("", |step| step.integration.as_str())
}

fn mapping_of(kind: &str, mapping: &Item<'_>) -> Result<Mapping, TableError> {
    let mapping = Mapping::deserialize(mapping.as_other().unwrap_or(&Value::Null));
    mapping.map_err(|cause| TableError::Json { name: kind.to_owned(), cause })
}

/// The classes that a row says, of which most rows have one in a list.
fn classes<'r>(row: &'r Row<'_>) -> impl Iterator<Item = &'r str> {
    let class = row.get("_class");
    let list = class.and_then(Item::as_list).into_iter().flatten().filter_map(Value::as_str);
    class.and_then(Item::as_str).into_iter().chain(list)
}

/// A relationship between numbered entities.
struct Edge {
    from: u32,
    to: u32,
    /// The number of the relationship, and the table that it is in.
    number: u32,
    table: u32,
}

struct Builder<'a> {
    source: Source<'a>,
    folder: &'a Path,
    manifest: Manifest,
    keys: Keys,
    edges: Vec<Edge>,
}

/// What the rows of a table to be written have in common.
#[derive(Default)]
struct Draft {
    forms: Forms,
    classes: BTreeSet<Vec<String>>,
    unread: BTreeMap<String, UnreadProperty>,
    /// What is made rather than read, by key.
    made: BTreeMap<String, Map<String, Value>>,
}

impl Draft {
    fn see(&mut self, row: &Row<'_>) {
        self.forms.see(row);
        if !self.classes.iter().any(|it| it.iter().map(String::as_str).eq(classes(row))) {
            self.classes.insert(classes(row).map(str::to_owned).collect());
        }
        let unread = row.get("_unknown").and_then(Item::as_list).into_iter().flatten();
        for (property, why) in unread.filter_map(|it| it.as_str()?.split_once(": ")) {
            let none = || UnreadProperty { entities: 0, why: why.to_owned(), pending: false };
            self.unread.entry(property.to_owned()).or_insert_with(none).entities += 1;
        }
    }
}

/// Adds to a number of 32 bits.
fn next(number: u32) -> Result<u32, TableError> {
    number.checked_add(1).filter(|it| *it < u32::MAX / 2).ok_or(TableError::TooMany)
}

impl Builder<'_> {
    async fn entities(&mut self, targets: &mut Targets) -> Result<(), TableError> {
        let mut drafts: BTreeMap<String, Draft> = BTreeMap::new();
        for kind in self.source.summary.graph.entities.keys() {
            let draft = drafts.entry(kind.clone()).or_default();
            self.source
                .rows(RecordKind::Entities, kind, |_, row| {
                    draft.see(&row);
                    targets.see(&row);
                    Ok(())
                })
                .await?;
        }
        for made in targets.made() {
            let row = Row::from(&made);
            let draft = drafts.entry(row.text("_type").to_owned()).or_default();
            draft.see(&row);
            let key = row.text("_key").to_owned();
            draft.made.insert(key, made);
        }
        let core = ["_key", "_type", "displayName"].map(|it| Spec::Property(it, Form::Text));
        let class = Spec::Property("_class", Form::List);
        let specs: Vec<Spec<'_>> =
            [Spec::Id(ENTITY)].into_iter().chain(core).chain([class]).collect();
        let mut core = TableFile::create(&self.folder.join(Manifest::CORE), "core", &specs)?;
        let mut number = 0;
        let pending = pending(self.source.summary);
        for (kind, mut draft) in drafts {
            let is_read = self.source.summary.graph.entities.contains_key(&kind);
            let columns = draft.forms.columns(&[ENTITY]);
            let specs = columns.iter().map(|it| Spec::Property(&it.column, it.form));
            let specs: Vec<Spec<'_>> = [Spec::Id(ENTITY)].into_iter().chain(specs).collect();
            let file = file_of(RecordKind::Entities, &kind);
            let mut table = TableFile::create(&self.folder.join(&file), &kind, &specs)?;
            let first = number;
            let mut made = draft.made.into_iter().peekable();
            let keys = &mut self.keys;
            let mut content = Sha256::new();
            let mut write = |line: &str, row: &Row<'_>| {
                content.update(line);
                keys.push(row.text("_key"), number);
                for file in [&mut table, &mut core] {
                    file.id(0, number);
                }
                fill(&mut table, 1, &columns, row);
                for (at, name) in ["_key", "_type", "displayName"].into_iter().enumerate() {
                    core.value(1 + at, row.get(name));
                }
                core.value(4, row.get("_class"));
                number = next(number)?;
                table.end_row()?;
                core.end_row()
            };
            if is_read {
                self.source
                    .rows(RecordKind::Entities, &kind, |own, row| {
                        while let Some((_, made)) =
                            made.next_if(|(key, _)| key.as_str() < row.text("_key"))
                        {
                            write(&json!(made).to_string(), &Row::from(&made))?;
                        }
                        write(own, &row)
                    })
                    .await?;
            }
            for (_, made) in made {
                write(&json!(made).to_string(), &Row::from(&made))?;
            }
            table.finish()?;
            for (property, why) in pending.get(kind.as_str()).into_iter().flatten() {
                let entities = (number - first).into();
                let unread = UnreadProperty { entities, why: why.clone(), pending: true };
                draft.unread.insert((*property).to_owned(), unread);
            }
            self.manifest.entities.push(Table {
                kind,
                file,
                content: hex::encode(content.finalize()),
                first,
                count: number - first,
                mixed: draft.classes.len() > 1,
                classes: draft.classes.into_iter().flatten().collect(),
                columns,
                unread: draft.unread,
                ..Table::default()
            });
        }
        self.keys.sort();
        core.finish()
    }

    async fn relationships(&mut self, targets: &Targets) -> Result<(), TableError> {
        let mut number = 0;
        let summary = self.source.summary;
        for (at, kind) in (0..).zip(summary.graph.relationships.keys()) {
            let mut draft = Draft::default();
            let mut keys = Finder::new(&self.keys);
            // The ends, each with the number of its line. A mapped relationship may have several.
            let mut found: Vec<(u32, u32, u32)> = Vec::new();
            let mut read = 0;
            let each = |_: &str, mut row: Row<'_>| {
                let before = found.len();
                ends(kind, &mut row, &mut keys, targets, |from, to| found.push((read, from, to)))?;
                if found.len() > before {
                    draft.see(&row);
                }
                read = next(read)?;
                Ok(())
            };
            self.source.rows(RecordKind::Relationships, kind, each).await?;
            let columns = draft.forms.columns(&[FROM, TO]);
            let specs = columns.iter().map(|it| Spec::Property(&it.column, it.form));
            let specs: Vec<Spec<'_>> =
                [Spec::Id(FROM), Spec::Id(TO)].into_iter().chain(specs).collect();
            let file = file_of(RecordKind::Relationships, kind);
            let mut table = TableFile::create(&self.folder.join(&file), kind, &specs)?;
            let first = number;
            let (mut from_tables, mut to_tables) = (BTreeSet::new(), BTreeSet::new());
            let (manifest, edges) = (&self.manifest, &mut self.edges);
            let mut content = Sha256::new();
            let mut found = found.into_iter().peekable();
            let mut read = 0;
            let has_keys = columns.iter().any(|it| it.property == "_key");
            let each = |line: &str, mut row: Row<'_>| {
                if has_keys {
                    remove_composed_key(&mut row);
                }
                while let Some((_, from, to)) = found.next_if(|(at, ..)| *at == read) {
                    content.update(line);
                    table.id(0, from);
                    table.id(1, to);
                    fill(&mut table, 2, &columns, &row);
                    table.end_row()?;
                    edges.push(Edge { from, to, number, table: at });
                    for (end, tables) in [(from, &mut from_tables), (to, &mut to_tables)] {
                        let Some(at) = manifest.table_of(end) else { continue };
                        tables.insert(at);
                        let Table { kind, first, .. } = &manifest.entities[at];
                        content.update(kind);
                        content.update((end - first).to_le_bytes());
                    }
                    number = next(number)?;
                }
                read = next(read)?;
                Ok(())
            };
            self.source.rows(RecordKind::Relationships, kind, each).await?;
            table.finish()?;
            let names = |tables: BTreeSet<usize>| -> BTreeSet<String> {
                tables.into_iter().map(|it| self.manifest.entities[it].kind.clone()).collect()
            };
            let (from, to) = (names(from_tables), names(to_tables));
            self.manifest.relationships.push(Table {
                kind: kind.clone(),
                file,
                content: hex::encode(content.finalize()),
                first,
                count: number - first,
                mixed: draft.classes.len() > 1,
                classes: draft.classes.into_iter().flatten().collect(),
                from,
                to,
                columns,
                ..Table::default()
            });
        }
        Ok(())
    }

    /// Writes all relationships from both ends, sorted by the end.
    fn edges(&mut self) -> Result<(), TableError> {
        let edges = std::mem::take(&mut self.edges);
        let mut sides: Vec<(u32, u32, u32, u32, bool)> = Vec::with_capacity(2 * edges.len());
        for Edge { from, to, number, table } in edges {
            sides.push((from, table, to, number, false));
            sides.push((to, table, from, number, true));
        }
        sides.sort_unstable();
        let texts = ["direction", "class", "type"].map(Spec::Kind);
        let ids = [ENTITY, "_other", "_relationship"].map(Spec::Id);
        let specs: Vec<Spec<'_>> = ids.into_iter().chain(texts).collect();
        let mut file = TableFile::create(&self.folder.join(Manifest::EDGES), "edges", &specs)?;
        for (entity, table, other, number, is_in) in sides {
            for (at, id) in [entity, other, number].into_iter().enumerate() {
                file.id(at, id);
            }
            let Table { kind, classes, .. } = &self.manifest.relationships[table as usize];
            file.text(3, if is_in { "in" } else { "out" });
            file.text(4, classes.first().map_or("", String::as_str));
            file.text(5, kind);
            file.end_row()?;
        }
        file.finish()
    }
}

/// The file of a type. Each table has a folder of its own, as Athena and Hive want it.
fn file_of(record_kind: RecordKind, kind: &str) -> String {
    format!("{}/{kind}/rows.parquet", record_kind.as_str())
}

/// Writes the values of a row to columns that begin at a place.
fn fill(file: &mut TableFile, first: usize, columns: &[Column], row: &Row<'_>) {
    // Both are sorted by the names of properties.
    let mut properties = row.iter().peekable();
    for (at, column) in columns.iter().enumerate() {
        let wanted = column.property.as_str();
        while properties.next_if(|(name, _)| *name < wanted).is_some() {}
        let found = properties.next_if(|(name, _)| *name == wanted);
        file.value(first + at, found.map(|(_, item)| item));
    }
}

/// Hands over the ends of a relationship. A mapped one has as many as entities match, or none.
///
/// What tells them is removed from the row, and a key that follows from the ends, which would be
/// the largest column of all.
fn ends(
    kind: &str,
    row: &mut Row<'_>,
    keys: &mut Finder<'_>,
    targets: &Targets,
    mut each: impl FnMut(u32, u32),
) -> Result<(), TableError> {
    remove_composed_key(row);
    let Some(mapping) = row.remove("_mapping") else {
        let (from, to) = (row.text("_fromEntityKey"), row.text("_toEntityKey"));
        if let Some((from, to)) = keys.again(from).zip(keys.find(to)) {
            each(from, to);
        }
        return Ok(());
    };
    let mapping = mapping_of(kind, &mapping)?;
    let Some(source) = keys.find(&mapping.source_entity_key) else { return Ok(()) };
    for target in targets.keys(&mapping).iter().filter_map(|key| keys.find(key)) {
        if mapping.is_reverse() { each(target, source) } else { each(source, target) }
    }
    Ok(())
}

/// Removes the key of a relationship that is not mapped, if it follows from the ends.
fn remove_composed_key(row: &mut Row<'_>) {
    if row.get("_mapping").is_some() {
        return;
    }
    let (from, to) = (row.text("_fromEntityKey"), row.text("_toEntityKey"));
    if is_composed_key(row.text("_key"), from, row.text("_class"), to) {
        row.remove("_key");
    }
}

/// Whether a key is the composed one. There are millions of keys, so none is composed for this.
fn is_composed_key(key: &str, from: &str, class: &str, to: &str) -> bool {
    let rest = key.strip_prefix(from).and_then(|it| it.strip_suffix(to));
    let verb = rest.and_then(|it| it.strip_prefix('|')?.strip_suffix('|'));
    verb.is_some_and(|it| class.bytes().map(|it| it.to_ascii_lowercase()).eq(it.bytes()))
}

/// The key that a relationship has unless a step gives it another.
pub(crate) fn composed_key(from: &str, class: &str, to: &str) -> String {
    format!("{from}|{}|{to}", class.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_composed_key_is_known_and_no_other() {
        for [from, class, to] in [["a", "HAS", "b"], ["a|has|b", "USES", "a"], ["", "HAS", ""]] {
            let key = composed_key(from, class, to);
            assert!(is_composed_key(&key, from, class, to), "{key}");
            assert!(
                !is_composed_key(&key, from, "IS", to) && !is_composed_key(&key, "c", class, to)
            );
        }
        assert!(!is_composed_key("a|HAS|b", "a", "HAS", "b"));
        assert!(!is_composed_key("a|b", "a|", "HAS", "|b"));
    }
}
