//! Which entities and relationships paths go over, without following a path.

use std::collections::{BTreeMap, BTreeSet};

use super::bits::Bits;
use super::nodes::Nodes;
use super::order::{in_order, is_of};
use super::unknown::{Reach, lacks_relationships};
use crate::language::Direction;
use crate::model::Model;
use crate::plan::{Operation, Plan};
use crate::tables::{Cell, Ends, TableError, Tables};

/// A relationship that paths go over from an entity to another.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Hop {
    /// Where the path is.
    pub(super) at: u32,
    /// The table of the relationship, and its row there.
    pub(super) table: u32,
    pub(super) row: u32,
    /// Whether the path goes against the relationship's direction.
    pub(super) is_back: bool,
    /// Where the path comes to.
    pub(super) other: u32,
}

/// A relationship with the entities at its ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link {
    /// The number of its table.
    pub table: u32,
    /// Its row there.
    pub row: u32,
    /// The entity where it starts.
    pub from: u32,
    /// The entity where it ends.
    pub to: u32,
}

impl Link {
    /// The entity at the other end than this one.
    #[must_use]
    pub const fn other(self, end: u32) -> u32 {
        if self.from == end { self.to } else { self.from }
    }
}

impl Hop {
    pub(super) const fn link(self) -> Link {
        let Self { at, table, row, is_back, other } = self;
        let (from, to) = if is_back { (other, at) } else { (at, other) };
        Link { table, row, from, to }
    }
}

/// What paths go over.
#[derive(Debug)]
pub(super) struct Walk {
    first: usize,
    /// Where paths are that come to each operation and, from there, to an end.
    here: Vec<Bits>,
    /// The relationships that they go over by each operation, by the entity where they are.
    hops: Vec<Hops>,
}

/// The relationships that paths go over by an operation, sorted.
///
/// There may be millions. They come in the order of their tables and rows, and twice: first to be
/// counted by the entity where they are, and then to be put in their places.
#[derive(Debug, Default)]
struct Hops {
    sorted: Vec<Hop>,
    /// Where those of each entity begin, and behind the last entity where all end. While they are
    /// put, those of an entity and before it are one place further on.
    begins: Vec<u32>,
}

impl Hops {
    /// None yet, of a graph with so many entities.
    fn new(count: u32) -> Self {
        Self { sorted: Vec::new(), begins: vec![0; count as usize + 2] }
    }

    fn count(&mut self, hop: Hop) {
        self.begins[hop.at as usize + 2] += 1;
    }

    /// Makes room for those that were counted.
    fn make_room(&mut self) {
        let mut all = 0;
        for begin in &mut self.begins {
            all += *begin;
            *begin = all;
        }
        self.sorted = vec![Hop::default(); all as usize];
    }

    fn put(&mut self, hop: Hop) {
        let place = &mut self.begins[hop.at as usize + 1];
        self.sorted[*place as usize] = hop;
        *place += 1;
    }

    /// Those that lead on from an entity.
    fn from(&self, at: u32) -> &[Hop] {
        let begin = |it: usize| self.begins.get(it).map_or(self.sorted.len(), |it| *it as usize);
        &self.sorted[begin(at as usize)..begin(at as usize + 1)]
    }
}

/// A table of relationships that an operation may go over.
#[derive(Clone, Copy)]
struct Candidate {
    table: usize,
    out: bool,
    back: bool,
}

