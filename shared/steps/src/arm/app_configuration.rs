//! Azure App Configuration.

pub(crate) mod stores;
