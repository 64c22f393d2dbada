//! Queries in J1QL.

use std::collections::BTreeMap;

use query::execute::{Answer, Options};
use query::{Cursor, Terms, compile, execute};
use serde::Deserialize;
use serde_json::Value;

use crate::failure::Failure;
use crate::site::Site;

/// How many rows are answered at most. A tree has as many entities as the page draws.
const MOST: u64 = 500;

/// What is asked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ask {
    query: String,
    #[serde(default)]
    parameters: BTreeMap<String, Value>,
    cursor: Option<String>,
    #[serde(default)]
    certain: bool,
    limit: Option<u64>,
}

/// Answers a query in the form of `JupiterOne`'s API.
pub(crate) async fn ask(site: &Site, body: &[u8]) -> Result<String, Failure> {
    let ask: Ask = serde_json::from_slice(body)
        .map_err(|cause| Failure::Invalid(format!("the request makes no sense: {cause}")))?;
    let terms = Terms { parameters: ask.parameters, now: query::now() };
    let plan = compile(&ask.query, &site.model, &terms)
        .map_err(|cause| Failure::Invalid(cause.to_string()))?;
    let manifest = &site.tables.manifest;
    let offset = match &ask.cursor {
        Some(cursor) => {
            let cursor = Cursor::read(cursor, &ask.query, manifest);
            cursor.map_err(|cause| Failure::Invalid(cause.to_string()))?.offset
        }
        None => 0,
    };
    let limit = ask.limit.unwrap_or(MOST).min(MOST);
    let options = Options { certain: ask.certain, offset, limit: Some(limit) };
    let answer: Answer = execute(&plan, &site.model, &site.tables, &options).await?;
    let cursor = answer.next.map(|offset| Cursor::new(offset, &ask.query, manifest).to_string());
    Ok(answer.to_json(cursor.as_deref()))
}
