//! Microsoft.Network.

pub(crate) mod interfaces;
mod prefix;
pub(crate) mod public_ips;
mod rules;
pub(crate) mod security_groups;
pub(crate) mod virtual_networks;
