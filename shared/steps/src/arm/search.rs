//! Azure AI Search.

pub(crate) mod services;
