//! Microsoft.Web: apps, how they are configured, and the plans that they run on.

pub(crate) mod apps;
pub(crate) mod authentication;
pub(crate) mod configuration;
pub(crate) mod plans;
pub(crate) mod static_sites;
