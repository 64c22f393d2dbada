//! One execution, from an event to a snapshot.
//!
//! [`event`] reads what triggers it, [`execution`] does what it asks for and so plans a job,
//! [`work`] runs [slices](mod@slice), which fetch, convert and store what a step reads, and sees to
//! what follows, [`finish`] links that into a snapshot. Object storage, the queue and Microsoft are
//! known by the traits in [`ports`] only.

mod advance;
pub mod alone;
mod ask;
pub mod check;
pub mod consent;
mod context;
mod credential;
mod delta;
mod digest;
mod discover;
pub mod doctor;
mod due;
pub mod event;
pub mod execution;
pub mod finish;
mod index;
pub mod instance;
pub mod instances;
pub mod jobs;
mod known;
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
mod permissions;
pub mod plan;
pub mod ports;
mod progress;
mod providers;
pub mod provision;
mod secret;
mod sign_in;
pub mod slice;
pub mod snapshot;
mod start;
pub mod summary;
pub mod tenant;
pub mod work;

pub use context::{Context, Error};
pub use progress::{News, Observer, SliceEnd, Totals};
pub use secret::Secret;
