//! One execution, from an event to a snapshot.
//!
//! [`event`] reads what triggers it, [`start`] plans the job, [`mod@slice`] fetches, converts and stores
//! what a step reads, [`finish`] links that into a snapshot. Object storage, the queue and Microsoft
//! are known by the traits in [`ports`] only.

mod advance;
mod ask;
pub mod check;
pub mod consent;
mod context;
mod delta;
mod due;
pub mod event;
pub mod finish;
pub mod instance;
pub mod instances;
pub mod jobs;
pub mod layout;
mod lease;
pub mod ledger;
pub mod link;
pub mod manifest;
pub mod message;
mod overdue;
mod pack;
mod page;
mod part;
pub mod plan;
pub mod ports;
mod progress;
mod providers;
pub mod provision;
mod secret;
pub mod slice;
pub mod snapshot;
pub mod start;
pub mod summary;
pub mod tenant;

pub use context::{Context, Error};
pub use progress::{News, Observer};
pub use secret::Secret;
