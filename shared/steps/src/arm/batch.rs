//! Microsoft.Batch: accounts, and what they run.

pub(crate) mod accounts;
pub(crate) mod applications;
pub(crate) mod pools;
