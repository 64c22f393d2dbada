//! What an answer rests on that was not read.

use std::collections::{BTreeMap, BTreeSet};

use super::answer::Unknown;
use super::order::{in_order, is_of};
use crate::language::Direction;
use crate::model::{Declared, Model};
use crate::plan::{Node, Operation, Plan, Slot};
use crate::tables::{Lack, Manifest, Tables, Unread};

/// Which of the types that were not read are meant.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    /// Those that make the answer uncertain. Of a class, types that are not collected do not.
    Matters,
    /// All that the query may reach.
    All,
}

/// The slots of the entities where paths may be, by operation.
pub(crate) struct Reach(Vec<BTreeSet<usize>>);

impl Reach {
    pub(crate) fn of(plan: &Plan) -> Self {
        let mut reach = vec![BTreeSet::new(); plan.operations.len()];
        reach[plan.first].insert(0);
        for (at, operation) in in_order(plan) {
            let here = reach[at].clone();
            match operation {
                Operation::End => (),
                Operation::Name { next, .. } | Operation::Traverse { negated: true, next, .. } => {
                    reach[*next].extend(here);
                }
                Operation::Fork { inner, next } => {
                    reach[*inner].extend(here.iter().copied());
                    reach[*next].extend(here);
                }
                Operation::Traverse { entity, next, .. } => {
                    reach[*next].insert(*entity);
                }
            }
        }
        Self(reach)
    }

    /// Those of one operation.
    pub(crate) fn at(&self, operation: usize) -> &BTreeSet<usize> {
        &self.0[operation]
    }
}

fn node(plan: &Plan, slot: usize) -> Option<&Node> {
    match plan.slots.get(slot) {
        Some(Slot::Entity(node)) => Some(node),
        _ => None,
    }
}

/// Whether a node may select entities of a type.
fn selects(model: &Model, node: &Node, kind: &str) -> bool {
    let mut names = node.selectors.iter().map(|it| &it.name);
    names.any(|name| name.as_ref().is_none_or(|it| kind == "*" || model.is(kind, it)))
}

/// The types of relationships that an operation may go over and that were not read completely.
fn relationships<'m>(
    plan: &Plan,
    model: &'m Model,
    manifest: &'m Manifest,
    reach: &Reach,
    at: usize,
    which: Which,
) -> Vec<(&'m str, &'m Unread)> {
    let Operation::Traverse { verbs, direction, entity, .. } = &plan.operations[at] else {
        return Vec::new();
    };
    let Some(right) = node(plan, *entity) else { return Vec::new() };
    let is_left = |kind: &str| {
        let mut left = reach.at(at).iter().filter_map(|slot| node(plan, *slot));
        left.any(|node| selects(model, node, kind))
    };
    let is_right = |kind: &str| selects(model, right, kind);
    let may_be = |it: &&Declared| {
        let is_class = verbs.is_empty() || verbs.iter().any(|verb| verb == it.class);
        let out = *direction != Direction::In && is_left(it.from) && is_right(it.to);
        let back = *direction != Direction::Out && is_left(it.to) && is_right(it.from);
        is_class && (out || back)
    };
    let is_there = manifest.relationships.iter().any(|it| {
        let any =
            |kinds: &BTreeSet<String>, is: &dyn Fn(&str) -> bool| kinds.iter().any(|it| is(it));
        is_of(it, verbs)
            && (any(&it.from, &is_left) && any(&it.to, &is_right)
                || any(&it.to, &is_left) && any(&it.from, &is_right))
    });
    let declared = model.relationships().iter().filter(may_be);
    let unread = declared.filter_map(|it| manifest.unread.get_key_value(&it.kind));
    // What is not collected only matters where there is nothing else to go over.
    let unread =
        unread.filter(|(_, it)| which == Which::All || it.lack != Lack::NotCollected || !is_there);
    unread.map(|(kind, unread)| (kind.as_str(), unread)).collect()
}

/// The types of entities that a node may select and that were not read completely.
fn entities<'m>(
    node: &Node,
    model: &'m Model,
    manifest: &'m Manifest,
    which: Which,
) -> Vec<(&'m str, &'m Unread)> {
    let mut found = Vec::new();
    for selector in &node.selectors {
        for (kind, unread) in &manifest.unread {
            let is_named = selector.name.as_ref() == Some(kind);
            let is_selected = match &selector.name {
                Some(name) => model.kinds(name).any(|it| it == kind),
                // The types of relationships are no types of entities.
                None => model.kinds(kind).next().is_some(),
            };
            let is_meant = unread.lack != Lack::NotCollected || is_named;
            let matters = which == Which::All || is_meant;
            if is_selected && matters && model.kinds(kind).any(|it| it == kind) {
                found.push((kind.as_str(), unread));
            }
        }
    }
    found
}

