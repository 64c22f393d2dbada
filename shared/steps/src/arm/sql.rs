//! Microsoft.Sql: servers, and what belongs to them.

pub(crate) mod administrators;
pub(crate) mod alerts;
pub(crate) mod auditing;
pub(crate) mod databases;
pub(crate) mod encryption;
pub(crate) mod firewall_rules;
pub(crate) mod servers;
