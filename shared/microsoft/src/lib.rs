//! Microsoft's services over HTTP: signing in, Azure Resource Manager, Microsoft Graph, and the
//! data plane of key vaults.
//!
//! This is the only crate with an HTTP client. [`Connections`] implements the ports that the
//! collector knows. A request passes through these modules:
//!
//! 1. `address` decides where it may go, and so who gets to see a token.
//! 2. `identity` signs in.
//! 3. `governor` lets it go when the budget of its throttle domain allows.
//! 4. `transport` sends it, alone or with others in a `batch`, and reads the answer: at a `pace`,
//!    and into what `memory` has room for.
//! 5. `classify` says what the answer means; nothing else looks at a status or an error code.
//! 6. `connection` acts on that `round`: answers, waits, signs in anew or tries again. What fails
//!    goes to the `log`.
//!
//! Files that a service hands out by an address of their own go through `download` instead.

mod address;
mod advice;
mod attempts;
mod batch;
mod broken;
mod budget;
mod classify;
mod cloud;
mod conceal;
mod connection;
mod connections;
mod cost;
mod download;
mod errors_page;
mod governor;
mod identity;
mod item;
mod log;
mod memory;
mod pace;
mod problem;
mod readable;
mod request;
mod round;
mod transport;

#[cfg(test)]
mod tests;

pub use cloud::{Cloud, CloudError};
pub use connections::Connections;
pub use errors_page::errors_page;
pub use identity::federation::Federation;
pub use pace::Timeouts;
