//! What stands in profiles of Front Door Standard and Premium.

pub(crate) mod custom_domains;
pub(crate) mod endpoints;
pub(crate) mod origin_groups;
pub(crate) mod origins;
pub(crate) mod routes;
pub(crate) mod security_policies;
