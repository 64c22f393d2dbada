//! The types of entities and relationships that people name.

use std::collections::BTreeSet;

use collector::summary::Linked;
use query::language::nearest;
use steps::{DERIVED, STEPS};

use crate::Error;

/// Makes sure that a type is one that a graph has, or could have.
pub(crate) fn check<'g>(
    kind: &str,
    graphs: impl IntoIterator<Item = &'g Linked>,
) -> Result<(), Error> {
    let mut known = declared();
    for graph in graphs {
        let kinds = graph.entities.keys().chain(graph.relationships.keys());
        known.extend(kinds.cloned());
    }
    among(kind, &known)
}

/// Makes sure that a type is one of those that are known.
pub(crate) fn among(kind: &str, known: &BTreeSet<String>) -> Result<(), Error> {
    if known.contains(kind) {
        return Ok(());
    }
    let hint = match nearest(kind, known.iter().map(String::as_str)) {
        Some(near) => format!("did you mean {near}?"),
        None => "`tenantgraph docs model` lists all types".to_owned(),
    };
    Err(format!("there is no type {kind}; {hint}").into())
}

/// Makes sure that there is a step with an id.
pub(crate) fn step(id: &str) -> Result<(), Error> {
    if steps::find(id).is_some() {
        return Ok(());
    }
    let hint = match nearest(id, STEPS.iter().map(|it| it.id)) {
        Some(near) => format!("did you mean {near}?"),
        None => "`tenantgraph plan` lists all steps".to_owned(),
    };
    Err(format!("there is no step {id}; {hint}").into())
}

/// Every type that steps declare, or that follows from what they find.
pub(crate) fn declared() -> BTreeSet<String> {
    let mut kinds = BTreeSet::new();
    for step in STEPS {
        let entities = step.entity_types().chain(step.patched_types());
        kinds.extend(entities.map(|it| it.kind.to_owned()));
        kinds.extend(step.relationships().into_iter().map(|it| it.kind));
    }
    kinds.extend(DERIVED.iter().flat_map(|it| it.members).map(|it| it.becomes.to_owned()));
    kinds.retain(|it| !it.contains('*'));
    kinds
}
