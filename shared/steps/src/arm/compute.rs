//! Microsoft.Compute.

pub(crate) mod disks;
