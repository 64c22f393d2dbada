//! The operations of a query in order, and the tables that they go over.

use crate::plan::{Operation, Plan};
use crate::tables::Table;

/// The operations that the walk goes over, from the beginning to the end.
pub(super) fn in_order(plan: &Plan) -> impl Iterator<Item = (usize, &Operation)> {
    plan.operations.iter().enumerate().rev()
}

/// Whether a table has relationships of one of some classes.
pub(crate) fn is_of(table: &Table, verbs: &[String]) -> bool {
    verbs.is_empty() || verbs.iter().any(|it| table.classes.contains(it))
}
