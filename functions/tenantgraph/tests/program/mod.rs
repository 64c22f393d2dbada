//! The real program, and a simulated tenant that it collects.

use std::collections::BTreeMap;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Command, Output, Stdio};

use simulator::{Options, Simulator};
use tempfile::TempDir;

/// The program, which hears nothing of who runs the tests.
pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tenantgraph"));
    command.env_remove("RUST_LOG").env_remove("TENANTGRAPH_CLOUD").env_remove("TENANTGRAPH_STORE");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// All that it printed.
pub(crate) fn text(output: &Output) -> String {
    let [out, err] = [&output.stdout, &output.stderr].map(|it| String::from_utf8_lossy(it));
    format!("{out}{err}")
}

/// Serves a tenant. Where it is stands in `cloud.json` of a folder.
pub(crate) async fn served(options: Options) -> (Simulator, TempDir) {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let simulator = Simulator::start(options, address).await.unwrap();
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("cloud.json"), simulator.cloud().to_string()).unwrap();
    (simulator, folder)
}

/// The ingestion sources of an instance that collects some, and what cannot be turned off.
pub(crate) fn only<const N: usize>(sources: [&str; N]) -> BTreeMap<&str, bool> {
    sources.map(|it| (it, true)).into_iter().chain([("*", false)]).collect()
}
