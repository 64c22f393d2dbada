//! Recordings: the pages that a step could read, and the graph that they become.
//!
//! `fixtures/<step>/page-1.json` and so on are pages as Microsoft answers them, with invented
//! content. Their items are read from the bytes of the file as a job reads them from an answer.
//! Where each of some parents has such a list, `parent.json` is the parent they are of, or
//! `parent-2.json` is that of `page-2.json`: a key, which the recording of the parent's own step
//! has to show, or the key, the type (`kind`) and the stored properties (`json`) of one that no
//! recording shows. `graph.json` is what becomes of it all.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use ::graph::{Key, canonical};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};
use steps::{InstanceView, Item, Output, Parent, STEPS, Shape, Step};

/// What a step read.
#[derive(Debug)]
pub struct Recording {
    /// Which step.
    pub step: &'static Step,
    /// The items of all pages.
    pub items: Vec<Value>,
    /// What each item belongs to, if anything.
    pub owners: Vec<Option<Owner>>,
    /// The instance that they are converted for.
    pub instance: InstanceView,
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
        let kind = if step.list.shape() == Shape::Export { "csv" } else { "json" };
        let pages = (1..).map(|page| (page, folder(step).join(format!("page-{page}.{kind}"))));
        let (mut items, mut owners) = (Vec::new(), Vec::new());
        for (number, page) in pages.take_while(|(_, page)| page.exists()) {
            let found = match step.list.shape() {
                Shape::One => vec![item(&read::<Box<RawValue>>(&page), &page)],
                Shape::Export => rows(&page),
                Shape::Table => table(&page),
                Shape::Pages => {
                    let Pages { value } = read(&page);
                    value.iter().map(|raw| item(raw, &page)).collect()
                }
            };
            let owner = Owner::of_page(step, number);
            owners.extend(found.iter().map(|_| owner.clone()));
            items.extend(found);
        }
        let is_recorded = folder(step).join(format!("page-1.{kind}")).exists();
        is_recorded.then(|| Self { step, items, owners, instance: instance() })
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
        for (index, json) in items.iter().enumerate() {
            self.with_item(index, json, |item| self.step.convert(item, &mut out));
        }
        out
    }

    /// Calls `then` with the item that has a number, as a step sees it, or with another in its
    /// place.
    ///
    /// # Panics
    ///
    /// If the item cannot be written as JSON.
    pub fn with_item<T>(&self, index: usize, json: &Value, then: impl FnOnce(Item<'_>) -> T) -> T {
        let raw = to_raw_value(json).expect("JSON can be written as JSON");
        let parent = self.owners.get(index).and_then(Option::as_ref).map(Owner::parent);
        then(Item { json, raw: &raw, parent, instance: &self.instance })
    }

    /// Where the graph is that the recording should become.
    #[must_use]
    pub fn graph(&self) -> PathBuf {
        folder(self.step).join("graph.json")
    }
}

impl Owner {
    /// What the items of a page of a step belong to, if anything.
    fn of_page(step: &Step, page: usize) -> Option<Self> {
        let own = folder(step).join(format!("parent-{page}.json"));
        let common = folder(step).join("parent.json");
        let path = [own, common].into_iter().find(|path| path.exists())?;
        let json: Value = read(&path);
        let key = Key::new(json["key"].as_str().expect("a parent has a key"));
        match json["kind"].as_str() {
            Some(kind) => Some(Self { key, kind: kind.into(), json: json["json"].clone() }),
            None => Some(Self::recorded(step, &key).unwrap_or_else(|| {
                panic!("no recording shows {key}, which {} is a list of", path.display())
            })),
        }
    }

    /// The parent of a step with a key, as its own step's recording shows it.
    fn recorded(step: &Step, key: &Key) -> Option<Self> {
        let is_parent = |kind: &str| step.list.parents.iter().any(|of| of.kind == kind);
        let finds = |it: &&&Step| {
            it.integration == step.integration && it.entity_types().any(|of| is_parent(of.kind))
        };
        let recordings = STEPS.iter().filter(finds).filter_map(|it| Recording::of(it));
        let mut found = recordings.flat_map(|it| it.convert().entities);
        let parent = found.find(|it| it.key == *key && !it.is_patch && is_parent(it.kind))?;
        let json = Value::Object(parent.properties);
        Some(Self { key: parent.key, kind: parent.kind.to_owned(), json })
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
pub fn instance() -> InstanceView {
    InstanceView {
        instance_id: "5d0b1f6e-6a0c-4c53-9a57-000000000001".into(),
        instance_name: "Contoso".into(),
        directory_id: "5d0b1f6e-6a0c-4c53-9a57-000000000002".into(),
        subscription_id: Some("5d0b1f6e-6a0c-4c53-9a57-000000000003".into()),
        intune_account_id: Some("5d0b1f6e-6a0c-4c53-9a57-000000000004".into()),
        portal: "https://portal.azure.com/#@contoso.com".into(),
        account_name: None,
        vulnerability_severities: Vec::new(),
        defender_alerts_severities: Vec::new(),
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
