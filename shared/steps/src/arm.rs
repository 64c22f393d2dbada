//! Azure Resource Manager.

pub(crate) mod api_management;
pub(crate) mod app;
pub(crate) mod authorization;
pub(crate) mod batch;
pub(crate) mod compute;
pub(crate) mod consumption;
pub(crate) mod container_instance;
pub(crate) mod container_registry;
pub(crate) mod container_service;
pub(crate) mod key_vault;
pub(crate) mod management;
pub(crate) mod monitor;
pub(crate) mod network;
pub(crate) mod resources;
pub(crate) mod service_bus;
pub(crate) mod sql;
pub(crate) mod storage;
pub(crate) mod web;
