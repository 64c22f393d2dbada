//! Microsoft.EventHub: namespaces and clusters, the hubs in them, and who reads these.

pub(crate) mod authorization_rules;
pub(crate) mod clusters;
pub(crate) mod consumer_groups;
pub(crate) mod hubs;
pub(crate) mod namespaces;
pub(crate) mod network_rules;
