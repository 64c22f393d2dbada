//! Azure Data Explorer.

pub(crate) mod clusters;
