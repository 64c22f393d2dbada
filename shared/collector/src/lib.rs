//! One execution, from an event to a snapshot.
//!
//! [`event`] reads what triggers it, [`start`] plans the job, [`slice`] fetches, converts and stores
//! what a step reads, [`finish`] links that into a snapshot. Object storage, the queue and Microsoft
//! are known by the traits in [`ports`] only.

mod advance;
mod ask;
pub mod consent;
mod context;
mod delta;
pub mod event;
pub mod finish;
pub mod instance;
pub mod instances;
mod json;
pub mod layout;
pub mod ledger;
pub mod link;
pub mod manifest;
pub mod message;
mod pack;
mod page;
mod part;
pub mod plan;
pub mod ports;
mod providers;
pub mod provision;
mod secret;
pub mod slice;
pub mod snapshot;
pub mod start;
pub mod summary;
pub mod tenant;

pub use context::{Context, Error, News, Observer};
pub use secret::Secret;
