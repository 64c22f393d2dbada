//! Generated pages.

use clap::{Args, ValueEnum};

#[derive(Debug, Args)]
pub(crate) struct Docs {
    /// The page to print.
    #[arg(value_enum)]
    pub(crate) page: Page,
    /// Where the custom role can be assigned: `/subscriptions/…` or a management group.
    #[arg(long, default_value = "/subscriptions/00000000-0000-0000-0000-000000000000")]
    pub(crate) scope: String,
}

/// A generated page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Page {
    /// Every type with its properties and relationships.
    Model,
    /// Every permission, and the steps that need it.
    Permissions,
    /// The smallest custom role for Azure, as JSON.
    Role,
    /// Every question, with what it means.
    Questions,
    /// What Microsoft's errors mean, and what to do.
    Errors,
    /// Every field of an event.
    Configuration,
    /// The JSON Schema of events.
    Schema,
    /// The manual page of tenantgraph, with all commands, for `man`.
    Man,
}

#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell.
    #[arg(value_enum)]
    pub(crate) shell: clap_complete::Shell,
}
