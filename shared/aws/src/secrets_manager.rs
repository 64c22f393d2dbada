//! Secrets in AWS Secrets Manager.

use async_trait::async_trait;
use aws_sdk_secretsmanager::Client;
use collector::Secret;
use collector::ports::{SecretError, Secrets};
use serde_json::{Map, Value};

use crate::failure::cause;

/// [`Secrets`] in AWS Secrets Manager, by ARN or by name.
///
/// A secret is its whole text or, where this is a JSON object with a string `clientSecret` (as the
/// console makes of a "key/value" secret), that string. The role needs
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
        let failed = |cause| SecretError { arn: arn.to_owned(), cause };
        let output = self.client.get_secret_value().secret_id(arn).send().await;
        let output = output.map_err(|error| failed(cause(&error)))?;
        output.secret_string.map(secret).ok_or_else(|| failed(Box::new(Binary)))
    }
}

/// The secret that a text holds: the field `clientSecret` of a JSON object, or the text itself.
pub(crate) fn secret(text: String) -> Secret {
    let object = serde_json::from_str::<Map<String, Value>>(&text);
    match object.ok().as_mut().and_then(|it| it.remove("clientSecret")) {
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
            assert_eq!(secret(text.to_owned()).expose(), expected);
        }
    }
}
