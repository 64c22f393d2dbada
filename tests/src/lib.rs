//! What tests share: golden files, and recordings of what steps read.

mod golden;
mod problems;
mod recording;

pub use golden::{difference, golden, is_update, pretty};
pub use problems::Problems;
pub use recording::{Owner, Recording, fixtures, graph, scope};
