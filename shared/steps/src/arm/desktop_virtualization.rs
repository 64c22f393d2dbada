//! Azure Virtual Desktop.

pub(crate) mod host_pools;
