//! Entitlement management: access packages, who may request them, and who has them.
//!
//! None of its lists takes `$top`.

pub(crate) mod approvers;
pub(crate) mod assignments;
pub(crate) mod catalogs;
pub(crate) mod packages;
pub(crate) mod policies;
pub(crate) mod requests;

use crate::step::{Permission, Step};

/// A step of entitlement management, for declaring others with `..STEP`.
const STEP: Step = Step {
    ingestion_source: Some("identity-governance-access-packages"),
    permissions: &[Permission::Graph("EntitlementManagement.Read.All")],
    ..Step::DIRECTORY
};
