//! Secrets in AWS Secrets Manager.

use async_trait::async_trait;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueOutput;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use collector::Secret;
use collector::ports::{SecretError, Secrets};
use serde_json::{Map, Value};

use crate::failure::cause;

/// [`Secrets`] in AWS Secrets Manager, by ARN or by name.
///
/// A secret is its whole text or, where this is a JSON object with a string `clientSecret` (as the
/// console makes of a "key/value" secret), that string. Of a certificate, the field is
/// `clientCertificate`, and the secret may be binary. The role needs
/// `secretsmanager:GetSecretValue`.
#[derive(Clone, Debug)]
pub struct SecretsManager {
    client: Client,
}

#[derive(Debug, thiserror::Error)]
#[error("it is binary; expected text")]
struct Binary;

impl SecretsManager {
    /// The secrets that a client can read.
    #[must_use]
    pub fn new(client: Client) -> Self {
        Self { client }
    }
}

#[async_trait]
impl Secrets for SecretsManager {
    async fn read(&self, arn: &str) -> Result<Secret, SecretError> {
        let output = self.value(arn).await?;
        let binary = || SecretError { arn: arn.to_owned(), cause: Box::new(Binary) };
        output.secret_string.map(|text| secret(text, CLIENT_SECRET)).ok_or_else(binary)
    }

    async fn read_certificate(&self, arn: &str) -> Result<Secret, SecretError> {
        let output = self.value(arn).await?;
        let text = output.secret_string.map(|text| secret(text, CLIENT_CERTIFICATE));
        let binary = output.secret_binary.unwrap_or_default();
        Ok(text.unwrap_or_else(|| Secret::new(BASE64_STANDARD.encode(binary))))
    }
}

impl SecretsManager {
    async fn value(&self, arn: &str) -> Result<GetSecretValueOutput, SecretError> {
        let output = self.client.get_secret_value().secret_id(arn).send().await;
        output.map_err(|error| SecretError { arn: arn.to_owned(), cause: cause(&error) })
    }
}

/// The field of a JSON object that is a client secret.
pub(crate) const CLIENT_SECRET: &str = "clientSecret";

/// The field of a JSON object that is a certificate with its private key.
pub(crate) const CLIENT_CERTIFICATE: &str = "clientCertificate";

/// The secret that a text holds: a field of a JSON object, or the text itself.
pub(crate) fn secret(text: String, field: &str) -> Secret {
    let object = serde_json::from_str::<Map<String, Value>>(&text);
    match object.ok().as_mut().and_then(|it| it.remove(field)) {
        Some(Value::String(field)) => Secret::new(field),
        _ => Secret::new(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_a_text_or_a_field() {
        for (text, expected) in [
            ("abc~1", "abc~1"),
            (r#"{"clientSecret":"s","clientId":"c"}"#, "s"),
            (r#"{"clientSecret":1}"#, r#"{"clientSecret":1}"#),
            (r#"{"other":"s"}"#, r#"{"other":"s"}"#),
            ("{", "{"),
            ("1", "1"),
        ] {
            assert_eq!(secret(text.to_owned(), CLIENT_SECRET).expose(), expected);
        }
    }
}
