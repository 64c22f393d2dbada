//! How an item relates to the entities that it refers to.

use graph::{Direction, Name, RelationshipClass, RelationshipKey, Unresolved};
use serde_json::{Map, Value};

use crate::entity::EntityType;
use crate::item::Item;

/// A relationship between what an item becomes and what it refers to.
#[derive(Debug)]
pub struct Link {
    /// How the ends relate.
    pub class: RelationshipClass,
    /// Which way the relationship points, seen from the item.
    pub direction: Direction,
    /// What relates to the others.
    pub subject: Subject,
    /// The types of entity that the item may refer to; empty for any.
    pub to: &'static [&'static EntityType],
    /// Where the item holds what the references are made of.
    pub at: At,
    /// Of which items it holds.
    pub when: fn(&Item<'_>) -> bool,
    /// What is lost, and what drift calls it, where an item refers to nothing although every one
    /// should: such an item was not understood.
    pub loses: Option<&'static str>,
    /// The name that a value at the path stands for, if any.
    pub by: fn(&str, &Item<'_>) -> Option<Name>,
    /// The properties that the item's entity takes over from the entity that answers to the name.
    pub inherits: &'static [&'static str],
    /// What is known about the relationship itself.
    pub relationship: Described,
    /// What becomes of the reference if nothing answers to the name.
    pub unresolved: fn(&str, &Item<'_>) -> Unresolved,
    /// The types of the mapped relationships that may become of it.
    pub maps: &'static [&'static str],
}

/// What is known about a relationship itself.
#[derive(Clone, Copy, Debug)]
pub struct Described {
    /// The type of the relationship, where it is not composed of the ends' types.
    pub kind: Option<&'static str>,
    /// The key of the relationship, where it is not composed of the ends' keys.
    pub key: fn(&str, &Item<'_>) -> Option<RelationshipKey>,
    /// The properties of the relationship.
    pub properties: fn(&str, &Item<'_>) -> Map<String, Value>,
}

/// What relates to the entities that an item refers to.
#[derive(Clone, Copy, Debug)]
pub enum Subject {
    /// The item's own entity.
    Item,
    /// What the item belongs to.
    Parent,
    /// Entities of some types that the item refers to, too.
    Other(&'static [&'static EntityType], At),
}

impl Subject {
    /// The path that it is found at, if it is.
    #[must_use]
    pub const fn path(self) -> Option<&'static str> {
        match self {
            Self::Item | Self::Parent => None,
            Self::Other(_, at) => at.path(),
        }
    }
}

/// Where an item holds what references are made of.
#[derive(Clone, Copy, Debug)]
pub enum At {
    /// Ids, or other names, at a path.
    Path(&'static str),
    /// What the item belongs to.
    Parent,
    /// The names that a function finds.
    Found(fn(&Item<'_>) -> Vec<Name>),
    /// Nowhere: a hook makes the references, which are merely declared.
    Hook,
}

impl At {
    /// The path, if it is one.
    #[must_use]
    pub const fn path(self) -> Option<&'static str> {
        match self {
            Self::Path(path) => Some(path),
            Self::Parent | Self::Found(_) | Self::Hook => None,
        }
    }
}

impl Link {
    const fn at(class: RelationshipClass, to: &'static [&'static EntityType], at: At) -> Self {
        Self {
            class,
            direction: Direction::Forward,
            subject: Subject::Item,
            to,
            at,
            when: |_| true,
            loses: None,
            by: |id, _| Some(Name::of_id(id)),
            inherits: &[],
            relationship: Described { kind: None, key: |_, _| None, properties: |_, _| Map::new() },
            unresolved: |_, _| Unresolved::Drop,
            maps: &[],
        }
    }

    /// The item relates to the entities of some types whose ids are at `path`.
    ///
    /// # Panics
    ///
    /// When compiled, if it is not a path.
    #[must_use]
    pub const fn new(
        class: RelationshipClass,
        to: &'static [&'static EntityType],
        path: &'static str,
    ) -> Self {
        assert!(matches!(path.as_bytes(), [b'/', _, ..]), "a path starts with a slash");
        Self::at(class, to, At::Path(path))
    }

    /// The item relates to the entities of some types whose names a function finds.
    #[must_use]
    pub const fn found(
        class: RelationshipClass,
        to: &'static [&'static EntityType],
        names: fn(&Item<'_>) -> Vec<Name>,
    ) -> Self {
        Self::at(class, to, At::Found(names))
    }

