//! `tenantgraph docs`.

use crate::arguments::{Docs, Page};
use crate::{End, Error};

#[expect(clippy::unnecessary_wraps, reason = "every command ends the same way")]
pub(crate) fn run(arguments: &Docs) -> Result<End, Error> {
    match arguments.page {
        Page::Model => print!("{}", steps::docs::data_model()),
        Page::Permissions => print!("{}", steps::docs::permissions()),
        Page::Role => println!("{:#}", steps::docs::role(&arguments.scope)),
    }
    Ok(End::Complete)
}
