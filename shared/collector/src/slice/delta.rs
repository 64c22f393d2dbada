//! How far the delta queries of a step are, as it is stored between slices.

use serde::{Deserialize, Serialize};
use steps::Watch;

/// Why everything is read where what was kept is gone.
pub(super) const REMOVED: &str = "the state of the last job is missing";

/// How a step whose changes can be followed is read in this job, and how far that is.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Delta {
    pub(super) way: Way,
    /// Why it is read in full.
    pub(super) because: String,
    /// Where the delta queries ended, in order; none for one that the application may not make.
    pub(super) links: Vec<Option<String>>,
    /// How many were followed once more.
    pub(super) again: usize,
    /// Why nothing can be kept, if that is so.
    pub(super) unkept: Option<String>,
    /// Why what was read cannot be compared with what was kept, if that is so.
    pub(super) incomparable: Option<String>,
    /// How many changes were told.
    pub(super) changed: u64,
    /// The parts that hold them.
    pub(super) changes: Vec<String>,
    /// The parts of items to keep.
    pub(super) items: Vec<String>,
    /// How many parts of what was kept had changes added to them.
    pub(super) merged: usize,
}

/// How a step is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Way {
    Full,
    Delta,
    Reconcile,
}

impl Delta {
    pub(super) fn new(way: Way, because: String) -> Self {
        Self {
            way,
            because,
            links: Vec::new(),
            again: 0,
            unkept: None,
            incomparable: None,
            changed: 0,
            changes: Vec::new(),
            items: Vec::new(),
            merged: 0,
        }
    }

    /// Whether every delta query was made.
    pub(super) fn is_walked(&self, watches: &[Watch]) -> bool {
        let is_again = self.way != Way::Reconcile || self.again == watches.len();
        self.links.len() == watches.len() && is_again
    }

    /// Whether what is read is to be kept.
    pub(super) const fn keeps(&self) -> bool {
        self.unkept.is_none()
    }
}
