//! Microsoft.Insights: what is logged, and where to.

pub(crate) mod diagnostic_settings;
