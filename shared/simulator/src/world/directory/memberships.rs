//! What is kept of memberships once it is known.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::reference::Reference;

/// The groups, administrative units and directory roles that each service principal is in at first.
#[derive(Debug, Default)]
pub(crate) struct Memberships(pub(super) OnceLock<BTreeMap<u64, Vec<Reference>>>);
