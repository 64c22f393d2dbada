//! Microsoft.ContainerInstance.

pub(crate) mod groups;
