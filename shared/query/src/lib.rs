//! Asking the graph.

pub mod language;
pub mod tables;
