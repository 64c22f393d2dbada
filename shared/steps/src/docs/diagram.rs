//! Diagrams of the main types of a service and how they relate, in Mermaid.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::step::Step;

/// How many relationships a diagram shows. With more, nobody can read it.
const MOST: usize = 25;

/// A relationship between two types of entity.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Edge {
    from: &'static str,
    class: String,
    to: &'static str,
}

/// The diagram of the entities of some steps. Nothing if they relate none.
///
/// Relationships within the service come first, then those with types of other services. What a
/// resource group has, and what is mapped, says the least and is shown last.
pub(super) fn diagram(steps: &[&'static Step]) -> Option<String> {
    let own: BTreeSet<&str> =
        steps.iter().flat_map(|step| step.entity_types()).map(|it| it.kind).collect();
    let mut edges: Vec<(u32, Edge)> = Vec::new();
    for it in steps.iter().flat_map(|step| step.relationships()) {
        let is_any = [it.from, it.to].contains(&"*");
        let edge = Edge { from: it.from, class: it.class.to_string(), to: it.to };
        if is_any || edges.iter().any(|(_, known)| *known == edge) {
            continue;
        }
        let strangers = [it.from, it.to].iter().filter(|kind| !own.contains(*kind)).count();
        let rank = match (it.is_mapped, it.from) {
            (true, _) => 4,
            (_, "azure_resource_group") if strangers > 0 => 3,
            _ if strangers > 1 => 2,
            _ if strangers > 0 => 1,
            _ => 0,
        };
        edges.push((rank, edge));
    }
    if edges.is_empty() {
        return None;
    }
    edges.sort();
    let all = edges.len();
    // One of each type first, then a second, so that no type has all of the room.
    let mut shown: BTreeMap<&str, u32> = BTreeMap::new();
    for (rank, edge) in &mut edges {
        let nth = shown.entry(edge.from).or_default();
        *rank = *rank * 1000 + *nth;
        *nth += 1;
    }
    edges.sort();
    edges.truncate(MOST);
    edges.sort_by(|(_, one), (_, other)| one.cmp(other));
    let mut text = String::new();
    if all > MOST {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "The diagram shows {MOST} of {all} kinds of relationship.\n");
    }
    text.push_str("```mermaid\ngraph LR\n");
    for (_, Edge { from, class, to }) in edges {
        let _ = writeln!(text, "  {from} -->|{class}| {to}");
    }
    text.push_str("```\n");
    Some(text)
}
