//! Microsoft.DBforMySQL: flexible servers of `MySQL`, and what belongs to them.

pub(crate) mod administrators;
pub(crate) mod configurations;
pub(crate) mod databases;
pub(crate) mod firewall_rules;
pub(crate) mod servers;
