//! Azure Resource Manager.

pub(crate) mod authorization;
pub(crate) mod cdn;
pub(crate) mod compute;
pub(crate) mod consumption;
pub(crate) mod key_vault;
pub(crate) mod management;
pub(crate) mod monitor;
pub(crate) mod network;
pub(crate) mod resources;
pub(crate) mod service_bus;
pub(crate) mod sql;
pub(crate) mod storage;
