//! Answering a query from the tables of a snapshot, on one core.
//!
//! 1. For each set of entities that the query selects, its filter is tried on every row of its
//!    types, and what passes is one bit of a set (`nodes`).
//! 2. From the end of the query to its beginning, each set is reduced to what paths can go on from;
//!    then, from the beginning, to what paths come to (`walk`). No path is followed for that.
//! 3. An answer that asks for rows follows the paths that are left (`paths`), which all come to
//!    an end.
//!
//! Memory holds bits for each entity, 8 bytes for each relationship of the types that the query
//! goes over, 20 for each that some path goes over, and the rows that have to be sorted or told
//! apart.

mod answer;
mod bits;
mod content;
mod error;
mod evaluate;
mod executor;
mod group;
mod lookup;
mod nodes;
mod order;
mod paths;
mod relationships;
mod route;
mod rows;
mod test;
mod things;
mod unknown;
mod walk;

use std::ops::ControlFlow;

pub use answer::{Answer, Edge, Results, Thing, Unknown};
pub use content::content;
pub use error::ExecuteError;
pub use executor::{Options, PAGE};
pub use relationships::Relationships;
pub use route::{Route, entities_called, entity, neighbours, route};
pub use unknown::{awaits, reaches};
pub use walk::Link;
pub(crate) use {
    evaluate::is_aggregate,
    nodes::stored,
    order::is_of,
    unknown::{Reach, lacks_relationships, unknown},
};

use crate::model::Model;
use crate::plan::{By, Order, Output, Plan};
use crate::tables::{Cell, Tables};
use bits::Bits;
use executor::{Executor, MOST_ROWS};
use lookup::Lookups;
use nodes::Nodes;
use paths::Path;
use walk::Walk;

/// Answers a query.
///
/// # Errors
///
/// If a table cannot be read, a parameter is missing, or more has to be kept than memory should
/// hold.
pub async fn execute(
    plan: &Plan,
    model: &Model,
    tables: &Tables,
    options: &Options,
) -> Result<Answer, ExecuteError> {
    if !plan.missing.is_empty() {
        return Err(ExecuteError::Parameters(plan.missing.join(", ")));
    }
    let nodes = Nodes::select(plan, tables, options.certain).await?;
    let walk = Walk::new(plan, model, tables, &nodes, options.certain).await?;
    let executor = Executor { plan, tables, options, walk: &walk };
    let mut answer = match &plan.output {
        Output::List { order } => executor.list(order).await?,
        Output::Tree => executor.tree().await?,
        Output::Rows(rows) => executor.rows(rows).await?,
    };
    answer.notes.splice(0..0, plan.notes.iter().cloned());
    answer.unknown = unknown::unknown(plan, model, &tables.manifest);
    Ok(answer)
}

impl Executor<'_> {
    async fn list(&self, order: &[Order]) -> Result<Answer, ExecuteError> {
        let starts = self.starts().await?;
        let total = starts.count();
        let (skip, most) = self.window();
        let page: Vec<u32> = if order.is_empty() {
            starts.iter().skip(skip).take(most).collect()
        } else {
            let end = skip.saturating_add(most);
            self.sorted(&starts, order, end).await?.into_iter().skip(skip).collect()
        };
        let next = self.next(page.len(), skip.saturating_add(page.len()) < total);
        let things = things::entities(self.tables, &page).await?;
        Ok(Answer::new(Results::List(things), Some(total as u64), next))
    }

    /// The first entities in the order that a query asks for, up to an end.
    async fn sorted(
        &self,
        starts: &Bits,
        order: &[Order],
        end: usize,
    ) -> Result<Vec<u32>, ExecuteError> {
        let fields = order.iter().flat_map(|it| match &it.by {
            By::Expression(expression) => evaluate::fields(expression),
            By::Column(_) => Vec::new(),
        });
        let fields: Vec<usize> = fields.collect();
        let certain = self.options.certain;
        let (plan, walk) = (self.plan, self.walk);
        let lookups =
            Lookups::read(plan, &plan.fields, self.tables, walk, &fields, certain).await?;
        let mut rows: Vec<(Vec<Cell>, u32)> = Vec::new();
        for start in starts.iter() {
            let path = Path::at(self.plan, start);
            let get = |field: usize| lookups.value(&path, field);
            let keys = order.iter().map(|it| match &it.by {
                By::Expression(expression) => evaluate::evaluate(expression, &get, &[]),
                By::Column(_) => Cell::Undefined,
            });
            rows.push((keys.collect(), start));
            if rows.len() > MOST_ROWS {
                return Err(ExecuteError::TooManyRows(MOST_ROWS));
            }
        }
        let compare = |left: &(Vec<Cell>, u32), right: &(Vec<Cell>, u32)| {
            rows::compare(order, &left.0, &right.0).then(left.1.cmp(&right.1))
        };
        // What comes after the page need not be sorted.
        if end < rows.len() {
            rows.select_nth_unstable_by(end, compare);
            rows.truncate(end);
        }
        rows.sort_unstable_by(compare);
        Ok(rows.into_iter().map(|(_, start)| start).collect())
    }

    async fn tree(&self) -> Result<Answer, ExecuteError> {
        let (vertices, edges) = if self.plan.filter.is_none() {
            self.walk.everything()
        } else {
            let mut vertices = Bits::new(self.tables.manifest.count());
            let mut edges = std::collections::BTreeSet::new();
            self.follow(&self.plan.fields, Vec::new(), |path, _| {
                path.each(
                    |entity| vertices.insert(entity),
                    |edge| {
                        edges.insert(edge);
                    },
                );
                ControlFlow::Continue(())
            })
            .await?;
            (vertices, edges.into_iter().collect())
        };
        let (skip, most) = self.window();
        let total = vertices.count();
        let page: Vec<u32> = vertices.iter().skip(skip).take(most).collect();
        let next = self.next(page.len(), skip.saturating_add(page.len()) < total);
        let is_shown = |entity: &u32| page.binary_search(entity).is_ok();
        let edges: Vec<_> =
            edges.into_iter().filter(|it| is_shown(&it.from) && is_shown(&it.to)).collect();
        let things = things::entities(self.tables, &page).await?;
        let edges = things::relationships(self.tables, &edges).await?;
        Ok(Answer::new(Results::Tree { vertices: things, edges }, Some(total as u64), next))
    }
}
