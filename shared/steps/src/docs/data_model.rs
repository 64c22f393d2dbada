//! The data-model page: what every step reads, and what becomes of it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::declared::Relationship;
use crate::derived::{Derived, PROPERTIES};
use crate::domain::Service as Host;
use crate::entity::EntityType;
use crate::lifecycle::{ENDINGS, Ending};
use crate::list::{List, Shape};
use crate::permission::Permission;
use crate::property::{Property, Type};
use crate::registry::STEPS;
use crate::sources::ALWAYS_COLLECTED;
use crate::step::{Setting, Step};

use super::diagram::diagram;
use super::service::{Service, file_of, services};

/// A page of the data model.
#[derive(Debug)]
pub struct Page {
    /// The name of its file, in the folder of the data model.
    pub file: String,
    /// Its text, in Markdown.
    pub text: String,
}

/// The pages of the data model: the index, then one for each service.
#[must_use]
pub fn data_model() -> Vec<Page> {
    let services = services();
    let index = Page { file: "README.md".to_owned(), text: index(&services) };
    let pages = services.iter().map(|it| Page { file: it.file(), text: page(it) });
    std::iter::once(index).chain(pages).collect()
}

/// The page that leads to those of the services.
fn index(services: &[Service]) -> String {
    let mut page = format!("# Data model\n{GENERATED}{INTRODUCTION}{SERVICES}");
    for it in services {
        let types: BTreeSet<&str> =
            it.steps.iter().flat_map(|step| step.entity_types()).map(|of| of.kind).collect();
        let (steps, types) = (it.steps.len() + it.rules.len(), types.len());
        // Writing to a string cannot fail.
        let _ = writeln!(page, "| [{}]({}) | {steps} | {types} |", it.title(), it.file());
    }
    page.push_str(LIFECYCLE);
    for it in ENDINGS {
        ending(it, &mut page);
    }
    page
}

/// The page of a service.
fn page(service: &Service) -> String {
    let mut page = format!("# {}\n{GENERATED}{BACK}", service.title());
    if let Some(diagram) = diagram(&service.steps) {
        let _ = write!(page, "\n{diagram}");
    }
    let _ = write!(page, "\n{STEPS_OF_PAGE}");
    for step in &service.steps {
        let _ = writeln!(page, "| [`{0}`](#{0}) | {1} | {2} |", step.id, step.name, finds(step));
    }
    for rule in &service.rules {
        let _ = writeln!(page, "| [`{0}`](#{0}) | {1} | relationships |", rule.id, rule.name);
    }
    for step in &service.steps {
        let _ = writeln!(page, "\n## {}\n\n{}\n", step.id, step.name);
        read(step, &mut page);
        found(step, &mut page);
    }
    for rule in &service.rules {
        let _ = writeln!(page, "\n## {}\n\n{}\n", rule.id, rule.name);
        derived(rule, &mut page);
    }
    page
}

const GENERATED: &str = "
<!-- Generated from the declarations of the steps: run the tests with UPDATE=1 to write it anew. -->
";

const INTRODUCTION: &str = "
Each step reads one list, and its items become entities and relationships. There is one page for
each service. A page shows the main types and relationships, and lists each step with the list that
it reads, the permissions that it needs, and what it finds.

A property is absent if Microsoft does not return a value. The column *from* says where in an item a
property is read: it is a JSON pointer, in which `*` stands for every element. A property without a
pointer is computed.

A *mapped* relationship leads to an entity that was not collected. A reader of the graph finds that
entity by its properties.
";

const SERVICES: &str = "
| service | steps | types of entity |
| --- | --- | --- |
";

const BACK: &str = "
[All services](README.md)
";

const STEPS_OF_PAGE: &str = "\
| step | reads | finds |
| --- | --- | --- |
";

const LIFECYCLE: &str = "
## Lifecycle

This table has lists that Microsoft has retired or is about to retire, as far as a step reads them or
a reader may expect it to. No step reads a list that has ended. The only exception is a step that reads
such a list because its replacement could not be read.

| list | state | to read in its place | read by | source |
| --- | --- | --- | --- | --- |
";

