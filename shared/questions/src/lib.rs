//! Questions: what is to be known of every tenant, with the queries that answer it.
//!
//! The pack of this project is data: `pack/*.yaml`. Packs of others in `JupiterOne`'s form are read
//! too.

mod docs;
mod jupiterone;
mod own;
mod pack;
mod question;

pub use docs::page;
pub use own::{AREAS, Area, find, own};
pub use pack::{PackError, read};
pub use question::{Question, Severity};
