//! The steps that there are.

use crate::derived::Derived;
use crate::step::Step;
use crate::{arm, entra, microsoft365};

/// Every step, by id.
pub static STEPS: &[&Step] = &[
    &microsoft365::account::STEP,
    &microsoft365::account::INTUNE,
    &microsoft365::account::SUBSCRIPTION,
    &microsoft365::account::AUTHORITY,
    &entra::account::STEP,
    &entra::account::SECURITY_DEFAULTS,
    &entra::administrative_units::MEMBERS,
    &entra::administrative_units::SCOPED_ROLES,
    &entra::administrative_units::STEP,
    &entra::owners::OF_APPLICATIONS,
    &entra::permission_grants::APPLICATION_PERMISSIONS,
    &entra::conditional_access::authentication_contexts::STEP,
    &entra::conditional_access::named_locations::STEP,
    &entra::conditional_access::policies::STEP,
    &entra::conditional_access::users::STEP,
    &entra::conditional_access::templates::STEP,
    &entra::cross_tenant_access::DEFAULT_STEP,
    &entra::cross_tenant_access::PARTNERS,
    &entra::permission_grants::DELEGATED_PERMISSIONS,
    &entra::devices::REGISTERED_USERS,
    &entra::devices::STEP,
    &entra::administrative_units::ACTIVATED_ROLES,
    &entra::domains::STEP,
    &entra::federated_credentials::STEP,
    &entra::privileged_identity::GROUP_ASSIGNMENTS,
    &entra::privileged_identity::GROUP_ELIGIBILITIES,
    &entra::groups::MEMBERS,
    &entra::owners::OF_GROUPS,
    &entra::groups::SERVICE_PRINCIPAL_MEMBERS,
    &entra::owners::SERVICE_PRINCIPALS_OF_GROUPS,
    &entra::groups::STEP,
    &entra::privileged_identity::ROLE_ASSIGNMENTS,
    &entra::directory_roles::ASSIGNMENTS,
    &entra::directory_roles::STEP,
    &entra::privileged_identity::ROLE_ELIGIBILITIES,
    &entra::app_role_assignments::STEP,
    &entra::owners::OF_SERVICE_PRINCIPALS,
    &entra::service_principals::STEP,
    &entra::users::REGISTRATION_DETAILS,
    &entra::users::SIGN_IN_ACTIVITY,
    &entra::users::STEP,
    &microsoft365::compliance_policies::STEP,
    &microsoft365::compliance_policies::FINDINGS,
    &microsoft365::compliance_policies::STATUSES,
    &microsoft365::detected_applications::INSTALLATIONS,
    &microsoft365::detected_applications::INSTALLATIONS_BY_DEVICE,
    &microsoft365::detected_applications::STEP,
    &microsoft365::detected_applications::PAGES,
    &microsoft365::device_configurations::STEP,
    &microsoft365::device_configurations::FINDINGS,
    &microsoft365::device_configurations::STATUSES,
    &microsoft365::groups::MEMBERS,
    &microsoft365::groups::SERVICE_PRINCIPAL_MEMBERS,
    &microsoft365::groups::STEP,
    &microsoft365::managed_applications::ASSIGNMENTS,
    &microsoft365::managed_applications::ASSIGNMENTS_TABLE,
    &microsoft365::managed_applications::STEP,
    &microsoft365::devices::STEP,
    &entra::access_packages::packages::STEP,
    &entra::access_packages::assignments::STEP,
    &entra::access_packages::approvers::STEP,
    &entra::access_packages::policies::STEP,
    &entra::access_packages::requests::STEP,
    &entra::access_packages::catalogs::STEP,
    &entra::access_packages::catalogs::RESOURCES,
    &arm::authorization::role_assignments::STEP,
    &arm::authorization::role_definitions::STEP,
    &entra::applications::STEP,
    &arm::compute::galleries::STEP,
    &arm::compute::disks::STEP,
    &arm::compute::virtual_machines::STATUS,
    &arm::compute::virtual_machines::STEP,
    &arm::sql::auditing::STEP,
    &arm::sql::encryption::STEP,
    &arm::sql::databases::STEP,
    &arm::sql::administrators::STEP,
    &arm::sql::alerts::STEP,
    &arm::sql::firewall_rules::STEP,
    &arm::sql::servers::STEP,
    &arm::network::dns_zones::STEP,
    &arm::key_vault::keys::STEP,
    &arm::key_vault::secrets::STEP,
    &arm::key_vault::vaults::STEP,
    &arm::management::groups::STEP,
    &arm::monitor::diagnostic_settings::STEP,
    &arm::network::interfaces::STEP,
    &arm::network::public_ips::STEP,
    &arm::network::load_balancers::STEP,
    &arm::network::security_groups::STEP,
    &arm::network::virtual_networks::STEP,
    &arm::network::watchers::STEP,
    &arm::network::private_dns_zones::STEP,
    &arm::resources::resource_groups::STEP,
    &arm::service_bus::namespaces::STEP,
    &arm::resources::skipped_subscriptions::STEP,
    &arm::storage::accounts::STEP,
    &arm::resources::subscriptions::STEP,
    &arm::resources::locations::STEP,
    &arm::consumption::usage_details::STEP,
    &microsoft365::users::STEP,
    &microsoft365::users::SIGN_IN_ACTIVITY,
];

/// The step with an id, or the one that makes the step with that id needless.
#[must_use]
pub fn find(id: &str) -> Option<&'static Step> {
    let by_id = STEPS.iter().find(|step| step.id == id);
    by_id.or_else(|| STEPS.iter().find(|step| step.covers.contains(&id))).copied()
}

/// Every rule by which relationships follow from others, by id.
pub static DERIVED: &[&Derived] = &[&entra::transitive_membership::RULE];

/// The rule that finds relationships of a type, if one does.
#[must_use]
pub fn derives(kind: &str) -> Option<&'static Derived> {
    DERIVED.iter().find(|rule| rule.members.iter().any(|it| it.becomes == kind)).copied()
}
