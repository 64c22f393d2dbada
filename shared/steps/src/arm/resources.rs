//! Microsoft.Resources: subscriptions and resource groups.

pub(crate) mod locations;
pub(crate) mod resource_groups;
pub(crate) mod skipped_subscriptions;
pub(crate) mod subscriptions;
