//! Queries that Amazon Athena answers.

use aws::{Athena, Location, Workgroup};
use query::execute::{Answer, Options};
use query::sql::Statement;
use query::tables::Tables;
use query::{Model, Plan, Terms, compile, sql};

use crate::Error;
use crate::arguments::{AthenaArguments, Explanation, Query};
use crate::print::{grouped, line};
use crate::progress::{remark, say};

/// A query as a statement, with at most so many rows unless the query says so.
fn statement(
    arguments: &Query,
    limit: Option<u64>,
    text: &str,
    terms: &Terms,
    (tables, model): (&Tables, &Model),
) -> Result<(Plan, Statement), Error> {
    let plan = compile(text, model, terms).map_err(|it| it.to_string())?;
    let options = Options { certain: arguments.certain, offset: 0, limit };
    let store = arguments.asked.storage.store.trim_end_matches('/');
    let location = format!("{store}/{}", tables.prefix().unwrap_or_default());
    let statement = sql(&plan, model, &tables.manifest, &location, &options)?;
    Ok((plan, statement))
}

/// Prints a query as SQL, or what makes the tables that it reads.
pub(super) fn explain(
    arguments: &Query,
    explanation: Explanation,
    text: &str,
    terms: &Terms,
    asked: (&Tables, &Model),
) -> Result<(), Error> {
    let (_, statement) = statement(arguments, None, text, terms, asked)?;
    if explanation == Explanation::Tables {
        readable(arguments, asked.0)?;
        return Ok(statement.tables.iter().try_for_each(|it| line(&format!("{};", it.text)))?);
    }
    Ok(statement.text.lines().try_for_each(line)?)
}

/// Asks Athena. Tables that are not there yet are made.
pub(super) async fn ask(
    arguments: &Query,
    text: &str,
    terms: &Terms,
    (tables, model): (&Tables, &Model),
) -> Result<Answer, Error> {
    readable(arguments, tables)?;
    let limit = if arguments.all { None } else { Some(arguments.limit) };
    let (plan, statement) = statement(arguments, limit, text, terms, (tables, model))?;
    let AthenaArguments { workgroup, database, output, .. } = &arguments.athena;
    let (name, database) = (workgroup.clone(), database.clone());
    let athena = Athena::connect(Workgroup { name, database, output: output.clone() }).await;
    for table in &statement.tables {
        if !athena.has_table(&table.name).await? {
            say(&format!("making the table {}", table.name));
            athena.run(&table.text).await?;
        }
    }
    let found = athena.rows(&statement.text).await?;
    remark(&format!("Athena has read {} bytes", grouped(found.scanned)));
    let (answer, is_more) = statement.answer(&found.rows, &plan, model, &tables.manifest)?;
    if is_more {
        remark("there are more; --limit and --all show them");
    }
    Ok(answer)
}

/// Whether Athena can read the tables.
fn readable(arguments: &Query, tables: &Tables) -> Result<(), Error> {
    let store = &arguments.asked.storage.store;
    if matches!(store.parse()?, Location::Directory(_)) {
        return Err(format!("Athena reads tables in a bucket, and {store} is a directory").into());
    }
    if tables.prefix().is_none() {
        return Err("Athena reads tables that were published, and those of this graph were not; \
                    the next job publishes them"
            .into());
    }
    Ok(())
}
