//! Recordings: the pages that a step could read, and the graph that they become.
//!
//! `fixtures/<step>/page-1.json` and so on are pages as Microsoft answers them, with invented
//! content. Their items are read from the bytes of the file as a job reads them from an answer. Where each of some parents has such a list, `parent.json` is the parent they are of:
//! its key, its type (`kind`) and its stored properties (`json`). `graph.json` is what becomes of
//! it all.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use ::graph::{Key, canonical};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};
use steps::{Item, Output, Parent, Scope, Shape, Step};

/// What a step read.
#[derive(Debug)]
pub struct Recording {
    /// Which step.
    pub step: &'static Step,
    /// The items of all pages.
    pub items: Vec<Value>,
    /// What the items belong to, if anything.
    pub owner: Option<Owner>,
    /// The instance that they are converted for.
    pub scope: Scope,
}

/// A page as Microsoft answers it, its items byte for byte.
#[derive(Deserialize)]
struct Pages {
    value: Vec<Box<RawValue>>,
}

/// A table as Intune answers it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Table {
    schema: Vec<Value>,
    values: Vec<Vec<Value>>,
}

/// What the items of a recording belong to.
#[derive(Clone, Debug)]
pub struct Owner {
    /// Its key.
    pub key: Key,
    /// Its type.
    pub kind: String,
    /// Its stored properties.
    pub json: Value,
}

impl Recording {
    /// The recording of a step, if there is one.
    ///
    /// # Panics
    ///
    /// If it is not as recordings are.
    #[must_use]
    pub fn of(step: &'static Step) -> Option<Self> {
        let kind = if step.list.shape == Shape::Export { "csv" } else { "json" };
        let pages = (1..).map(|page| folder(step).join(format!("page-{page}.{kind}")));
        let pages = pages.take_while(|page| page.exists());
        let items: Vec<_> = pages
            .map(|page| match step.list.shape {
                Shape::One => vec![item(&read::<Box<RawValue>>(&page), &page)],
                Shape::Export => rows(&page),
                Shape::Table => table(&page),
                Shape::Pages => {
                    let Pages { value } = read(&page);
                    value.iter().map(|raw| item(raw, &page)).collect()
                }
            })
            .collect();
        if items.is_empty() {
            return None;
        }
        let items = items.into_iter().flatten();
        let owner = folder(step).join("parent.json");
        let owner = owner.exists().then(|| Owner::of(&read(&owner)));
        Some(Self { step, items: items.collect(), owner, scope: scope() })
    }

    /// What the recording becomes.
    #[must_use]
    pub fn convert(&self) -> Output {
        self.convert_items(&self.items)
    }

    /// What items become, in place of those that were recorded.
    #[must_use]
    pub fn convert_items(&self, items: &[Value]) -> Output {
        let mut out = Output::default();
        for json in items {
            self.with_item(json, |item| self.step.convert(item, &mut out));
        }
        out
    }

    /// Calls `then` with an item as a step sees it.
    ///
    /// # Panics
    ///
    /// If the item cannot be written as JSON.
    pub fn with_item<T>(&self, json: &Value, then: impl FnOnce(Item<'_>) -> T) -> T {
        let raw = to_raw_value(json).expect("JSON can be written as JSON");
        let parent = self.owner.as_ref().map(Owner::parent);
        then(Item { json, raw: &raw, parent, scope: &self.scope })
    }

    /// Where the graph is that the recording should become.
    #[must_use]
    pub fn graph(&self) -> PathBuf {
        folder(self.step).join("graph.json")
    }
}

impl Owner {
    fn of(json: &Value) -> Self {
        let text = |name| json[name].as_str().expect("a parent has a key and a kind");
        Self { key: Key::new(text("key")), kind: text("kind").into(), json: json["json"].clone() }
    }

    /// The owner as a step sees it.
    #[must_use]
    pub fn parent(&self) -> Parent<'_> {
        Parent { key: &self.key, kind: &self.kind, json: &self.json }
    }
}

/// The folder of recordings.
#[must_use]
pub fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// The instance for which recordings are converted.
#[must_use]
pub fn scope() -> Scope {
    Scope {
        instance_id: "5d0b1f6e-6a0c-4c53-9a57-000000000001".into(),
        instance_name: "Contoso".into(),
        directory_id: "5d0b1f6e-6a0c-4c53-9a57-000000000002".into(),
        subscription_id: Some("5d0b1f6e-6a0c-4c53-9a57-000000000003".into()),
        intune_account_id: Some("5d0b1f6e-6a0c-4c53-9a57-000000000004".into()),
        portal: "https://portal.azure.com/#@contoso.com".into(),
        account_name: None,
        vulnerability_severities: Vec::new(),
        ingest_disabled_subscriptions: false,
        planned_at: "2026-03-01T04:05:06Z".into(),
    }
}

/// What a step found, as JSON. What Microsoft answered is left out: it is in the pages.
#[must_use]
pub fn graph(found: &Output) -> Value {
    let entities = found.entities.iter().map(|entity| {
        let mut json = json!({
            "key": entity.key,
            "type": entity.kind,
            "class": entity.class,
            "properties": entity.properties,
        });
        if !entity.aliases.is_empty() {
            json["aliases"] = json!(entity.aliases);
        }
        if entity.is_patch {
            json["isPatch"] = true.into();
        }
        json
    });
    let mut graph = json!({
        "entities": entities.collect::<Vec<_>>(),
        "references": found.references,
        "drift": found.drift,
    });
    if !found.discoveries.is_empty() {
        graph["discoveries"] = json!(found.discoveries);
    }
    graph
}

fn folder(step: &Step) -> PathBuf {
    fixtures().join(step.id)
}

/// An item as a job reads it: the bytes that Microsoft answered, brought to their one form.
fn item(raw: &RawValue, path: &Path) -> Value {
    canonical(raw).unwrap_or_else(|error| panic!("{}: {error}", path.display())).0
}

/// The rows of a CSV file, each with its columns.
fn rows(path: &Path) -> Vec<Value> {
    let mut reader =
        csv::Reader::from_path(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let rows = reader.deserialize::<BTreeMap<String, String>>();
    rows.map(|row| json!(row.unwrap_or_else(|error| panic!("{}: {error}", path.display()))))
        .collect()
}

/// The rows of a table, each with its columns.
fn table(path: &Path) -> Vec<Value> {
    let Table { schema, values } = read(path);
    let columns = || schema.iter().filter_map(|it| it["Column"].as_str()).map(str::to_owned);
    values.into_iter().map(|row| columns().zip(row).collect()).collect()
}

fn read<T: DeserializeOwned>(path: &Path) -> T {
    let text = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
