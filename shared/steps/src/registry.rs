//! The steps that there are.

use crate::step::Step;
use crate::{arm, entra};

/// Every step, by id.
pub static STEPS: &[&Step] = &[
    &entra::account::STEP,
    &entra::account::SECURITY_DEFAULTS,
    &entra::administrative_units::MEMBERS,
    &entra::administrative_units::SCOPED_ROLES,
    &entra::administrative_units::STEP,
    &entra::owners::OF_APPLICATIONS,
    &entra::permission_grants::APPLICATION_PERMISSIONS,
    &entra::cross_tenant_access::DEFAULT_STEP,
    &entra::cross_tenant_access::PARTNERS,
    &entra::permission_grants::DELEGATED_PERMISSIONS,
    &entra::devices::STEP,
    &entra::administrative_units::ACTIVATED_ROLES,
    &entra::federated_credentials::STEP,
    &entra::privileged_identity::GROUP_ASSIGNMENTS,
    &entra::privileged_identity::GROUP_ELIGIBILITIES,
    &entra::groups::MEMBERS,
    &entra::owners::OF_GROUPS,
    &entra::groups::SERVICE_PRINCIPAL_MEMBERS,
    &entra::owners::SERVICE_PRINCIPALS_OF_GROUPS,
    &entra::groups::STEP,
    &entra::privileged_identity::ROLE_ASSIGNMENTS,
    &entra::directory_roles::STEP,
    &entra::privileged_identity::ROLE_ELIGIBILITIES,
    &entra::owners::OF_SERVICE_PRINCIPALS,
    &entra::service_principals::STEP,
    &entra::users::STEP,
    &arm::authorization::role_assignments::STEP,
    &arm::authorization::role_definitions::STEP,
    &entra::applications::STEP,
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
