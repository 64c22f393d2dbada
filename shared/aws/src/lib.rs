//! Amazon S3, Amazon SQS, AWS Secrets Manager and AWS STS behind the collector's ports, and
//! stand-ins with the same semantics for a job that runs on one machine.
//!
//! | port | on AWS | on one machine |
//! |---|---|---|
//! | [`Store`](collector::ports::Store) | [`Bucket`] | [`Directory`] |
//! | [`Queue`](collector::ports::Queue) | [`Sqs`] | [`LocalQueue`] |
//! | [`Claims`](collector::ports::Claims) | nobody can tell | [`DirectoryClaims`] |
//! | [`Secrets`](collector::ports::Secrets) | [`SecretsManager`] | [`LocalSecrets`] |
//! | [`WebIdentity`](collector::ports::WebIdentity) | [`StsIdentity`] | the same |
//!
//! [`Athena`] runs statements of SQL; nothing on one machine takes its place.
//!
//! This is the only crate that knows the AWS SDKs.

mod athena;
mod bucket;
mod claims;
mod clients;
mod directory;
mod failure;
mod fifo_queue;
mod hash;
mod local_queue;
mod local_secrets;
mod location;
mod name;
mod secrets_manager;
mod sqs;
mod sts;

pub use athena::{Athena, AthenaError, Found, Workgroup};
pub use bucket::Bucket;
pub use claims::DirectoryClaims;
pub use clients::{Clients, connect};
pub use directory::Directory;
pub use fifo_queue::Delivery;
pub use local_queue::LocalQueue;
pub use local_secrets::LocalSecrets;
pub use location::{Location, LocationError, claims, store};
pub use secrets_manager::SecretsManager;
pub use sqs::{Sqs, Urls};
pub use sts::StsIdentity;
