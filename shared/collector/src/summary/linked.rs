//! What linking came to: how many there are of what, and how that differs from the last snapshot.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What linking came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Linked {
    /// How many entities there are of each type, those carried forward included.
    pub entities: BTreeMap<String, u64>,
    /// How many relationships there are of each type, mapped ones and those carried forward
    /// included.
    pub relationships: BTreeMap<String, u64>,
    /// How many of them are mapped: one end is for whoever reads the graph to find.
    pub mapped: BTreeMap<String, u64>,
    /// How many references were left out because nothing answers to the name they use.
    pub dropped: BTreeMap<String, u64>,
    /// How many things are in so many others that what is in them was not handed up to all, by the
    /// id of the rule that hands it up.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub limited: BTreeMap<String, u64>,
    /// The steps that found fewer different entities than their lists say they have, and how many.
    #[serde(skip)]
    pub(crate) shortfalls: BTreeMap<String, String>,
    /// How many entities were found more than once.
    pub duplicates: u64,
    /// What was not found and may still be there, by type.
    pub carried: BTreeMap<String, Carried>,
    /// How many things of a type the deletion guard kept, by type. The next job confirms that they
    /// are gone.
    #[serde(alias = "braked")]
    pub guarded: BTreeMap<String, u64>,
    /// How many differences to the last snapshot there are.
    pub changes: BTreeMap<Change, u64>,
    /// The names of the objects of the snapshot.
    pub objects: Vec<String>,
}

/// Why something that was not found is in the snapshot all the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Carried {
    /// How many of the type.
    pub count: u64,
    /// Why it may still be there.
    pub reason: String,
}

/// What happened to an entity or a relationship.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Change {
    /// It is new.
    Created,
    /// It can be read now. Whether it is new cannot be known: the last job could not read its type.
    NewlyReadable,
    /// Some of its properties differ.
    Updated,
    /// It is gone, and that is proved.
    Deleted,
    /// It was not found, and may still be there.
    CarriedForward,
}

impl Change {
    /// The change as people read it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::NewlyReadable => "newly readable",
            Self::Updated => "updated",
            Self::Deleted => "deleted",
            Self::CarriedForward => "carried forward",
        }
    }
}
