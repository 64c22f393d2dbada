//! Managed identities.

pub(crate) mod identities;
