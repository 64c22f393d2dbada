//! Secrets of one machine.

use async_trait::async_trait;
use collector::Secret;
use collector::ports::{SecretError, Secrets};

use crate::secrets_manager::secret;

/// [`Secrets`] of one machine: `env:NAME` is an environment variable, `file:PATH` a text file.
///
/// As in AWS Secrets Manager, the text may be a JSON object with the field `clientSecret`. White
/// space around the text is no part of it.
#[derive(Clone, Copy, Debug)]
pub struct LocalSecrets;

#[derive(Debug, thiserror::Error)]
enum LocalSecretError {
    #[error(
        "invalid secret reference: on one machine, expected env:NAME (an environment variable) or file:PATH (a file)"
    )]
    Reference,
    #[error("{0}")]
    Variable(#[from] std::env::VarError),
    #[error("{0}")]
    File(#[from] std::io::Error),
    #[error("it is empty")]
    Empty,
}

#[async_trait]
impl Secrets for LocalSecrets {
    async fn read(&self, arn: &str) -> Result<Secret, SecretError> {
        let text = text(arn).await;
        text.map(secret)
            .map_err(|cause| SecretError { arn: arn.to_owned(), cause: Box::new(cause) })
    }
}

async fn text(reference: &str) -> Result<String, LocalSecretError> {
    let text = match reference.split_once(':') {
        Some(("env", name)) => variable(name)?,
        Some(("file", path)) => tokio::fs::read_to_string(path).await?,
        _ => return Err(LocalSecretError::Reference),
    };
    match text.trim() {
        "" => Err(LocalSecretError::Empty),
        text => Ok(text.to_owned()),
    }
}

fn variable(name: &str) -> Result<String, std::env::VarError> {
    std::env::var(name).map_err(|error| match error {
        // This error would print the value.
        std::env::VarError::NotUnicode(_) => std::env::VarError::NotUnicode("…".into()),
        error @ std::env::VarError::NotPresent => error,
    })
}
