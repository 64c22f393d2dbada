//! Azure Red Hat `OpenShift`.

pub(crate) mod clusters;
