//! Amazon SQS and AWS Secrets Manager, against services that speak their protocol.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod athena;
mod secrets;
mod service;
mod sqs;
mod sts;
