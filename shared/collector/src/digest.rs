//! A short digest of a text, which is the same in every build, because checkpoints hold it.

use sha2::{Digest as _, Sha256};

/// The first eight bytes of the SHA-256 of these texts.
pub(crate) fn digest(texts: &[&str]) -> u64 {
    let mut hash = Sha256::new();
    for text in texts {
        hash.update(text.len().to_be_bytes());
        hash.update(text);
    }
    let mut first = [0; 8];
    first.copy_from_slice(&hash.finalize()[..8]);
    u64::from_be_bytes(first)
}
