//! Which types were not read completely, as the ledger says.

use std::collections::{BTreeMap, BTreeSet};

use collector::ledger::{Entry, Status};
use collector::summary::Summary;
use steps::{DERIVED, Step};

use super::manifest::{Lack, Unread};

/// The types of entities and relationships that were not read completely, with why.
///
/// What the ledger calls incomplete outweighs what another step does not collect, and what some
/// step collects is not called uncollected because another does not.
pub(super) fn unread(summary: &Summary) -> BTreeMap<String, Unread> {
    let mut unread = BTreeMap::new();
    // What is still being read comes first: whoever goes by it may wait.
    let (pending, others): (Vec<&Entry>, Vec<&Entry>) =
        summary.incomplete.iter().partition(|it| it.status == Status::Pending);
    for entry in pending.into_iter().chain(others) {
        let why = entry.reason.clone().unwrap_or_else(|| entry.status.as_str().to_owned());
        let is_pending = entry.status == Status::Pending;
        let lack = if is_pending { Lack::Pending } else { Lack::Incomplete };
        let new = Unread { lack, step: entry.step.clone(), why };
        let step = steps::find(&entry.step);
        let own = step.into_iter().flat_map(|step| types(step, summary));
        // Entities that it only adds properties to were read.
        for kind in entry.kind.clone().filter(|_| !is_pending).into_iter().chain(own) {
            unread.entry(kind).or_insert_with(|| new.clone());
        }
    }
    for rule in DERIVED {
        for member in rule.members {
            let source = [member.direct, rule.nesting].into_iter().find_map(|it| unread.get(it));
            if let Some(source) = source.cloned() {
                unread.entry(member.becomes.to_owned()).or_insert(source);
            }
        }
    }
    // The ledger has the steps of all instances of a tenant, and the plan those of one.
    let read: BTreeSet<&str> = summary.ledger.iter().map(|it| it.step.as_str()).collect();
    let mut collected: BTreeSet<String> = summary.graph.entities.keys().cloned().collect();
    collected.extend(summary.graph.relationships.keys().cloned());
    for step in read.iter().filter_map(|it| steps::find(it)) {
        collected.extend(types(step, summary));
    }
    for planned in &summary.steps {
        let (Some(why), Some(step)) = (&planned.disabled, steps::find(&planned.id)) else {
            continue;
        };
        for kind in types(step, summary) {
            if !unread.contains_key(&kind) && !collected.contains(&kind) {
                let (step, why) = (planned.id.clone(), why.clone());
                unread.insert(kind, Unread { lack: Lack::NotCollected, step, why });
            }
        }
    }
    unread
}

/// The properties that are still being read, by the type of the entities that have them, with why.
pub(super) fn pending(summary: &Summary) -> BTreeMap<&'static str, BTreeMap<&'static str, String>> {
    let mut pending: BTreeMap<&str, BTreeMap<&str, String>> = BTreeMap::new();
    for entry in summary.incomplete.iter().filter(|it| it.status == Status::Pending) {
        let patches = steps::find(&entry.step).into_iter().flat_map(Step::patches);
        for (of, property) in patches {
            let why = entry.reason.clone().unwrap_or_default();
            pending.entry(of.kind).or_default().insert(property.name, why);
        }
    }
    pending
}

/// The types that a step finds, of entities and of relationships.
fn types(step: &'static Step, summary: &Summary) -> Vec<String> {
    let entities = step.entity_types().map(|it| it.kind.to_owned());
    let relationships = step.relationships().into_iter().map(|it| it.kind);
    // Where a step relates to anything, only the graph tells to what.
    let patterns = step.relationships().iter().any(|it| it.kind.contains('*'));
    let graph = summary.graph.relationships.keys();
    let matching = graph.filter(|kind| patterns && step.may_relate(kind)).cloned();
    entities.chain(relationships.filter(|kind| !kind.contains('*'))).chain(matching).collect()
}
