//! Following the paths of a query, whatever is made of them.

use std::ops::ControlFlow;

use super::bits::Bits;
use super::error::ExecuteError;
use super::lookup::Lookups;
use super::paths::{Follower, Path, Stop};
use super::test;
use super::walk::Walk;
use crate::plan::{Field, Plan};
use crate::tables::Tables;

/// How to answer.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Whether what rests on what is not known is left out.
    pub certain: bool,
    /// How many rows are left out at the beginning, besides those that the query leaves out.
    pub offset: u64,
    /// How many rows are answered at most, if the query does not say; none for all.
    pub limit: Option<u64>,
}

/// How many rows are answered unless a query or its asker says otherwise, as `JupiterOne` does.
pub const PAGE: u64 = 250;

impl Default for Options {
    fn default() -> Self {
        Self { certain: false, offset: 0, limit: Some(PAGE) }
    }
}

/// How many rows are kept at most for being sorted, told apart or counted.
pub(super) const MOST_ROWS: usize = 2_000_000;

/// What a query is answered with.
pub(super) struct Executor<'a> {
    pub(super) plan: &'a Plan,
    pub(super) tables: &'a Tables,
    pub(super) options: &'a Options,
    pub(super) walk: &'a Walk,
}

impl Options {
    /// How many rows of a plan are left out, and how many follow at most.
    pub(crate) fn window(&self, plan: &Plan) -> (u64, Option<u64>) {
        let skip = plan.skip.saturating_add(self.offset);
        // What is on earlier pages counts.
        let most = plan.limit.map(|it| it.saturating_sub(self.offset));
        (skip, most.or(self.limit))
    }
}

impl Executor<'_> {
    /// Which rows are answered: how many are left out, and how many follow at most.
    pub(super) fn window(&self) -> (usize, usize) {
        let (skip, most) = self.options.window(self.plan);
        let size = |it: u64| usize::try_from(it).unwrap_or(usize::MAX);
        (size(skip), most.map_or(usize::MAX, size))
    }

    /// Where the next page begins, if rows are left.
    pub(super) fn next(&self, shown: usize, is_more: bool) -> Option<u64> {
        let is_limited = self.plan.limit.is_some();
        (is_more && !is_limited).then(|| self.options.offset + shown as u64)
    }

    /// Follows every path that passes the query's filter.
    pub(super) async fn follow(
        &self,
        fields: &[Field],
        mut wanted: Vec<usize>,
        mut each: impl FnMut(&Path<'_>, &Lookups<'_>) -> ControlFlow<Stop>,
    ) -> Result<(), ExecuteError> {
        if let Some(filter) = &self.plan.filter {
            test::fields(filter, &mut wanted);
        }
        let certain = self.options.certain;
        let lookups =
            Lookups::read(self.plan, fields, self.tables, self.walk, &wanted, certain).await?;
        let follower = Follower::new(self.plan, self.walk);
        follower.all(|path| {
            let passes = self.plan.filter.as_ref().is_none_or(|filter| {
                let get = |field: usize| lookups.get(path, field);
                test::passes(filter, &get)
            });
            if passes { each(path, &lookups) } else { ControlFlow::Continue(()) }
        });
        Ok(())
    }

    /// The different entities where paths start that pass the filter.
    pub(super) async fn starts(&self) -> Result<Bits, ExecuteError> {
        let starts = self.walk.starts();
        if self.plan.filter.is_none() {
            return Ok(starts.clone());
        }
        let mut passing = Bits::new(self.tables.manifest.count());
        self.follow(&self.plan.fields, Vec::new(), |path, _| {
            passing.insert(path.start());
            ControlFlow::Break(Stop::Start)
        })
        .await?;
        Ok(passing)
    }
}
