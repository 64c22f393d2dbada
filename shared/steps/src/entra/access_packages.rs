//! Entitlement management: access packages, who may request them, and who has them.
//!
//! None of its lists takes `$top`.

use crate::prelude::*;
pub(crate) mod approvers;
pub(crate) mod assignments;
pub(crate) mod catalogs;
pub(crate) mod packages;
pub(crate) mod policies;
pub(crate) mod requests;

/// What every step of entitlement management needs.
const NEEDS: Needs = Needs::directory("identity-governance-access-packages")
    .graph(&["EntitlementManagement.Read.All"])
    .licence(Licence::PremiumP2);
