//! Delta queries: how a step learns what has changed in its list since the last job.

/// A delta query whose changes affect a list.
#[derive(Debug)]
pub struct Watch {
    /// The path below the base address of Microsoft Graph, such as `/users/delta`.
    pub path: &'static str,
    /// The properties of each object whose changes matter, for `$select`. It is empty for
    /// [`Affects::Items`], where they are the properties that the list itself selects.
    pub select: &'static str,
    /// What a change means for the list.
    pub affects: Affects,
}

/// How a changed object affects the list of the step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Affects {
    /// The object is an item of the list. The change is applied to the item.
    Items,
    /// The object is a parent, and its id is the parent's key. The step reads the list of this
    /// parent again. An example: a group whose members changed.
    Parents,
    /// The object is a member of lists. The step reads every list again that holds it. An example:
    /// a contact whose name changed.
    ///
    /// If the application may not read such objects, lists show only their ids. Then there is
    /// nothing to follow, so a refused delta query is not an error.
    Members,
    /// The object is a container, and each parent's list shows the containers that the parent is
    /// in. The step reads the list of each parent again that the container gained or lost, and
    /// every list that holds the container. An example: a group, where the list of a service
    /// principal shows its groups.
    Containers,
}

impl Watch {
    /// Follows changes of the items of a list.
    #[must_use]
    pub const fn items(path: &'static str) -> Self {
        Self { path, select: "", affects: Affects::Items }
    }

    /// Follows changes of what the parents have lists of; `select` is its name in a delta query.
    #[must_use]
    pub const fn parents(path: &'static str, select: &'static str) -> Self {
        Self { path, select, affects: Affects::Parents }
    }

    /// Follows changes of the properties of members that the step converts.
    #[must_use]
    pub const fn members(path: &'static str, select: &'static str) -> Self {
        Self { path, select, affects: Affects::Members }
    }

    /// Follows changes of what contains the parents; `select` is the name of its members in a delta
    /// query.
    #[must_use]
    pub const fn containers(path: &'static str, select: &'static str) -> Self {
        Self { path, select, affects: Affects::Containers }
    }
}
