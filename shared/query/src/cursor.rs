//! Going on with an answer where a page of it ended.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::Digest as _;

use crate::tables::Manifest;

/// Where the next page of an answer begins. It is only good for the same query and snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// How many rows come before it.
    pub offset: u64,
    /// What it is a page of.
    of: String,
}

/// Why a cursor does not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CursorError {
    /// It is none.
    #[error("invalid cursor: expected one that a query has printed")]
    Damaged,
    /// It is of another query, or of another snapshot.
    #[error(
        "the cursor belongs to another query, or the graph has changed since; run the query without it"
    )]
    Stale,
}

impl Cursor {
    /// The cursor of what comes after so many rows of the answer to a query.
    #[must_use]
    pub fn new(offset: u64, query: &str, manifest: &Manifest) -> Self {
        Self { offset, of: digest(query, manifest) }
    }

    /// Reads a cursor that came with the answer to a query.
    ///
    /// # Errors
    ///
    /// If it did not.
    pub fn read(text: &str, query: &str, manifest: &Manifest) -> Result<Self, CursorError> {
        let json = URL_SAFE_NO_PAD.decode(text).map_err(|_| CursorError::Damaged)?;
        let cursor: Self = serde_json::from_slice(&json).map_err(|_| CursorError::Damaged)?;
        if cursor.of == digest(query, manifest) { Ok(cursor) } else { Err(CursorError::Stale) }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let json = serde_json::to_vec(self).map_err(|_| fmt::Error)?;
        f.write_str(&URL_SAFE_NO_PAD.encode(json))
    }
}

/// What tells a query of a snapshot from others.
fn digest(query: &str, manifest: &Manifest) -> String {
    let mut hash = manifest.digest();
    hash.update(query.as_bytes());
    URL_SAFE_NO_PAD.encode(&hash.finalize()[..12])
}
