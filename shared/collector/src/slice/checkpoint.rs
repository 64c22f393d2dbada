//! How far a step is, as it is stored between slices.

use serde::{Deserialize, Serialize};

use super::delta::{Delta, Way};
use super::frontier::Frontier;
use super::patience::Standstill;
use crate::ledger::Progress;
use crate::manifest::Part;

/// How far a step is.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Checkpoint {
    pub(super) frontier: Frontier,
    pub(super) progress: Progress,
    pub(super) parts: Vec<Part>,
    pub(super) next_part: u32,
    /// How it is read, where its changes can be followed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) delta: Option<Box<Delta>>,
    /// How many slices there were, so the number of the next. One that has to wait goes on after
    /// it.
    pub(super) slice: u32,
    /// How long nothing came of any list.
    #[serde(default)]
    pub(super) standstill: Standstill,
    /// Whether nothing more is asked for, because nothing came for too long.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) is_given_up: bool,
}

impl Checkpoint {
    /// The beginning of reading in full, with what it cost to find out that this has to be.
    pub(super) fn anew(&self, because: String) -> Self {
        let Progress { pages, requests, bytes, .. } = self.progress;
        Self {
            progress: Progress { pages, requests, bytes, ..Progress::default() },
            next_part: self.next_part,
            slice: self.slice,
            delta: Some(Box::new(Delta::new(Way::Full, because))),
            ..Self::default()
        }
    }
}
