//! The clients of AWS, made from the environment.

use std::env;
use std::sync::Arc;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};

use collector::ports::Store;

use crate::{Bucket, Directory, Location, SecretsManager, Sqs, Urls};

/// What a connection may take. A region's endpoints answer within milliseconds.
const CONNECT: Duration = Duration::from_secs(3);

/// What one attempt of a call may take, up to the beginning of a body that is read. A body that
/// stops for 20 seconds is given up by the SDK, and writes of objects have their own limit.
const ATTEMPT: Duration = Duration::from_secs(10);

/// How often a call is tried, with waits of up to 1, 2, 4 and 8 seconds between.
const ATTEMPTS: u32 = 5;

/// The clients that the functions share. Made once for each process, and cheap to clone.
#[derive(Clone, Debug)]
pub struct Clients {
    s3: aws_sdk_s3::Client,
    secrets: aws_sdk_secretsmanager::Client,
    sqs: aws_sdk_sqs::Client,
}

/// Makes the clients from the environment: region and credentials of the function's role, or of the
/// profile of whoever runs the command line, and `AWS_ENDPOINT_URL` where an emulator takes AWS's
/// place. Nothing is sent to AWS yet, but without a region or credentials in variables or files the
/// instance metadata service is asked for them.
pub async fn connect() -> Clients {
    let config = config().await;
    // An emulator has no host name for each bucket.
    let emulator = ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"].map(env::var_os);
    let s3 = aws_sdk_s3::config::Builder::from(&config)
        .force_path_style(emulator.iter().any(Option::is_some));
    Clients {
        s3: aws_sdk_s3::Client::from_conf(s3.build()),
        secrets: aws_sdk_secretsmanager::Client::new(&config),
        sqs: aws_sdk_sqs::Client::new(&config),
    }
}

/// What every client is made from.
pub(crate) async fn config() -> SdkConfig {
    let timeouts =
        TimeoutConfig::builder().connect_timeout(CONNECT).operation_attempt_timeout(ATTEMPT);
    aws_config::defaults(BehaviorVersion::latest())
        .timeout_config(timeouts.build())
        .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
        .load()
        .await
}

impl Clients {
    /// The store at a place, in a bucket or in a directory.
    #[must_use]
    pub fn store(&self, location: Location) -> Arc<dyn Store> {
        match location {
            Location::Bucket { bucket, prefix } => {
                Arc::new(Bucket::new(self.s3.clone(), bucket, &prefix))
            }
            Location::Directory(path) => Arc::new(Directory::new(path)),
        }
    }

    /// The three queues with these URLs.
    #[must_use]
    pub fn queue(&self, collect: Urls, finish: Urls, provision: Urls) -> Sqs {
        Sqs::new(self.sqs.clone(), collect, finish, provision)
    }

    /// The secrets of the account.
    #[must_use]
    pub fn secrets(&self) -> SecretsManager {
        SecretsManager::new(self.secrets.clone())
    }
}
