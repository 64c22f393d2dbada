//! Microsoft.Network.

pub(crate) mod dns_zones;
pub(crate) mod interfaces;
pub(crate) mod load_balancers;
mod prefix;
pub(crate) mod private_dns_zones;
pub(crate) mod public_ips;
mod rules;
pub(crate) mod security_groups;
pub(crate) mod virtual_networks;
pub(crate) mod watchers;
