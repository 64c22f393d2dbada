//! The names that queries can use: what steps declare, and what a snapshot has.

use std::collections::{BTreeMap, BTreeSet};

use steps::{DERIVED, STEPS};

use crate::language::nearest;
use crate::tables::Manifest;

/// The properties that entities have besides those of their type.
pub(crate) const METADATA: [&str; 19] = [
    "_beginOn",
    "_class",
    "_createdOn",
    "_deleted",
    "_endOn",
    "_fromEntityKey",
    "_id",
    "_integrationClass",
    "_integrationInstanceId",
    "_integrationName",
    "_integrationType",
    "_key",
    "_source",
    "_staleProperties",
    "_staleReason",
    "_staleSince",
    "_toEntityKey",
    "_type",
    "_version",
];

/// The names that queries can use.
#[derive(Debug, Default)]
pub struct Model {
    /// The types of entities, with their classes.
    types: BTreeMap<String, BTreeSet<String>>,
    classes: BTreeSet<String>,
    /// The classes of relationships.
    verbs: BTreeSet<String>,
    /// The properties of entities, by type.
    properties: BTreeMap<String, BTreeSet<String>>,
    /// The properties of relationships of any type.
    of_relationships: BTreeSet<String>,
    relationships: Vec<Declared>,
}

/// A type of relationship that a step or a rule declares.
#[derive(Debug)]
pub(crate) struct Declared {
    /// Its type.
    pub(crate) kind: String,
    /// Its class.
    pub(crate) class: &'static str,
    /// The type of entity where it starts, or `*`.
    pub(crate) from: &'static str,
    /// The type of entity where it ends, or `*`.
    pub(crate) to: &'static str,
}

impl Model {
    /// The names that steps declare, and those of a snapshot if there is one.
    #[must_use]
    pub fn new(manifest: Option<&Manifest>) -> Self {
        let mut model = Self::default();
        for step in STEPS {
            for of in step.entity_types().chain(step.patched_types()) {
                let classes = of.class.iter().map(|it| (*it).to_owned());
                model.types.entry(of.kind.to_owned()).or_default().extend(classes);
                let properties = of.declared().map(|it| it.name.to_owned());
                model.properties.entry(of.kind.to_owned()).or_default().extend(properties);
            }
            // What a step adds to entities that another step finds.
            for (of, property) in step.patches() {
                let properties = model.properties.entry(of.kind.to_owned()).or_default();
                properties.insert(property.name.to_owned());
            }
            for declared in step.relationships() {
                model.relationships.push(Declared {
                    kind: declared.kind,
                    class: declared.class.as_str(),
                    from: declared.from,
                    to: declared.to,
                });
            }
        }
        for rule in DERIVED {
            model.relationships.extend(rule.members.iter().map(|member| Declared {
                kind: member.becomes.to_owned(),
                class: member.class.as_str(),
                from: rule.of.kind,
                to: member.to.kind,
            }));
        }
        model.verbs.extend(model.relationships.iter().map(|it| it.class.to_owned()));
        if let Some(manifest) = manifest {
            for table in &manifest.entities {
                let classes = table.classes.iter().cloned();
                model.types.entry(table.kind.clone()).or_default().extend(classes);
                let properties = table.columns.iter().map(|it| it.property.clone());
                model.properties.entry(table.kind.clone()).or_default().extend(properties);
            }
            for table in &manifest.relationships {
                model.verbs.extend(table.classes.iter().cloned());
                let properties = table.columns.iter().map(|it| it.property.clone());
                model.of_relationships.extend(properties);
            }
        }
        model.classes = model.types.values().flatten().cloned().collect();
        model
    }

    /// What is wrong with the name of a class or a type, if something is.
    pub(crate) fn doubt_kind(&self, name: &str) -> Option<String> {
        if self.types.contains_key(name) || self.classes.contains(name) {
            return None;
        }
        let names = self.types.keys().chain(&self.classes).map(String::as_str);
        let is_type = name.starts_with(|it: char| it.is_lowercase());
        let hint = self.by_words(name).or_else(|| nearest(name, names));
        let hint = hint.map(|it| format!("; did you mean {it}?"));
        let sort = if is_type { "type" } else { "class" };
        Some(format!("there is no {sort} {name}{}", hint.unwrap_or_default()))
    }

