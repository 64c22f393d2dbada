//! Backups.

pub(crate) mod protected_items;
pub(crate) mod vaults;
