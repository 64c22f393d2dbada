//! The steps that there are.

use crate::step::Step;
use crate::{arm, entra};

/// Every step, by id.
pub static STEPS: &[&Step] = &[
    &entra::account::STEP,
    &entra::account::SECURITY_DEFAULTS,
    &entra::groups::MEMBERS,
    &entra::groups::SERVICE_PRINCIPAL_MEMBERS,
    &entra::groups::STEP,
    &entra::service_principals::STEP,
    &entra::users::STEP,
    &arm::authorization::role_assignments::STEP,
    &arm::authorization::role_definitions::STEP,
    &arm::compute::disks::STEP,
    &arm::compute::virtual_machines::STATUS,
    &arm::compute::virtual_machines::STEP,
    &arm::key_vault::keys::STEP,
    &arm::key_vault::secrets::STEP,
    &arm::key_vault::vaults::STEP,
    &arm::management::groups::STEP,
    &arm::monitor::diagnostic_settings::STEP,
    &arm::network::interfaces::STEP,
    &arm::network::public_ips::STEP,
    &arm::network::security_groups::STEP,
    &arm::network::virtual_networks::STEP,
    &arm::resources::resource_groups::STEP,
    &arm::resources::skipped_subscriptions::STEP,
    &arm::storage::accounts::STEP,
    &arm::resources::subscriptions::STEP,
    &arm::resources::locations::STEP,
    &arm::consumption::usage_details::STEP,
];

/// The step with an id, or the one that makes the step with that id needless.
#[must_use]
pub fn find(id: &str) -> Option<&'static Step> {
    let by_id = STEPS.iter().find(|step| step.id == id);
    by_id.or_else(|| STEPS.iter().find(|step| step.covers.contains(&id))).copied()
}
