//! Which types were not read completely, as the ledger says.

use std::collections::{BTreeMap, BTreeSet};

use collector::summary::Summary;
use steps::{DERIVED, Step};

use super::manifest::{Lack, Unread};

/// The types of entities and relationships that were not read completely, with why.
///
/// What the ledger calls incomplete outweighs what another step does not collect, and what some
/// step collects is not called uncollected because another does not.
pub(super) fn unread(summary: &Summary) -> BTreeMap<String, Unread> {
    let mut unread = BTreeMap::new();
    for entry in &summary.incomplete {
        let why = entry.reason.clone().unwrap_or_else(|| entry.status.as_str().to_owned());
        let new = Unread { lack: Lack::Incomplete, step: entry.step.clone(), why };
        let step = steps::find(&entry.step);
        let own = step.into_iter().flat_map(|step| types(step, summary));
        for kind in entry.kind.clone().into_iter().chain(own) {
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
