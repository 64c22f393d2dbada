//! What an operator of a deployment relies on: messages that fail, what is logged, and what the
//! template makes of both.

#![expect(clippy::unwrap_used, reason = "what a test needs must be there")]

mod configuration;
mod first_day;
mod logs;
mod messages;
mod setup;
mod story;
mod template;
