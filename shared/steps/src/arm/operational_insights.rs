//! Log Analytics.

pub(crate) mod workspaces;