/// Whether something that an operation goes over may be there without having been read.
pub(crate) fn lacks_relationships(
    plan: &Plan,
    model: &Model,
    manifest: &Manifest,
    reach: &Reach,
    at: usize,
) -> bool {
    let Operation::Traverse { entity, .. } = &plan.operations[at] else { return false };
    let right = node(plan, *entity).map(|node| entities(node, model, manifest, Which::Matters));
    !relationships(plan, model, manifest, reach, at, Which::Matters).is_empty()
        || right.is_some_and(|it| !it.is_empty())
}

/// The types that a query may reach and that were not read or are not collected.
///
/// What is found of such a type later was not readable before: it is not new.
#[must_use]
pub fn reaches(plan: &Plan, model: &Model, tables: &Tables) -> BTreeSet<String> {
    let manifest = &tables.manifest;
    let reach = Reach::of(plan);
    let mut found = BTreeSet::new();
    for at in 0..plan.operations.len() {
        let kinds = relationships(plan, model, manifest, &reach, at, Which::All);
        found.extend(kinds.into_iter().map(|(kind, _)| kind.to_owned()));
    }
    for slot in &plan.slots {
        let Slot::Entity(node) = slot else { continue };
        let kinds = entities(node, model, manifest, Which::All);
        found.extend(kinds.into_iter().map(|(kind, _)| kind.to_owned()));
    }
    found
}

/// Whether what a query says of entities is still being read: a property that it names, or any that
/// they have.
#[must_use]
pub fn awaits(plan: &Plan, tables: &Tables, any: bool) -> bool {
    let names = |slot: usize, property: &String| {
        let mut fields = plan.fields.iter().filter(|it| it.slots.contains(&slot));
        any || fields.any(|it| it.property.as_ref() == Some(property))
    };
    (0..plan.slots.len()).filter_map(|slot| Some((slot, node(plan, slot)?))).any(|(slot, node)| {
        let tables = tables.manifest.entities.iter();
        let mut tables = tables.filter(|it| node.selectors.iter().any(|by| by.meets(it)));
        tables.any(|it| it.unread.iter().any(|(name, it)| it.pending && names(slot, name)))
    })
}

/// What an answer rests on that was not read: types, and properties that the query compares.
pub(crate) fn unknown(plan: &Plan, model: &Model, manifest: &Manifest) -> Vec<Unknown> {
    let mut unread: BTreeMap<&str, &Unread> = BTreeMap::new();
    let reach = Reach::of(plan);
    for at in 0..plan.operations.len() {
        unread.extend(relationships(plan, model, manifest, &reach, at, Which::Matters));
    }
    let mut compared: BTreeSet<(usize, String)> = BTreeSet::new();
    for (at, slot) in plan.slots.iter().enumerate() {
        let Slot::Entity(node) = slot else { continue };
        unread.extend(entities(node, model, manifest, Which::Matters));
        compared.extend(node.properties.iter().map(|it| (at, it.clone())));
    }
    if let Some(filter) = &plan.filter {
        let mut fields = Vec::new();
        super::test::fields(filter, &mut fields);
        for field in fields {
            let field = &plan.fields[field];
            let property = field.property.iter();
            compared.extend(
                property.flat_map(|it| field.slots.iter().map(move |slot| (*slot, it.clone()))),
            );
        }
    }
    let mut unknown: Vec<Unknown> = unread
        .into_iter()
        .map(|(kind, unread)| Unknown {
            kind: kind.to_owned(),
            property: None,
            entities: None,
            step: Some(unread.step.clone()),
            why: unread.why.clone(),
            pending: unread.lack == Lack::Pending,
        })
        .collect();
    let mut properties = BTreeMap::new();
    for (slot, property) in &compared {
        let Some(node) = node(plan, *slot) else { continue };
        for table in &manifest.entities {
            let is_selected = node.selectors.iter().any(|it| it.meets(table));
            if let Some(it) = table.unread.get(property).filter(|_| is_selected) {
                properties.insert((&table.kind, property), it);
            }
        }
    }
    unknown.extend(properties.into_iter().map(|((kind, property), it)| Unknown {
        kind: kind.clone(),
        property: Some(property.clone()),
        entities: Some(it.entities),
        step: None,
        why: it.why.clone(),
        pending: it.pending,
    }));
    unknown
}
