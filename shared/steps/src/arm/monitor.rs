//! Azure Monitor.

pub(crate) mod action_groups;
pub(crate) mod activity_log_alerts;
pub(crate) mod application_insights;
pub(crate) mod diagnostic_settings;
pub(crate) mod log_alerts;
pub(crate) mod metric_alerts;
