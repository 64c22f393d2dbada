//! Microsoft.Authorization: who may do what.

pub(crate) mod role_assignments;
pub(crate) mod role_definitions;
