//! The steps that there are.

use crate::step::Step;
use crate::{arm, entra};

/// Every step, by id.
pub static STEPS: &[&Step] = &[
    &entra::account::STEP,
    &entra::account::SECURITY_DEFAULTS,
    &entra::groups::MEMBERS,
    &entra::groups::STEP,
    &entra::users::STEP,
    &arm::compute::disks::STEP,
    &arm::resources::resource_groups::STEP,
    &arm::resources::subscriptions::STEP,
];

/// The step with an id, or the one that makes the step with that id needless.
#[must_use]
pub fn find(id: &str) -> Option<&'static Step> {
    let by_id = STEPS.iter().find(|step| step.id == id);
    by_id.or_else(|| STEPS.iter().find(|step| step.covers.contains(&id))).copied()
}