    /// The type that has the words of another, but for one that is left out or too many.
    fn by_words(&self, name: &str) -> Option<&str> {
        let words = |name: &str| -> Vec<String> { name.split('_').map(str::to_owned).collect() };
        let wanted = words(name);
        let is_part = |part: &[String], whole: &[String]| {
            whole.len() == part.len() + 1
                && (0..whole.len()).any(|at| [&whole[..at], &whole[at + 1..]].concat() == part)
        };
        let mut types = self.types.keys().filter(|_| wanted.len() > 2);
        types
            .find(|it| {
                let words = words(it);
                words.len() > 2 && (is_part(&wanted, &words) || is_part(&words, &wanted))
            })
            .map(String::as_str)
    }

    /// What is wrong with the class of a relationship, if something is.
    pub(crate) fn doubt_verb(&self, name: &str) -> Option<String> {
        let upper = name.to_uppercase();
        if self.verbs.contains(&upper) {
            return None;
        }
        let hint = nearest(&upper, self.verbs.iter().map(String::as_str));
        let hint = hint.map(|it| format!("; did you mean {it}?"));
        Some(format!("no relationship has the class {upper}{}", hint.unwrap_or_default()))
    }

    /// What is wrong with the name of a property of entities of some classes or types, if something
    /// is.
    pub(crate) fn doubt_property(&self, kinds: &[&str], property: &str) -> Option<String> {
        if METADATA.contains(&property) || property.starts_with("tag.") {
            return None;
        }
        let types: Vec<&String> = self
            .types
            .iter()
            .filter(|(kind, classes)| {
                kinds.iter().any(|it| *it == kind.as_str() || classes.contains(*it))
            })
            .map(|(kind, _)| kind)
            .collect();
        let known: BTreeSet<&str> = types
            .iter()
            .filter_map(|kind| self.properties.get(*kind))
            .flatten()
            .map(String::as_str)
            .collect();
        // Nothing is known of what is not in the model.
        if types.is_empty() || known.contains(property) || is_open(&known, property) {
            return None;
        }
        let hint = nearest(property, known).map(|it| format!("; did you mean {it}?"));
        let kinds = kinds.join(" or ");
        Some(format!("{kinds} has no property {property}{}", hint.unwrap_or_default()))
    }

    /// The types of entities, each with its classes.
    pub fn types(&self) -> impl Iterator<Item = (&str, &BTreeSet<String>)> {
        self.types.iter().map(|(kind, classes)| (kind.as_str(), classes))
    }

    /// The classes of relationships.
    pub fn verbs(&self) -> impl Iterator<Item = &str> {
        self.verbs.iter().map(String::as_str)
    }

    /// The properties of entities of a type.
    pub fn properties(&self, kind: &str) -> impl Iterator<Item = &str> {
        self.properties.get(kind).into_iter().flatten().map(String::as_str)
    }

    /// The types of relationships that are declared.
    pub(crate) fn relationships(&self) -> &[Declared] {
        &self.relationships
    }

    /// Whether a type is named by a class or a type.
    pub(crate) fn is(&self, kind: &str, name: &str) -> bool {
        kind == name || self.types.get(kind).is_some_and(|classes| classes.contains(name))
    }

    /// The types that a class or a type names.
    pub(crate) fn kinds<'m>(&'m self, name: &'m str) -> impl Iterator<Item = &'m str> {
        let named = self
            .types
            .iter()
            .filter(move |(kind, classes)| kind.as_str() == name || classes.contains(name));
        named.map(|(kind, _)| kind.as_str())
    }
}

/// Whether a property is one of several that are declared as one, such as `tag.*`.
fn is_open(known: &BTreeSet<&str>, property: &str) -> bool {
    let mut open = known.iter().filter_map(|it| it.split_once('*'));
    open.any(|(before, after)| property.starts_with(before) && property.ends_with(after))
}
