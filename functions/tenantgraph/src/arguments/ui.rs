//! The page that shows and explores the graph.

use clap::Args;

use super::ask::Asked;

/// The port at which the page is served, unless a command line says otherwise.
pub(super) const PORT: u16 = 8401;

#[derive(Debug, Args)]
pub(crate) struct Ui {
    #[command(flatten)]
    pub(crate) asked: Asked,
    /// The port on 127.0.0.1. 0 takes any free port.
    #[arg(long, default_value_t = PORT)]
    pub(crate) port: u16,
}
