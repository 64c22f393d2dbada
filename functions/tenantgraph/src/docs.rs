//! `tenantgraph docs`.

use std::io::{Write as _, stdout};

use crate::arguments::{Docs, Page};
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
    }
    Ok(End::Complete)
}
