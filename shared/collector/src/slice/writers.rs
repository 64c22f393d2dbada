//! What a slice writes: parts of entities and references, and what is kept for the next job.

use crate::layout::Content;
use crate::part::PartWriter;

/// A writer for each sort of part.
#[derive(Default)]
pub(super) struct Writers {
    pub(super) entities: PartWriter,
    pub(super) references: PartWriter,
    /// Items to keep, and changes that were told.
    pub(super) items: PartWriter,
    pub(super) changes: PartWriter,
}

impl Writers {
    /// The writer of a sort of part.
    pub(super) const fn of(&mut self, content: Content) -> &mut PartWriter {
        match content {
            Content::Entities => &mut self.entities,
            Content::References => &mut self.references,
            Content::Items => &mut self.items,
            Content::Changes => &mut self.changes,
        }
    }

    /// Whether a part is full.
    pub(super) const fn is_full(&self) -> bool {
        self.entities.is_full() || self.references.is_full() || self.items.is_full()
    }
}
