//! Azure Policy.

pub(crate) mod assignments;
pub(crate) mod definitions;
pub(crate) mod exemptions;
pub(crate) mod set_definitions;
pub(crate) mod states;
