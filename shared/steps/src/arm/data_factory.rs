//! Azure Data Factory.

pub(crate) mod factories;
