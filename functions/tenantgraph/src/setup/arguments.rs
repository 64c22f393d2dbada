//! The arguments of `tenantgraph setup`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::scope::Scope;
use crate::integration::Integration;

#[derive(Debug, Args)]
pub(crate) struct Setup {
    /// A file with an event, whose ids may still be those of the sample: the steps that it enables
    /// are granted what they need. Without it, the steps that are on by default.
    pub(crate) event: Option<PathBuf>,
    /// The integration, if no event says it.
    #[arg(long, value_enum, default_value = "azure", conflicts_with = "event")]
    pub(crate) integration: Integration,
    /// What to write.
    #[arg(long, value_enum, default_value = "az")]
    pub(crate) format: Format,
    /// Where to assign the role: `tenant-root`, `/subscriptions/ID` or
    /// `/providers/Microsoft.Management/managementGroups/ID`. You can give this option several
    /// times. Without it, the subscription of the event, or `tenant-root`.
    #[arg(long = "scope", value_name = "SCOPE")]
    pub(crate) scopes: Vec<Scope>,
    /// How the application proves who it is.
    #[arg(long, value_enum, default_value = "secret")]
    pub(crate) credential: Credential,
    /// The directory to write files to, in place of stdout. tenantgraph creates it if it does not
    /// exist.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}

/// What is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A script for the Azure CLI, in bash, that does everything.
    Az,
    /// A module for Terraform.
    Terraform,
    /// The role and its assignment in Bicep, for one scope.
    Bicep,
    /// The permissions that the manifest of the application asks for, as JSON.
    Manifest,
}

/// How the application proves who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Credential {
    /// A client secret.
    Secret,
    /// A certificate, the public part of which is uploaded.
    Certificate,
    /// Tokens of another issuer.
    Federated,
}
