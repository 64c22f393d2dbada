//! What is true of the crate as a whole.

mod batching;
mod credentials;
mod http2;
mod logging;
mod reading;
mod security;
mod signing_in;
mod stage;
