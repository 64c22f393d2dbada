//! Relationships before both of their ends are known.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{Key, Name, RelationshipClass};

/// A relationship whose ends may still have to be found.
///
/// A step knows what an item refers to, not whether that was collected. References are therefore
/// stored as they are, and the linker turns them into relationships once every step has ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reference {
    /// Where the relationship starts.
    pub from: End,
    /// How the ends relate.
    pub class: RelationshipClass,
    /// Where it ends.
    pub to: End,
    /// The type, where it is not composed of the ends' types.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The key, where it is not composed of the ends' keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<RelationshipKey>,
    /// What is known about the relationship itself.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub properties: Map<String, Value>,
    /// The properties that the end that is known takes over from the one that is found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inherits: Vec<String>,
    /// What becomes of it if an end is not found.
    #[serde(default, skip_serializing_if = "Unresolved::is_drop")]
    pub unresolved: Unresolved,
    /// Where both ends have to be found, whether the one where it ends is found first. The other is
    /// then the one that [`Reference::unresolved`] is about.
    #[serde(default, skip_serializing_if = "is_false")]
    pub target_first: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde wants it so")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

/// The key of a relationship that is not composed of its ends' keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum RelationshipKey {
    /// What it begins with. The key of the end that had to be found follows after a colon.
    Prefix(String),
    /// What stands before and after the key of the end that was known first. That of the end that
    /// had to be found follows after a colon.
    Around {
        /// What it begins with.
        before: String,
        /// What follows on the key of the known end.
        after: String,
    },
    /// All of it, whatever the ends turn out to be.
    Whole {
        /// The key.
        whole: String,
    },
}

impl RelationshipKey {
    /// All of a key, in lower case like those of entities.
    #[must_use]
    pub fn whole(key: &str) -> Self {
        Self::Whole { whole: key.to_ascii_lowercase() }
    }

    /// The key of the relationship of an end that was known, for which the other was found.
    #[must_use]
    pub fn with(&self, known: &str, found: &str) -> String {
        match self {
            Self::Prefix(prefix) => format!("{prefix}:{found}"),
            Self::Around { before, after } => format!("{before}:{known}:{after}:{found}"),
            Self::Whole { whole } => whole.clone(),
        }
    }
}

/// One end of a reference.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum End {
    /// An entity that exists: the one that holds the reference, or its parent.
    Known {
        /// Its key.
        key: Key,
        /// Its type.
        kind: String,
    },
    /// Whatever answers to a name.
    Named {
        /// The name.
        name: Name,
    },
}

impl End {
    /// An entity that exists.
    #[must_use]
    pub fn known(key: &Key, kind: &str) -> Self {
        Self::Known { key: key.clone(), kind: kind.to_owned() }
    }

    /// Whatever answers to a name.
    #[must_use]
    pub const fn named(name: Name) -> Self {
        Self::Named { name }
    }
}

/// What becomes of a reference of which one end is not found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Unresolved {
    /// Nothing: the linker counts it and leaves it out.
    #[default]
    Drop,
    /// A mapped relationship: whoever reads the graph finds, or creates, the end by its properties.
    Map {
        /// The type of the mapped relationship.
        kind: String,
        /// The sets of properties by which the end is found.
        filters: Vec<Vec<String>>,
        /// What is known about the end.
        target: Map<String, Value>,
        /// Whether an end that is not found is left out rather than created.
        skip_creation: bool,
    },
}

impl Unresolved {
    /// Whether nothing becomes of it.
    #[must_use]
    pub const fn is_drop(&self) -> bool {
        matches!(self, Self::Drop)
    }
}

/// Which way a mapped relationship points, seen from the entity that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Direction {
    /// From the known entity to the other.
    Forward,
    /// From the other to the known entity.
    Reverse,
}
