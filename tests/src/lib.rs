//! What tests share: golden files, recordings of what steps read, and chaos.

#[cfg(feature = "system")]
pub mod bench;
#[cfg(feature = "system")]
pub mod chaos;
#[cfg(feature = "system")]
pub mod deployed;
mod golden;
#[cfg(feature = "system")]
pub mod log;
mod problems;
mod recording;
#[cfg(feature = "system")]
pub mod redirects;
#[cfg(feature = "system")]
pub mod stage;
#[cfg(feature = "system")]
pub mod world;

pub use golden::{difference, golden, is_update, pretty};
pub use problems::Problems;
pub use recording::{Owner, Recording, fixtures, graph, instance};
