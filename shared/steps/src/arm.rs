//! Azure Resource Manager.

pub(crate) mod compute;
pub(crate) mod resources;