    /// The item uses the entities whose ids are at `path`.
    #[must_use]
    pub const fn uses(to: &'static [&'static EntityType], path: &'static str) -> Self {
        Self::new(RelationshipClass::Uses, to, path)
    }

    /// The entities whose ids are at `path` have the item.
    #[must_use]
    pub const fn of(to: &'static [&'static EntityType], path: &'static str) -> Self {
        Self::new(RelationshipClass::Has, to, path).reverse()
    }

    /// What the item belongs to has the item, or contains it, and so on.
    #[must_use]
    pub const fn of_parent(class: RelationshipClass) -> Self {
        Self::at(class, &[], At::Parent).reverse()
    }

    /// The item relates to what it belongs to.
    #[must_use]
    pub const fn to_parent(class: RelationshipClass) -> Self {
        Self::at(class, &[], At::Parent)
    }

    /// What the item belongs to relates to the entities of some types whose ids are at `path` of
    /// the item.
    #[must_use]
    pub const fn from_parent(
        class: RelationshipClass,
        to: &'static [&'static EntityType],
        path: &'static str,
    ) -> Self {
        Self { subject: Subject::Parent, ..Self::new(class, to, path) }
    }

    /// A hook relates entities so: this only declares it.
    #[must_use]
    pub const fn by_hook(class: RelationshipClass, to: &'static [&'static EntityType]) -> Self {
        Self::at(class, to, At::Hook)
    }

    /// The relationship points from the other entity to the item.
    #[must_use]
    pub const fn reverse(self) -> Self {
        Self { direction: Direction::Reverse, ..self }
    }

    /// It is not the item that relates, but entities of some types whose ids are at `path`.
    #[must_use]
    pub const fn subject(self, of: &'static [&'static EntityType], path: &'static str) -> Self {
        Self { subject: Subject::Other(of, At::Path(path)), ..self }
    }

    /// It is not the item that relates, but entities of some types whose names a function finds.
    #[must_use]
    pub const fn subject_found(
        self,
        of: &'static [&'static EntityType],
        names: fn(&Item<'_>) -> Vec<Name>,
    ) -> Self {
        Self { subject: Subject::Other(of, At::Found(names)), ..self }
    }

    /// It is not the item that relates, but what the item belongs to.
    #[must_use]
    pub const fn subject_parent(self) -> Self {
        Self { subject: Subject::Parent, ..self }
    }

    /// It is not the item that relates, but entities of some types that a hook knows.
    #[must_use]
    pub const fn subject_by_hook(self, of: &'static [&'static EntityType]) -> Self {
        Self { subject: Subject::Other(of, At::Hook), ..self }
    }

    /// Only of items of which this holds.
    #[must_use]
    pub const fn when(self, when: fn(&Item<'_>) -> bool) -> Self {
        Self { when, ..self }
    }

    /// Every item refers to something: where one does not, it was not understood, and `what` is
    /// lost.
    #[must_use]
    pub const fn or_lose(self, what: &'static str) -> Self {
        Self { loses: Some(what), ..self }
    }

    /// What is at the path stands for another name than that of an id.
    #[must_use]
    pub const fn by(self, by: fn(&str, &Item<'_>) -> Option<Name>) -> Self {
        Self { by, ..self }
    }

    /// The relationship has a type of its own.
    #[must_use]
    pub const fn kind(self, kind: &'static str) -> Self {
        let relationship = Described { kind: Some(kind), ..self.relationship };
        Self { relationship, ..self }
    }

    /// The relationship has a key of its own.
    #[must_use]
    pub const fn key(self, key: fn(&str, &Item<'_>) -> Option<RelationshipKey>) -> Self {
        Self { relationship: Described { key, ..self.relationship }, ..self }
    }

    /// The relationship itself has properties.
    #[must_use]
    pub const fn with(self, properties: fn(&str, &Item<'_>) -> Map<String, Value>) -> Self {
        Self { relationship: Described { properties, ..self.relationship }, ..self }
    }

    /// The item's entity takes over properties of the entity that it refers to.
    #[must_use]
    pub const fn inherits(self, inherits: &'static [&'static str]) -> Self {
        Self { inherits, ..self }
    }

    /// A reference to an entity that is not found becomes a mapped relationship of one of some
    /// types.
    #[must_use]
    pub const fn or_map(
        self,
        maps: &'static [&'static str],
        unresolved: fn(&str, &Item<'_>) -> Unresolved,
    ) -> Self {
        Self { unresolved, maps, ..self }
    }
}

/// What becomes of a reference to what is not collected: a mapped relationship of a type to what
/// has one of some sets of properties, or which is created with all of them.
pub(crate) fn map(kind: &str, filters: &[&[&str]], target: Value) -> Unresolved {
    let Value::Object(target) = target else { return Unresolved::Drop };
    Unresolved::Map {
        kind: kind.to_owned(),
        filters: filters
            .iter()
            .map(|names| names.iter().map(|&it| it.to_owned()).collect())
            .collect(),
        target,
        skip_creation: false,
    }
}

/// As [`map`], but what is not found is left out rather than created.
pub(crate) fn map_if_there(kind: &str, filters: &[&[&str]], target: Value) -> Unresolved {
    match map(kind, filters, target) {
        Unresolved::Map { kind, filters, target, .. } => {
            Unresolved::Map { kind, filters, target, skip_creation: true }
        }
        Unresolved::Drop => Unresolved::Drop,
    }
}
