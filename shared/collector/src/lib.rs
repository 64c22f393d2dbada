//! One execution, from an event to a snapshot: plan, the one loop over a step, manifests, ledger,
//! linker. It knows object storage, a queue and Microsoft by the traits in [`ports`] only.

pub mod instance;
pub mod ports;
mod secret;

pub use secret::Secret;
