//! Microsoft Entra ID.

pub(crate) mod access_packages;
pub(crate) mod account;
pub(crate) mod administrative_units;
pub(crate) mod app_role_assignments;
pub(crate) mod applications;
pub(crate) mod conditional_access;
pub(crate) mod credentials;
pub(crate) mod cross_tenant_access;
pub(crate) mod devices;
pub(crate) mod directory_roles;
pub(crate) mod domains;
pub(crate) mod federated_credentials;
pub(crate) mod groups;
pub(crate) mod managed_identities;
pub(crate) mod owners;
pub(crate) mod permission_grants;
pub(crate) mod privileged_identity;
pub(crate) mod service_principals;
pub(crate) mod subscribed_skus;
pub(crate) mod transitive_membership;
pub(crate) mod users;
