//! The command line.

use std::env;
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    tenantgraph::run(env::args_os()).await
}
