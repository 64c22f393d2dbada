//! Simulated tenants.

use std::path::PathBuf;

use clap::Args;

use crate::integration::Integration;

use super::stored::Storage;
use super::ui::PORT;

/// How large a simulated tenant is.
#[derive(Debug, Args)]
pub(crate) struct Tenant {
    /// The number of users. The numbers of groups and service principals follow from it.
    #[arg(long, default_value_t = 2000)]
    pub(crate) users: u32,
    /// The number of subscriptions.
    #[arg(long, default_value_t = 3)]
    pub(crate) subscriptions: u32,
    /// The approximate number of resources in a subscription.
    #[arg(long, default_value_t = 120)]
    pub(crate) resources: u32,
    /// The random seed. The same seed and sizes give the same tenant.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// The latency of each answer, in milliseconds.
    #[arg(long, default_value_t = 0)]
    pub(crate) latency: u64,
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub(crate) struct Demo {
    /// The integration that collects the simulated tenant.
    #[arg(long, value_enum, default_value = "azure")]
    pub(crate) integration: Integration,
    #[command(flatten)]
    pub(crate) tenant: Tenant,
    /// Imitates Microsoft's throttles as they are documented: requests that come too fast are
    /// refused, and tenantgraph paces itself as it does with Microsoft, so that the demo takes
    /// minutes. Without this option, nothing is refused and nothing is waited for.
    #[arg(long)]
    pub(crate) realistic: bool,
    /// Lets the application read everything. Without this option it lacks some permissions, to show
    /// what tenantgraph says of what it could not read.
    #[arg(long)]
    pub(crate) all_permissions: bool,
    #[command(flatten)]
    pub(crate) storage: Storage,
    /// Serves the page that shows and explores the graph, once the tenant is collected.
    #[arg(long, conflicts_with = "json")]
    pub(crate) ui: bool,
    /// The port on 127.0.0.1 of the page. 0 takes any free port.
    #[arg(long, requires = "ui", default_value_t = PORT)]
    pub(crate) port: u16,
    /// Prints the summaries as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Simulate {
    #[command(flatten)]
    pub(crate) tenant: Tenant,
    /// The port on 127.0.0.1. 0 takes any free port.
    #[arg(long, default_value_t = 0)]
    pub(crate) port: u16,
    /// Adds an application of another organisation with this redirect URI, to which an
    /// administrator can grant admin consent. consent.json is an event for an instance that waits
    /// for it.
    #[arg(long, value_name = "URL")]
    pub(crate) redirect_uri: Option<String>,
    /// A federated identity credential of the application: a JSON file with `issuer`, `subject` and
    /// `audiences`, as Microsoft Entra ID has them, and `keys`, the JSON Web Key Set that the
    /// issuer publishes.
    #[arg(long, value_name = "FILE")]
    pub(crate) federated_credential: Option<PathBuf>,
    /// The directory for cloud.json and an event for each instance (microsoft365.json for Microsoft
    /// 365). tenantgraph writes them once it serves the tenant.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
}