impl Walk {
    pub(super) async fn new(
        plan: &Plan,
        model: &Model,
        tables: &Tables,
        nodes: &Nodes,
        certain: bool,
    ) -> Result<Self, TableError> {
        let count = tables.manifest.count();
        let mut ways = Ways { tables, ends: BTreeMap::new(), classes: BTreeMap::new() };
        let reach = Reach::of(plan);
        // From the end to the beginning: where paths can go on from.
        let mut needed: Vec<Bits> = Vec::with_capacity(plan.operations.len());
        let mut candidates: Vec<Vec<Candidate>> = Vec::with_capacity(plan.operations.len());
        for (at, operation) in plan.operations.iter().enumerate() {
            let (need, way) = match operation {
                Operation::End => (Bits::full(count), Vec::new()),
                Operation::Name { next, .. } => (needed[*next].clone(), Vec::new()),
                Operation::Fork { inner, next } => {
                    let mut need = needed[*inner].clone();
                    need.unite(&needed[*next]);
                    (need, Vec::new())
                }
                Operation::Traverse { negated, verbs, direction, entity, next, .. } => {
                    let mut targets = nodes.of(*entity).cloned().unwrap_or_else(|| Bits::new(0));
                    if !negated {
                        targets.intersect(&needed[*next]);
                    }
                    let way = ways.candidates(verbs, *direction, &targets);
                    let mut from = Bits::new(count);
                    ways.each(&way, verbs, None, &targets, |hop| from.insert(hop.at)).await?;
                    if *negated {
                        let mut need = needed[*next].clone();
                        need.remove(&from);
                        // Nothing is certainly not there if it was not read.
                        let is_unread = certain
                            && lacks_relationships(plan, model, &tables.manifest, &reach, at);
                        (if is_unread { Bits::new(count) } else { need }, Vec::new())
                    } else {
                        (from, way)
                    }
                }
            };
            needed.push(need);
            candidates.push(way);
        }
        // From the beginning to the end: where paths come to.
        let mut here = vec![Bits::new(count); plan.operations.len()];
        let mut hops: Vec<Hops> = plan.operations.iter().map(|_| Hops::default()).collect();
        let start = nodes.of(0).cloned().unwrap_or_else(|| Bits::new(count));
        here[plan.first] = start;
        for (at, operation) in in_order(plan) {
            let mut reached = std::mem::replace(&mut here[at], Bits::new(0));
            reached.intersect(&needed[at]);
            let mut pass_on = |to: usize| {
                let mut passed = reached.clone();
                passed.intersect(&needed[to]);
                here[to].unite(&passed);
            };
            match operation {
                Operation::End => (),
                Operation::Name { next, .. } | Operation::Traverse { negated: true, next, .. } => {
                    pass_on(*next);
                }
                Operation::Fork { inner, next } => {
                    pass_on(*inner);
                    pass_on(*next);
                }
                Operation::Traverse { verbs, entity, next, .. } => {
                    let mut targets = nodes.of(*entity).cloned().unwrap_or_else(|| Bits::new(0));
                    targets.intersect(&needed[*next]);
                    let (way, next) = (&candidates[at], &mut here[*next]);
                    let mut gone_over = Hops::new(count);
                    let each = |hop: Hop| gone_over.count(hop);
                    ways.each(way, verbs, Some(&reached), &targets, each).await?;
                    gone_over.make_room();
                    let each = |hop: Hop| {
                        gone_over.put(hop);
                        next.insert(hop.other);
                    };
                    ways.each(way, verbs, Some(&reached), &targets, each).await?;
                    hops[at] = gone_over;
                }
            }
            here[at] = reached;
        }
        Ok(Self { first: plan.first, here, hops })
    }

    /// Where paths start that come to an end.
    pub(super) fn starts(&self) -> &Bits {
        &self.here[self.first]
    }

    /// Where paths are that come to an operation.
    pub(super) fn here(&self, operation: usize) -> &Bits {
        &self.here[operation]
    }

    /// The relationships that paths go over by an operation.
    pub(super) fn hops(&self, operation: usize) -> &[Hop] {
        &self.hops[operation].sorted
    }

    /// Those of them that lead on from an entity.
    pub(super) fn hops_from(&self, operation: usize, at: u32) -> &[Hop] {
        self.hops[operation].from(at)
    }

    /// All entities and relationships that paths go over.
    pub(super) fn everything(&self) -> (Bits, Vec<Link>) {
        let mut entities = self.starts().clone();
        let mut links = BTreeSet::new();
        for hop in self.hops.iter().flat_map(|it| &it.sorted) {
            entities.insert(hop.other);
            links.insert(hop.link());
        }
        (entities, links.into_iter().collect())
    }
}

