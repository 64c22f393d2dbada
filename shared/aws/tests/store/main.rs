//! What both stores have to do, and what a bucket does where the way to it fails.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bucket;
mod contract;
mod directory;
mod s3;
