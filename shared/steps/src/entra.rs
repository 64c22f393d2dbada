//! Microsoft Entra ID.

pub(crate) mod access_packages;
pub(crate) mod account;
pub(crate) mod app_role_assignments;
pub(crate) mod applications;
pub(crate) mod conditional_access;
pub(crate) mod devices;
pub(crate) mod directory_roles;
pub(crate) mod domains;
pub(crate) mod groups;
pub(crate) mod service_principals;
pub(crate) mod users;
