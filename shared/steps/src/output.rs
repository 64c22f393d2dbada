//! What items become.

use graph::{Entity, Reference};

use crate::discovery::Discovery;

/// What a step found, in the order it was found.
#[derive(Clone, Debug, Default)]
pub struct Output {
    /// The entities.
    pub entities: Vec<Entity>,
    /// The references. Their ends may be found by other steps.
    pub references: Vec<Reference>,
    /// The subscriptions that instances may be made for.
    pub discoveries: Vec<Discovery>,
    /// The properties, as `type.property`, that were not of their declared type and were left out,
    /// and what else was not understood.
    pub drift: Vec<String>,
    /// How often an entity or a relationship is missing because something was not understood.
    pub unreadable: u64,
}

impl Output {
    /// Counts something that was not understood and that an entity or a relationship depends on.
    pub(crate) fn lose(&mut self, what: String) {
        self.drift.push(what);
        self.unreadable += 1;
    }

    /// How many things were found, or not understood.
    pub(crate) fn found(&self) -> u64 {
        let found = self.entities.len() + self.references.len() + self.discoveries.len();
        found as u64 + self.unreadable
    }
}
