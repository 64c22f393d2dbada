//! Following paths, one after the other.

use std::ops::ControlFlow;

use super::walk::{Hop, Link, Walk};
use crate::plan::{Operation, Plan};

/// What a path has in a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Binding {
    /// The path does not go by it.
    Unbound,
    /// The path goes on because there is none.
    Nothing,
    /// An entity.
    Entity(u32),
    /// A relationship.
    Link(Link),
}

/// A path.
pub(super) struct Path<'a> {
    bindings: std::borrow::Cow<'a, [Binding]>,
}

impl Path<'_> {
    /// A path that is only where it starts.
    pub(super) fn at(plan: &Plan, start: u32) -> Self {
        let mut bindings = vec![Binding::Unbound; plan.slots.len()];
        bindings[0] = Binding::Entity(start);
        Self { bindings: bindings.into() }
    }

    /// Where it starts.
    pub(super) fn start(&self) -> u32 {
        match self.bindings[0] {
            Binding::Entity(entity) => entity,
            _ => 0,
        }
    }

    /// What it has in the first of some slots that it goes by.
    pub(super) fn binding(&self, slots: &[usize]) -> Binding {
        let mut bound = slots.iter().map(|it| self.bindings[*it]);
        bound.find(|it| *it != Binding::Unbound).unwrap_or(Binding::Unbound)
    }

    /// Hands over what it goes over.
    pub(super) fn each(&self, mut entity: impl FnMut(u32), mut link: impl FnMut(Link)) {
        for binding in self.bindings.iter() {
            match binding {
                Binding::Entity(it) => entity(*it),
                Binding::Link(it) => link(*it),
                Binding::Unbound | Binding::Nothing => (),
            }
        }
    }
}

/// How much is left out after a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// What else starts where it does.
    Start,
    /// Everything.
    All,
}

/// What follows paths.
pub(super) struct Follower<'a> {
    plan: &'a Plan,
    walk: &'a Walk,
}

impl<'a> Follower<'a> {
    pub(super) const fn new(plan: &'a Plan, walk: &'a Walk) -> Self {
        Self { plan, walk }
    }

    /// Hands over every path, in the order of where they start.
    pub(super) fn all(&self, mut each: impl FnMut(&Path<'_>) -> ControlFlow<Stop>) {
        let mut bindings = vec![Binding::Unbound; self.plan.slots.len()];
        for start in self.walk.starts().iter() {
            bindings[0] = Binding::Entity(start);
            let followed = self.from(self.plan.first, start, &mut bindings, &mut each);
            if followed == ControlFlow::Break(Stop::All) {
                return;
            }
            bindings.fill(Binding::Unbound);
        }
    }

    fn from(
        &self,
        operation: usize,
        at: u32,
        bindings: &mut [Binding],
        each: &mut impl FnMut(&Path<'_>) -> ControlFlow<Stop>,
    ) -> ControlFlow<Stop> {
        match &self.plan.operations[operation] {
            Operation::End => each(&Path { bindings: (&*bindings).into() }),
            Operation::Name { slot, next } => {
                bindings[*slot] = Binding::Entity(at);
                self.from(*next, at, bindings, each)?;
                bindings[*slot] = Binding::Unbound;
                ControlFlow::Continue(())
            }
            Operation::Fork { inner, next } => {
                for way in [*next, *inner] {
                    if self.walk.here(way).contains(at) {
                        self.from(way, at, bindings, each)?;
                    }
                }
                ControlFlow::Continue(())
            }
            Operation::Traverse { negated: true, relationship, entity, next, .. } => {
                bindings[*relationship] = Binding::Nothing;
                bindings[*entity] = Binding::Nothing;
                self.from(*next, at, bindings, each)?;
                bindings[*relationship] = Binding::Unbound;
                bindings[*entity] = Binding::Unbound;
                ControlFlow::Continue(())
            }
            Operation::Traverse { relationship, entity, next, .. } => {
                for hop in self.walk.hops_from(operation, at) {
                    let Hop { other, .. } = *hop;
                    bindings[*relationship] = Binding::Link(hop.link());
                    bindings[*entity] = Binding::Entity(other);
                    self.from(*next, other, bindings, each)?;
                }
                bindings[*relationship] = Binding::Unbound;
                bindings[*entity] = Binding::Unbound;
                ControlFlow::Continue(())
            }
        }
    }
}
