//! Azure Advisor.

pub(crate) mod recommendations;
