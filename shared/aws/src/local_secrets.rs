//! Secrets of one machine.

use std::string::FromUtf8Error;

use async_trait::async_trait;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use collector::Secret;
use collector::ports::{SecretError, Secrets};

use crate::secrets_manager::{CLIENT_CERTIFICATE, CLIENT_SECRET, secret};

/// [`Secrets`] of one machine: `env:NAME` is an environment variable, `file:PATH` a text file.
///
/// As in AWS Secrets Manager, the text may be a JSON object with the field `clientSecret`, or
/// `clientCertificate`, and a file with a certificate may be binary. White space around a text is
/// no part of it.
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
        text.map(|text| secret(text, CLIENT_SECRET)).map_err(|cause| failed(arn, cause))
    }

    async fn read_certificate(&self, arn: &str) -> Result<Secret, SecretError> {
        let text = match arn.split_once(':') {
            // A PFX is binary.
            Some(("file", path)) => tokio::fs::read(path).await.map_or_else(
                |cause| Err(cause.into()),
                |bytes| {
                    let base64 = |it: FromUtf8Error| BASE64_STANDARD.encode(it.as_bytes());
                    Ok(String::from_utf8(bytes).unwrap_or_else(base64))
                },
            ),
            _ => text(arn).await,
        };
        text.map(|text| secret(text, CLIENT_CERTIFICATE)).map_err(|cause| failed(arn, cause))
    }
}

fn failed(arn: &str, cause: LocalSecretError) -> SecretError {
    SecretError { arn: arn.to_owned(), cause: Box::new(cause) }
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
