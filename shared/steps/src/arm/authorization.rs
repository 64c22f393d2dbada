//! Microsoft.Authorization: who may do what.

pub(crate) mod deny_assignments;
pub(crate) mod role_assignments;
pub(crate) mod role_definitions;
pub(crate) mod role_schedules;
