//! Microsoft Intune: the devices that it manages, and what it knows of them.
//!
//! Nothing of it is stored but how many there are of everything, and what has changed since. Which
//! application is on which device is a function that can be computed in both directions.

pub(crate) mod app;
mod app_names;
pub(crate) mod device;
mod device_columns;
mod device_properties;
pub(crate) mod family;
pub(crate) mod fleet;
mod holder;
pub(crate) mod install;
pub(crate) mod mobile_app;
mod model;
pub(crate) mod policy;
mod policy_types;
mod shelves;
pub(crate) mod state;

/// What stands where there is no identifier.
pub(crate) const NO_ID: &str = "00000000-0000-0000-0000-000000000000";

/// What stands where there is no date.
pub(crate) const NO_DATE: &str = "0001-01-01T00:00:00Z";
