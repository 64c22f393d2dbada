//! Azure Automation.

pub(crate) mod accounts;
