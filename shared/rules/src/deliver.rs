//! Telling alerts.

use std::fmt::Debug;

use async_trait::async_trait;

use crate::alert::Alert;
use crate::rule::Action;

/// Tells alerts to whoever is to know.
#[async_trait]
pub trait Deliver: Debug + Send + Sync {
    /// Tells an alert. It may be told again after an error, under the same id.
    async fn deliver(&self, action: &Action, alert: &Alert) -> Result<(), DeliveryError>;
}

/// Why an alert could not be told. It never holds a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct DeliveryError(pub String);
