//! Microsoft.ContainerRegistry: registries of images, and whom they tell of changes.

pub(crate) mod registries;
pub(crate) mod webhooks;
