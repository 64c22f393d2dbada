//! Microsoft.Resources: subscriptions, resource groups, and what locks them.

pub(crate) mod locations;
pub(crate) mod locks;
pub(crate) mod resource_groups;
pub(crate) mod skipped_subscriptions;
pub(crate) mod subscriptions;
