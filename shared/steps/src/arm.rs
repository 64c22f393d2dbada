//! Azure Resource Manager.

pub(crate) mod advisor;
pub(crate) mod authorization;
pub(crate) mod cache;
pub(crate) mod compute;
pub(crate) mod consumption;
pub(crate) mod cosmos_db;
pub(crate) mod db_for_mysql;
pub(crate) mod db_for_postgresql;
pub(crate) mod event_grid;
pub(crate) mod event_hub;
pub(crate) mod flexible_servers;
pub(crate) mod key_vault;
pub(crate) mod management;
pub(crate) mod monitor;
pub(crate) mod network;
pub(crate) mod policy;
pub(crate) mod resources;
pub(crate) mod security;
pub(crate) mod service_bus;
pub(crate) mod sql;
pub(crate) mod storage;
pub(crate) mod synapse;