/// The types of entity that a step finds, or adds properties to.
fn finds(step: &Step) -> String {
    let mut kinds: Vec<String> = step.entity_types().map(|it| format!("`{}`", it.kind)).collect();
    let patched = step.patched_types().filter(|of| !finds_all_of(step, of));
    kinds.extend(patched.map(|it| format!("properties of `{}`", it.kind)));
    if kinds.is_empty() {
        kinds.push("relationships".to_owned());
    }
    kinds.join(", ")
}

/// Whether a step finds the entities of a type itself, so that all of their properties are told of
/// anyway.
fn finds_all_of(step: &Step, of: &EntityType) -> bool {
    step.entity_types().any(|it| std::ptr::eq(it, of))
}

/// What a step reads, and when.
fn read(step: &Step, page: &mut String) {
    let _ = writeln!(page, "- Reads {}", list(&step.list));
    if let Some(fallback) = step.list.fallback {
        let _ = writeln!(page, "- Where that is forbidden, reads {}", list(fallback));
    }
    if let Some(other) = step.fallback_for {
        let _ = writeln!(page, "- Reads it only if {} could not be read", link(other));
    }
    if let Some(ending) = step.list.ending() {
        let (stage, instead) = (ending.stage, ending.replacement);
        let _ = writeln!(page, "- That list is {stage}; what takes its place is {instead}");
    }
    let permissions: Vec<_> = step.permissions().iter().map(permission).collect();
    let _ = writeln!(page, "- Needs {}", permissions.join(", "));
    let needs = needs(step.needs.setting);
    let source = step.needs.ingestion_source.filter(|it| !ALWAYS_COLLECTED.contains(it));
    let source = source.map(|it| {
        if step.is_off_by_default() {
            format!(", and `{it}` is switched on by name")
        } else {
            format!(", unless `{it}` is switched off")
        }
    });
    let _ = writeln!(page, "- Runs {needs}{}", source.unwrap_or_default());
    if !step.covers.is_empty() {
        let _ = writeln!(page, "- Also answers to {}", names(step.covers));
    }
    if step.discovers() {
        let _ = writeln!(page, "- Discovers the subscriptions that get instances of their own");
    }
    for link in step.all_links().filter(|it| !it.inherits.is_empty()) {
        let _ = writeln!(page, "- Takes {} over from {}", names(link.inherits), kinds(link.to));
    }
}

fn needs(setting: Setting) -> &'static str {
    match setting {
        Setting::Nothing => "always",
        Setting::Directory => "if the instance has `ingestActiveDirectory`",
        Setting::Subscription => "if the instance has a `subscriptionId`",
        Setting::SubscriptionInstances => "if the instance has `configureSubscriptionInstances`",
        Setting::Intune => "if the tenant has Microsoft Intune",
    }
}

/// What follows from what steps found.
fn derived(rule: &Derived, page: &mut String) {
    let _ = writeln!(page, "- Reads nothing: follows `{}` however deep", rule.nesting);
    let _ = writeln!(page, "- Hands members up to the {} nearest of what they are in", rule.most);
    let source = rule.ingestion_source.map(|it| format!(", unless `{it}` is switched off"));
    let _ = writeln!(page, "- Applies {}{}", needs(rule.setting), source.unwrap_or_default());
    let _ = writeln!(page, "\n| property | meaning |\n| --- | --- |");
    for (name, doc) in PROPERTIES {
        let _ = writeln!(page, "| `{name}` | {doc} |");
    }
    let _ = writeln!(page, "\n### Relationships of {}\n", rule.id);
    let _ = writeln!(page, "| relationship | from | class | to | follows from |");
    let _ = writeln!(page, "| --- | --- | --- | --- | --- |");
    for it in rule.members {
        let (from, to) = (rule.of.kind, it.to.kind);
        let _ = writeln!(
            page,
            "| `{}` | `{from}` | {} | `{to}` | `{}` |",
            it.becomes, it.class, it.direct
        );
    }
}

/// What becomes of it.
fn found(step: &Step, page: &mut String) {
    for of in step.entity_types() {
        entity(of, page);
    }
    for of in step.patched_types().filter(|of| !finds_all_of(step, of)) {
        let _ = writeln!(page, "\n### More about `{}`\n", of.kind);
        let patches = step.patches().into_iter().filter(|(it, _)| std::ptr::eq(*it, of));
        properties(patches.map(|(_, property)| property).collect(), page);
    }
    let relationships = step.relationships();
    if !relationships.is_empty() {
        let _ = writeln!(page, "\n### Relationships of {}\n", step.id);
        let _ = writeln!(page, "| relationship | from | class | to |\n| --- | --- | --- | --- |");
        for it in &relationships {
            relationship(it, page);
        }
    }
}

