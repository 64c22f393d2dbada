//! What runs jobs, and what is planned for them.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

use super::stored::Storage;

#[derive(Debug, Args)]
pub(crate) struct Run {
    /// A file with the event, such as those of events/. `-` reads stdin.
    pub(crate) event: PathBuf,
    /// Runs only this step instead of the whole job. You can give this option several times.
    #[arg(long = "step", value_name = "ID")]
    pub(crate) steps: Vec<String>,
    #[command(flatten)]
    pub(crate) storage: Storage,
    /// The cloud: public, usgov, china, or a JSON file. Overrides the cloud of the instance.
    #[arg(long, env = "TENANTGRAPH_CLOUD", value_name = "CLOUD|FILE")]
    pub(crate) cloud: Option<String>,
    /// Prints the summary as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Plan {
    /// A file with the event. `-` reads stdin.
    pub(crate) event: PathBuf,
    /// Prints the plan as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// A file with the event, such as those of events/.
    pub(crate) event: PathBuf,
    #[command(flatten)]
    pub(crate) storage: Storage,
    /// The cloud: public, usgov, china, or a JSON file. Overrides the cloud of the instance.
    #[arg(long, env = "TENANTGRAPH_CLOUD", value_name = "CLOUD|FILE")]
    pub(crate) cloud: Option<String>,
    /// Prints JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Consent {
    /// The address to listen on. Port 0 takes any free port.
    #[arg(long, default_value = "127.0.0.1:8400", value_name = "IP:PORT")]
    pub(crate) listen: SocketAddr,
    /// The public URL of this page, if it is not http://localhost:PORT. It must be https, except on
    /// this machine.
    #[arg(long, value_name = "URL")]
    pub(crate) address: Option<String>,
    /// The signing key of the consent state, from an environment variable or a file. Without this
    /// option, tenantgraph uses a random key until the process ends.
    #[arg(long, value_name = "env:NAME|file:PATH")]
    pub(crate) key: Option<String>,
    #[command(flatten)]
    pub(crate) storage: Storage,
    /// The cloud: public, usgov, china, or a JSON file. Overrides the cloud of every instance.
    #[arg(long, env = "TENANTGRAPH_CLOUD", value_name = "CLOUD|FILE")]
    pub(crate) cloud: Option<String>,
}
