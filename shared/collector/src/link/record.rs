//! The records that are sorted and merged.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::context::Error;

/// Why properties of a type may be lacking where they are not set.
pub(super) type Unknowns = BTreeMap<&'static str, Vec<(&'static str, String)>>;

/// What the records of an entity are, in the order in which they are sorted.
///
/// Those of a relationship have the first and the last.
pub(super) mod rank {
    /// It was found.
    pub(crate) const FOUND: u8 = b'0';
    /// Something to add to it was found.
    pub(crate) const PATCH: u8 = b'1';
    /// The last snapshot has it, and this job did not find it.
    pub(crate) const BEFORE: u8 = b'2';
    /// So it is, and an end of it is gone.
    pub(crate) const SEVERED: u8 = b'3';
}

/// Reads what a record says.
pub(super) fn parse<'l, T: Deserialize<'l>>(line: &'l [u8]) -> Result<T, Error> {
    Ok(serde_json::from_slice(line).map_err(std::io::Error::from)?)
}
