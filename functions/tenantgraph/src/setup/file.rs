//! A file to write.

/// A file to write.
pub(super) struct File {
    /// Its name in the folder.
    pub(super) name: &'static str,
    /// What it holds.
    pub(super) text: String,
}
