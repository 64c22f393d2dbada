//! Microsoft.Sql: servers, and what belongs to them.

pub(crate) mod administrators;
pub(crate) mod alerts;
pub(crate) mod auditing;
pub(crate) mod databases;
pub(crate) mod elastic_pools;
pub(crate) mod encryption;
pub(crate) mod encryption_protectors;
pub(crate) mod failover_groups;
pub(crate) mod firewall_rules;
pub(crate) mod managed_databases;
pub(crate) mod managed_instances;
pub(crate) mod servers;
pub(crate) mod virtual_network_rules;
pub(crate) mod vulnerability_assessments;
