//! Asking one page of a query.

use crate::compile::{Terms, compile};
use crate::cursor::{Cursor, CursorError};
use crate::execute::{Answer, ExecuteError, Options, execute};
use crate::language::QueryError;
use crate::model::Model;
use crate::tables::Tables;

/// A query, and what is wanted of its answer.
#[derive(Debug)]
pub struct Question<'a> {
    /// The query.
    pub text: &'a str,
    /// What its parameters stand for.
    pub terms: &'a Terms,
    /// The cursor that came with the page before; none for the first page.
    pub cursor: Option<&'a str>,
    /// Whether rows are left out that rest on something that was not read.
    pub certain: bool,
    /// The most rows, if there is a limit.
    pub limit: Option<u64>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// The query makes no sense.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// The cursor does not do.
    #[error(transparent)]
    Cursor(#[from] CursorError),
    /// The query cannot be answered.
    #[error(transparent)]
    Execute(#[from] ExecuteError),
}

/// Answers a query, with the cursor of the next page if there is one.
///
/// # Errors
///
/// If the query or the cursor makes no sense, or a table cannot be read.
pub async fn ask(
    tables: &Tables,
    model: &Model,
    question: &Question<'_>,
) -> Result<(Answer, Option<String>), AskError> {
    let Question { text, terms, cursor, certain, limit } = *question;
    let plan = compile(text, model, terms)?;
    let offset = match cursor {
        Some(cursor) => Cursor::read(cursor, text, &tables.manifest)?.offset,
        None => 0,
    };
    let answer = execute(&plan, model, tables, &Options { certain, offset, limit }).await?;
    let next = answer.next.map(|offset| Cursor::new(offset, text, &tables.manifest).to_string());
    Ok((answer, next))
}