/// The relationships of tables, which are read once.
struct Ways<'a> {
    tables: &'a Tables,
    ends: BTreeMap<usize, Ends>,
    /// The classes of the relationships of a table, where they differ.
    classes: BTreeMap<usize, Vec<Cell>>,
}

impl Ways<'_> {
    /// The tables that may have relationships of some classes to some entities.
    fn candidates(&self, verbs: &[String], direction: Direction, to: &Bits) -> Vec<Candidate> {
        let manifest = &self.tables.manifest;
        let kinds: BTreeSet<&str> = manifest
            .entities
            .iter()
            .filter(|it| to.meets(it.range()))
            .map(|it| it.kind.as_str())
            .collect();
        let meets = |names: &BTreeSet<String>| names.iter().any(|it| kinds.contains(it.as_str()));
        let candidates = manifest.relationships.iter().enumerate().map(|(table, it)| Candidate {
            table,
            out: is_of(it, verbs) && direction != Direction::In && meets(&it.to),
            back: is_of(it, verbs) && direction != Direction::Out && meets(&it.from),
        });
        candidates.filter(|it| it.out || it.back).collect()
    }

    /// Hands over every relationship of some tables and classes by which paths come from some
    /// entities, or any, to others: in the order of tables and rows, on which [`Hops`] relies.
    async fn each(
        &mut self,
        candidates: &[Candidate],
        verbs: &[String],
        from: Option<&Bits>,
        to: &Bits,
        mut hand: impl FnMut(Hop),
    ) -> Result<(), TableError> {
        for Candidate { table: at, out, back } in candidates.iter().copied() {
            let table = &self.tables.manifest.relationships[at];
            if !self.ends.contains_key(&at) {
                self.ends.insert(at, self.tables.ends(table).await?);
            }
            if table.mixed && !verbs.is_empty() && !self.classes.contains_key(&at) {
                let rows: Vec<u32> = (0..table.count).collect();
                self.classes.insert(at, self.tables.column(table, "_class", &rows).await?);
            }
            let Some(ends) = self.ends.get(&at) else { continue };
            let classes = self.classes.get(&at).filter(|_| !verbs.is_empty());
            let is_from = |entity: u32| from.is_none_or(|it| it.contains(entity));
            for (row, (start, end)) in (0..).zip(ends.from.iter().zip(&ends.to)) {
                let class = classes.map(|it| &it[row as usize]);
                if class.is_some_and(|it| !has_class(it, verbs)) {
                    continue;
                }
                let table = u32::try_from(at).unwrap_or_default();
                if out && to.contains(*end) && is_from(*start) {
                    hand(Hop { at: *start, table, row, is_back: false, other: *end });
                }
                if back && to.contains(*start) && is_from(*end) {
                    hand(Hop { at: *end, table, row, is_back: true, other: *start });
                }
            }
        }
        Ok(())
    }
}

fn has_class(class: &Cell, verbs: &[String]) -> bool {
    matches!(class, Cell::Text(class) if verbs.iter().any(|it| it.as_str() == class.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relationships_lead_on_from_where_they_begin() {
        let hop = |at: u32, row: u32| Hop { at, table: 0, row, is_back: false, other: 0 };
        let all = [(40, 1), (3, 2), (40, 3), (0, 4), (41, 5)].map(|(at, row)| hop(at, row));
        let mut hops = Hops::new(42);
        for hop in all {
            hops.count(hop);
        }
        hops.make_room();
        for hop in all {
            hops.put(hop);
        }
        let from = |at: u32| hops.from(at).iter().map(|it| it.row).collect::<Vec<_>>();
        assert_eq!([from(0), from(3), from(40), from(41)], [vec![4], vec![2], vec![1, 3], vec![5]]);
        assert!([1, 2, 4, 39, 42, 1000].into_iter().all(|at| from(at).is_empty()));
        assert!(Hops::default().from(0).is_empty());
    }
}
