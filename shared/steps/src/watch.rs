//! The delta queries that tell what has changed of a list.

/// A delta query whose changes concern a list.
#[derive(Debug)]
pub struct Watch {
    /// The path below the base address of Microsoft Graph, such as `/users/delta`.
    pub path: &'static str,
    /// What is watched of each object, as `$select` says it. For [`Tells::Items`] it is empty, and
    /// the properties are those that the list itself selects.
    pub select: &'static str,
    /// What a change means for the list.
    pub tells: Tells,
}

/// What a change means for the list that is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tells {
    /// It is a change of an item of the list.
    Items,
    /// The list of the parent with that id, which has to be its key, is to be read again.
    Parents,
    /// Every list which holds that object is to be read again. An object that the application may
    /// not read stands in lists with its id alone: then there is nothing to watch, and being
    /// refused means no more.
    Members,
    /// The list of every parent that the object is told to have got or lost is to be read again,
    /// and every list which holds the object: lists of what parents are in, rather than of what is
    /// in them.
    Holders,
}

impl Watch {
    /// Watches the items of a list.
    #[must_use]
    pub const fn items(path: &'static str) -> Self {
        Self { path, select: "", tells: Tells::Items }
    }

    /// Watches what the parents have lists of, under the name that a delta query knows it by.
    #[must_use]
    pub const fn parents(path: &'static str, select: &'static str) -> Self {
        Self { path, select, tells: Tells::Parents }
    }

    /// Watches what is converted of members of lists.
    #[must_use]
    pub const fn members(path: &'static str, select: &'static str) -> Self {
        Self { path, select, tells: Tells::Members }
    }

    /// Watches what has the parents, under the name that a delta query knows its members by.
    #[must_use]
    pub const fn holders(path: &'static str, select: &'static str) -> Self {
        Self { path, select, tells: Tells::Holders }
    }
}
