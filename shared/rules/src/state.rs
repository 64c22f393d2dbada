//! What is remembered of a rule from one snapshot to the next.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::alert::Alert;
use crate::rule::Action;

/// What is remembered of a rule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct State {
    /// What follows from the rule. Of another rule, nothing can be compared.
    pub rule: String,
    /// The graph of which it was evaluated last.
    pub graph: String,
    /// When that was finished, in ISO 8601.
    pub at: String,
    /// What the answers of its queries follow from, by the name of the query; of none of them if
    /// that could not be said of one.
    #[serde(default)]
    pub content: BTreeMap<String, String>,
    /// Whether it fires, as far as was known last.
    pub standing: Standing,
    /// Since when, in ISO 8601.
    pub since: String,
    /// Why it is not known whether it fires; nothing if it is known.
    pub unknown: Vec<String>,
    /// When it was told last, in ISO 8601.
    pub told: Option<String>,
    /// What each query found when everything was known last; none before the first time.
    pub found: Option<BTreeMap<String, Baseline>>,
    /// The types that the queries may reach and that were not read or collected then.
    pub unread: BTreeSet<String>,
    /// What is still to be told.
    pub outbox: Vec<Pending>,
}

/// Whether a rule fires.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// It does not.
    #[default]
    Ok,
    /// It does.
    Firing,
}

/// What a query found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Baseline {
    /// How many rows.
    pub total: u64,
    /// What follows from the values of each row, and its name; none if there were too many.
    pub rows: Option<BTreeMap<String, (String, String)>>,
}

/// What is still to be told, and whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// What.
    pub alert: Alert,
    /// Whom.
    pub left: Vec<Action>,
    /// How often that failed.
    pub failures: u32,
}

impl State {
    /// The name of the state in words: `ok`, `firing` or `unknown`.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match (self.unknown.is_empty(), self.standing) {
            (false, _) => "unknown",
            (true, Standing::Ok) => "ok",
            (true, Standing::Firing) => "firing",
        }
    }
}
