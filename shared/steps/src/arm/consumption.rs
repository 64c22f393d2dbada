//! Microsoft.Consumption: what was used, and what it cost.

pub(crate) mod usage_details;
