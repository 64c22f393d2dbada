//! A store of secrets that fails.

use std::sync::Arc;

use async_trait::async_trait;
use collector::Secret;
use collector::ports::{SecretError, Secrets};

use super::dice::Dice;

/// Holds one secret, under every ARN.
#[derive(Debug)]
pub(crate) struct OneSecret {
    pub(crate) secret: Secret,
    pub(crate) dice: Arc<Dice>,
}

#[async_trait]
impl Secrets for OneSecret {
    async fn read(&self, arn: &str) -> Result<Secret, SecretError> {
        if self.dice.fault("a secret cannot be read", arn) {
            let cause = "chaos: the store of secrets does not answer".into();
            return Err(SecretError { arn: arn.to_owned(), cause });
        }
        Ok(self.secret.clone())
    }
}
