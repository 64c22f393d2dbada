//! The records that are sorted and merged.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::context::Error;

/// The properties that may be lacking where they are not set, by type.
pub(super) type Unknowns = BTreeMap<&'static str, Vec<Unknown>>;

/// A property that a step adds to entities which other steps find, and did not read.
#[derive(Debug)]
pub(super) struct Unknown {
    pub(super) name: &'static str,
    /// Why it did not.
    pub(super) reason: String,
    /// The moment of which the value is that the last snapshot has, in ISO 8601, if that stays. It
    /// does where the step is still to be read, or was read not long ago.
    pub(super) kept: Option<String>,
}

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
