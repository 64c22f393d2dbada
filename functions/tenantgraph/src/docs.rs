//! `tenantgraph docs`.

use std::io::{Write as _, stdout};

use clap::{Command, CommandFactory as _};
use clap_mangen::Man;
use collector::event::reference;

use crate::arguments::{Arguments, Completions, Docs, Page};
use crate::{End, Error};

pub(crate) fn run(arguments: &Docs) -> Result<End, Error> {
    match arguments.page {
        Page::Model => {
            for page in steps::docs::data_model() {
                writeln!(stdout(), "{}", page.text)?;
            }
        }
        Page::Permissions => write!(stdout(), "{}", steps::docs::permissions())?,
        Page::Role => writeln!(stdout(), "{:#}", steps::docs::role(&arguments.scope))?,
        Page::Questions => write!(stdout(), "{}", questions::page())?,
        Page::Errors => write!(stdout(), "{}", microsoft::errors_page())?,
        Page::Configuration => write!(stdout(), "{}", reference::page())?,
        Page::Schema => writeln!(stdout(), "{:#}", reference::schema())?,
        Page::Man => stdout().write_all(&manual()?)?,
    }
    Ok(End::Complete)
}

/// The manual pages of all commands, one after the other.
fn manual() -> Result<Vec<u8>, Error> {
    let mut program = Arguments::command().disable_help_subcommand(true);
    program.build();
    let mut pages = Vec::new();
    let mut commands = vec![(program.get_name().to_owned(), program)];
    while let Some((name, command)) = commands.pop() {
        let inner: Vec<Command> = command.get_subcommands().cloned().collect();
        commands
            .extend(inner.into_iter().rev().map(|it| (format!("{name}-{}", it.get_name()), it)));
        Man::new(command).title(name).render(&mut pages)?;
    }
    Ok(pages)
}

/// Prints the completions of a shell.
pub(crate) fn completions(arguments: &Completions) -> Result<End, Error> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "tenantgraph", &mut script);
    stdout().write_all(&script)?;
    Ok(End::Complete)
}
