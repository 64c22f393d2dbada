//! Microsoft.ContainerService: clusters of Kubernetes, and who else may reach into them.

pub(crate) mod access_roles;
pub(crate) mod clusters;
pub(crate) mod fleet_members;
pub(crate) mod fleets;
pub(crate) mod maintenance;
pub(crate) mod role_bindings;
