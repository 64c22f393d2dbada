//! Microsoft.App: containers that run without machines of their own, and where they do.

pub(crate) mod container_apps;
pub(crate) mod environments;
pub(crate) mod jobs;

/// Where apps and jobs hold what may be a secret: the values of variables are given in plain.
const SECRETS: &[&str] = &[
    "/properties/configuration/secrets/*/value",
    "/properties/template/containers/*/env/*/value",
    "/properties/template/containers/*/probes/*/httpGet/httpHeaders/*/value",
    "/properties/template/initContainers/*/env/*/value",
];