fn list(list: &List) -> String {
    let service = match list.service() {
        Host::ResourceManager => "Azure Resource Manager",
        Host::Graph => "Microsoft Graph",
        Host::KeyVault => "the vault itself",
    };
    let version = Some(list.version(None)).filter(|it| !it.is_empty());
    let version = version.map(|it| format!(", version {it}")).unwrap_or_default();
    let shape = match list.shape() {
        Shape::Pages => "",
        Shape::One => " (one item)",
        Shape::Table => " (rows, by POST)",
        Shape::Export => " (a job that prepares a CSV file)",
    };
    let report = list.report().and_then(|it| it.names.first());
    let report = report.map(|it| format!(", report `{it}`")).unwrap_or_default();
    let mut text = format!("`{}`{shape} of {service}{version}{report}", list.path());
    if !list.parents.is_empty() {
        let _ = write!(text, ", for each {}", kinds(list.parents));
    }
    text
}

fn ending(ending: &Ending, page: &mut String) {
    let versions = ending.before.map(|it| format!(", versions before {it}")).unwrap_or_default();
    let readers = STEPS.iter().filter(|step| ending.is_of(&step.list));
    let readers: Vec<_> = readers.map(|step| link(step.id)).collect();
    let readers = if readers.is_empty() { "nothing".to_owned() } else { readers.join(", ") };
    let Ending { path, stage, replacement, source, .. } = ending;
    let _ =
        writeln!(page, "| `{path}`{versions} | {stage} | {replacement} | {readers} | {source} |");
}

fn permission(permission: &Permission) -> String {
    match permission {
        Permission::Graph(it) => format!("the application permission `{it}`"),
        Permission::Action(it) => format!("the action `{it}`"),
        Permission::DataAction(it) => format!("the data action `{it}`"),
    }
}

fn entity(of: &EntityType, page: &mut String) {
    let _ = writeln!(page, "\n### `{}` ({})\n\n{}\n", of.kind, names(of.class), of.doc);
    if of.is_placed() {
        let _ = writeln!(page, "It lies in a resource group.\n");
    }
    properties(of.declared().collect(), page);
}

fn properties(mut properties: Vec<&Property>, page: &mut String) {
    properties.sort_by_key(|it| it.name);
    let _ = writeln!(page, "| property | type | from | meaning |\n| --- | --- | --- | --- |");
    for property in properties {
        let ty = match property.ty {
            Type::Text => "text",
            Type::Number => "number",
            Type::Flag => "true or false",
            Type::List => "list of texts",
            Type::Date => "time, in ms since 1970",
            Type::Any => "text, number, or true or false",
        };
        let null = if property.or_null { "; null if unknown" } else { "" };
        let paths: Vec<_> = property.paths().map(|it| format!("`{it}`")).collect();
        let (name, doc) = (property.name, property.doc);
        let itself = if property.is_volatile { " It changes by itself." } else { "" };
        let _ =
            writeln!(page, "| `{name}` | {ty}{null} | {} | {doc}{itself} |", paths.join(" or "));
    }
}

fn relationship(it: &Relationship, page: &mut String) {
    let end = |kind: &str| match kind {
        "*" => "anything".to_owned(),
        kind => format!("`{kind}`"),
    };
    let mapped = if it.is_mapped { " (mapped)" } else { "" };
    let (from, to) = (end(it.from), end(it.to));
    let _ = writeln!(page, "| `{}`{mapped} | {from} | {} | {to} |", it.kind, it.class);
}

/// A link to where a step is told of.
fn link(id: &str) -> String {
    format!("[`{id}`]({}#{id})", file_of(id))
}

fn names(names: &[&str]) -> String {
    let names: Vec<_> = names.iter().map(|it| format!("`{it}`")).collect();
    names.join(", ")
}

fn kinds(types: &[&EntityType]) -> String {
    names(&types.iter().map(|it| it.kind).collect::<Vec<_>>())
}
