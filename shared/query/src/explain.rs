//! How a query was understood, for people.

use std::fmt::Write as _;

use crate::language::Direction;
use crate::plan::{Node, Operation, Output, Plan, Slot};

/// How a query was understood: where paths start, how they go on, and what is answered.
#[must_use]
pub fn explain(plan: &Plan) -> String {
    let mut text = String::new();
    if let Some(Slot::Entity(node)) = plan.slots.first() {
        let _ = writeln!(text, "start at {}", selected(node));
    }
    steps(plan, plan.first, 0, 1, &mut text);
    if plan.filter.is_some() {
        text.push_str("of paths, keep those that pass WHERE\n");
    }
    match &plan.output {
        Output::List { .. } => text.push_str("answer the different entities where paths start\n"),
        Output::Tree => text.push_str("answer the entities and relationships of all paths\n"),
        Output::Rows(rows) => {
            let names: Vec<&str> = rows.columns.iter().map(super::plan::ColumnOf::name).collect();
            let of = if rows.aggregates.is_empty() { "path" } else { "group of paths" };
            let _ = writeln!(text, "answer a row for each {of}: {}", names.join(", "));
        }
    }
    for note in &plan.notes {
        let _ = writeln!(text, "note: {note}");
    }
    for missing in &plan.missing {
        let _ = writeln!(text, "note: the parameter {missing} has to be given");
    }
    text
}

/// Tells the operations from one up to another.
fn steps(plan: &Plan, mut at: usize, end: usize, depth: usize, text: &mut String) {
    let indent = "  ".repeat(depth);
    while at != end {
        match &plan.operations[at] {
            Operation::End => return,
            Operation::Name { next, .. } => at = *next,
            Operation::Fork { inner, next } => {
                let _ = writeln!(text, "{indent}with these steps, and without them:");
                steps(plan, *inner, *next, depth + 1, text);
                at = *next;
            }
            Operation::Traverse { negated, verbs, direction, entity, next, .. } => {
                let way = match direction {
                    Direction::Both => "either way",
                    Direction::Out => "forwards",
                    Direction::In => "backwards",
                };
                let verbs =
                    if verbs.is_empty() { "any relationship".into() } else { verbs.join(" or ") };
                let no = if *negated { "only if there is no such step: " } else { "" };
                let node = match &plan.slots[*entity] {
                    Slot::Entity(node) => selected(node),
                    Slot::Relationship | Slot::Place => String::new(),
                };
                let _ = writeln!(text, "{indent}{no}over {verbs}, {way}, to {node}");
                at = *next;
            }
        }
    }
}

fn selected(node: &Node) -> String {
    let names = node.selectors.iter().map(|it| match (&it.name, &it.containing) {
        (name, Some(text)) => {
            format!("{} with the text {text:?}", name.as_deref().unwrap_or("anything"))
        }
        (Some(name), None) => name.clone(),
        (None, None) => "anything".to_owned(),
    });
    let names = names.collect::<Vec<_>>().join(" or ");
    if node.properties.is_empty() {
        return names;
    }
    format!("{names}, by {}", node.properties.join(", "))
}
