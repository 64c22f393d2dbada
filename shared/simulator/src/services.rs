//! Microsoft's services: what each answers to a request, given the tenant and the time. Nothing in
//! here knows of HTTP, nor of faults.

pub(crate) mod answer;
pub(crate) mod clock;
pub(crate) mod cloud;
pub(crate) mod counters;
pub(crate) mod entra;
pub(crate) mod export;
pub(crate) mod filter;
pub(crate) mod graph;
pub(crate) mod identity_endpoint;
pub(crate) mod paging;
pub(crate) mod report;
pub(crate) mod request;
pub(crate) mod resource_manager;
pub(crate) mod storage;
pub(crate) mod throttle;
pub(crate) mod token;
pub(crate) mod vault;
