//! Microsoft.ApiManagement: gateways, and the APIs behind them.

pub(crate) mod apis;
pub(crate) mod services;
