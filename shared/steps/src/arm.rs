//! Azure Resource Manager.

pub(crate) mod advisor;
pub(crate) mod app_configuration;
pub(crate) mod authorization;
pub(crate) mod cognitive_services;
pub(crate) mod compute;
pub(crate) mod consumption;
pub(crate) mod data_factory;
pub(crate) mod databricks;
pub(crate) mod key_vault;
pub(crate) mod logic;
pub(crate) mod machine_learning;
pub(crate) mod managed_identity;
pub(crate) mod management;
pub(crate) mod monitor;
pub(crate) mod network;
pub(crate) mod operational_insights;
pub(crate) mod policy;
pub(crate) mod recovery_services;
pub(crate) mod resources;
pub(crate) mod security;
pub(crate) mod service_bus;
pub(crate) mod sql;
pub(crate) mod storage;
