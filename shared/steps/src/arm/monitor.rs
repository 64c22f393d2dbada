//! Azure Monitor.

pub(crate) mod activity_log_alerts;
pub(crate) mod application_insights;
pub(crate) mod diagnostic_settings;
