//! What an answer follows from.

use sha2::{Digest as _, Sha256};

use super::order::is_of;
use super::unknown::{reaches, unknown};
use crate::model::Model;
use crate::plan::{Operation, Plan, Slot};
use crate::tables::Tables;

/// A digest of everything that the answer to a query follows from: the rows of the tables that the
/// query reads, what of them was not read, and this version of the program. While it is the same,
/// so is the answer. None if the answer depends on when the query is asked, or if an earlier
/// version wrote the tables, which do not say what they hold.
#[must_use]
pub fn content(plan: &Plan, model: &Model, tables: &Tables) -> Option<String> {
    if plan.depends_on_time {
        return None;
    }
    let manifest = &tables.manifest;
    let nodes = plan.slots.iter().filter_map(|slot| match slot {
        Slot::Entity(node) => Some(node),
        Slot::Relationship | Slot::Place => None,
    });
    let selectors: Vec<_> = nodes.flat_map(|it| &it.selectors).collect();
    let entities =
        manifest.entities.iter().filter(|table| selectors.iter().any(|it| it.meets(table)));
    let relationships = manifest.relationships.iter().filter(|table| {
        plan.operations.iter().any(|operation| match operation {
            Operation::Traverse { verbs, .. } => is_of(table, verbs),
            Operation::End | Operation::Fork { .. } | Operation::Name { .. } => false,
        })
    });
    let mut digest = Sha256::new();
    digest.update(env!("CARGO_PKG_VERSION"));
    for table in entities.chain(relationships) {
        if table.content.is_empty() {
            return None;
        }
        digest.update(format!("\n{} {}", table.kind, table.content));
    }
    for kind in reaches(plan, model, tables) {
        digest.update(format!("\n{kind} was not read"));
    }
    for unknown in unknown(plan, model, manifest) {
        digest.update(format!("\n{unknown:?}"));
    }
    Some(hex::encode(digest.finalize()))
}
