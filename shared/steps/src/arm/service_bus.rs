//! Microsoft.ServiceBus.

pub(crate) mod namespaces;
