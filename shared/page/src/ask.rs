//! Queries in J1QL.

use std::collections::BTreeMap;

use query::{Question, Terms};
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
    let question = Question {
        text: &ask.query,
        terms: &terms,
        cursor: ask.cursor.as_deref(),
        certain: ask.certain,
        limit: Some(ask.limit.unwrap_or(MOST).min(MOST)),
    };
    let (answer, cursor) = query::ask(&site.tables, &site.model, &question).await?;
    Ok(answer.to_json(cursor.as_deref()))
}
