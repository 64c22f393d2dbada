//! Azure AI services.

pub(crate) mod accounts;
pub(crate) mod deployments;
