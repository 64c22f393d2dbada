//! Microsoft.Resources: subscriptions and resource groups.

pub(crate) mod resource_groups;
pub(crate) mod subscriptions;
