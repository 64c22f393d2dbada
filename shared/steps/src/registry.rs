//! The steps that there are.

use std::collections::BTreeSet;

use crate::derived::Derived;
use crate::step::Step;
use crate::{arm, entra, microsoft365};

/// Every step, by id.
pub static STEPS: &[&Step] = &[
    &microsoft365::account::STEP,
    &microsoft365::account::intune::STEP,
    &microsoft365::account::subscription::STEP,
    &microsoft365::account::authority::STEP,
    &entra::account::STEP,
    &entra::account::security_defaults::STEP,
    &entra::administrative_units::members::STEP,
    &entra::administrative_units::role_assignments::STEP,
    &entra::administrative_units::STEP,
    &entra::owners::OF_APPLICATIONS,
    &entra::permission_grants::application_permissions::STEP,
    &entra::conditional_access::authentication_contexts::STEP,
    &entra::conditional_access::named_locations::STEP,
    &entra::conditional_access::policies::STEP,
    &entra::conditional_access::users::STEP,
    &entra::conditional_access::templates::STEP,
    &entra::cross_tenant_access::defaults::STEP,
    &entra::cross_tenant_access::partners::STEP,
    &entra::permission_grants::delegated::STEP,
    &entra::devices::registered_users::STEP,
    &entra::devices::STEP,
    &entra::administrative_units::activated_roles::STEP,
    &entra::domains::STEP,
    &entra::federated_credentials::STEP,
    &entra::privileged_identity::group_assignments::STEP,
    &entra::privileged_identity::group_eligibilities::STEP,
    &entra::groups::members::STEP,
    &entra::owners::OF_GROUPS,
    &entra::groups::service_principals::STEP,
    &entra::owners::SERVICE_PRINCIPALS_OF_GROUPS,
    &entra::groups::STEP,
    &entra::privileged_identity::role_assignments::STEP,
    &entra::directory_roles::assignments::STEP,
    &entra::directory_roles::STEP,
    &entra::privileged_identity::role_eligibilities::STEP,
    &entra::app_role_assignments::STEP,
    &entra::owners::OF_SERVICE_PRINCIPALS,
    &entra::service_principals::STEP,
    &entra::users::registration_details::STEP,
    &entra::users::sign_in_activity::STEP,
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
    &microsoft365::groups::members::STEP,
    &microsoft365::groups::service_principals::STEP,
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
    &entra::access_packages::catalogs::resources::STEP,
    &arm::advisor::recommendations::STEP,
    &arm::app_configuration::stores::STEP,
    &arm::authorization::deny_assignments::STEP,
    &arm::authorization::role_schedules::ASSIGNMENTS,
    &arm::authorization::role_assignments::STEP,
    &arm::authorization::role_definitions::STEP,
    &arm::authorization::role_schedules::STEP,
    &entra::applications::STEP,
    &arm::cognitive_services::accounts::STEP,
    &arm::cognitive_services::deployments::STEP,
    &arm::compute::galleries::STEP,
    &arm::compute::disks::STEP,
    &arm::compute::virtual_machines::status::STEP,
    &arm::compute::virtual_machines::STEP,
    &arm::data_factory::factories::STEP,
    &arm::sql::auditing::STEP,
    &arm::sql::encryption::STEP,
    &arm::sql::databases::STEP,
    &arm::sql::administrators::STEP,
    &arm::sql::alerts::STEP,
    &arm::sql::firewall_rules::STEP,
    &arm::sql::servers::STEP,
    &arm::databricks::workspaces::STEP,
    &arm::network::dns_zones::STEP,
    &arm::key_vault::keys::STEP,
    &arm::key_vault::secrets::STEP,
    &arm::key_vault::vaults::STEP,
    &arm::logic::workflows::STEP,
    &arm::machine_learning::workspaces::STEP,
    &arm::managed_identity::identities::STEP,
    &arm::management::groups::STEP,
    &arm::monitor::activity_log_alerts::STEP,
    &arm::monitor::application_insights::STEP,
    &arm::monitor::diagnostic_settings::STEP,
    &arm::network::interfaces::STEP,
    &arm::network::public_ips::STEP,
    &arm::network::load_balancers::STEP,
    &arm::network::security_groups::STEP,
    &arm::network::virtual_networks::STEP,
    &arm::network::watchers::STEP,
    &arm::operational_insights::workspaces::STEP,
    &arm::policy::assignments::STEP,
    &arm::policy::definitions::BUILT_IN,
    &arm::policy::set_definitions::BUILT_IN,
    &arm::policy::definitions::STEP,
    &arm::policy::exemptions::STEP,
    &arm::policy::set_definitions::STEP,
    &arm::policy::states::STEP,
    &arm::network::private_dns_zones::STEP,
    &arm::recovery_services::protected_items::STEP,
    &arm::recovery_services::vaults::STEP,
    &arm::resources::resource_groups::STEP,
    &arm::resources::locks::STEP,
    &arm::security::assessments::STEP,
    &arm::security::auto_provisioning::STEP,
    &arm::security::contacts::STEP,
    &arm::security::pricings::STEP,
    &arm::security::settings::STEP,
    &arm::security::alerts::STEP,
    &arm::security::secure_scores::STEP,
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

/// Every property that changes by itself, by the type of entity and its name.
#[must_use]
pub fn volatile() -> BTreeSet<(&'static str, &'static str)> {
    let own = STEPS.iter().flat_map(|step| step.entity_types());
    let own = own.flat_map(|of| of.declared().map(move |it| (of, it)));
    let all = own.chain(STEPS.iter().flat_map(|step| step.patches()));
    all.filter(|(_, it)| it.is_volatile).map(|(of, it)| (of.kind, it.name)).collect()
}
