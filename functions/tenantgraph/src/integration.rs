//! The integrations, as the command line names them.

use clap::ValueEnum;

/// An integration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Integration {
    /// The directory and the subscriptions.
    Azure,
    /// The directory and Microsoft Intune.
    Microsoft365,
}
