//! Azure Databricks.

pub(crate) mod workspaces;
