//! Microsoft.Cache: Azure Cache for Redis, and Azure Managed Redis.

pub(crate) mod firewall_rules;
pub(crate) mod linked_servers;
pub(crate) mod managed;
pub(crate) mod managed_databases;
pub(crate) mod redis;
