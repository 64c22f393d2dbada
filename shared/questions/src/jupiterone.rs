//! Questions as `JupiterOne` writes them: with a list of queries, each of which may say what its
//! results are.

use serde::Deserialize;
use serde_json::Value;

use crate::question::{Question, Severity};

/// Whether a question is in `JupiterOne`'s form.
pub(crate) fn is_question(item: &Value) -> bool {
    item.get("queries").is_some_and(Value::is_array)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    id: Option<String>,
    title: Option<String>,
    name: Option<String>,
    #[serde(default)]
    description: Option<String>,
    queries: Vec<Query>,
    #[serde(default)]
    compliance: Vec<Compliance>,
    alert_level: Option<Severity>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Query {
    name: Option<String>,
    #[serde(rename = "query")]
    text: String,
    results_are: Option<String>,
}

#[derive(Deserialize)]
struct Compliance {
    #[serde(default)]
    standard: Option<String>,
    #[serde(default)]
    requirements: Vec<Value>,
    #[serde(default)]
    controls: Vec<Value>,
}

/// The question of an item. One with several queries that say what is bad becomes several, in which
/// the name of the query is part of the id.
pub(crate) fn questions(item: &Value) -> Result<Vec<Question>, String> {
    let written = Written::deserialize(item).map_err(|error| error.to_string())?;
    let title = written.title.or(written.name.clone()).unwrap_or_default();
    let id = written.id.or(written.name).unwrap_or_else(|| title.clone());
    let references = written.compliance.iter().map(|it| {
        let text = |it: &Value| it.as_str().map_or_else(|| it.to_string(), str::to_owned);
        let controls: Vec<String> = it.requirements.iter().chain(&it.controls).map(text).collect();
        let standard = it.standard.as_deref().unwrap_or_default();
        format!("{standard} {}", controls.join(", ")).trim().to_owned()
    });
    let references: Vec<String> = references.filter(|it| !it.is_empty()).collect();
    let is_good = |it: &&Query| {
        it.results_are.as_deref() == Some("GOOD") || it.name.as_deref() == Some("good")
    };
    let good = written.queries.iter().find(is_good).map(|it| it.text.clone());
    let others: Vec<&Query> = written.queries.iter().filter(|it| !is_good(it)).collect();
    let question = |id: String, bad: &str, good: Option<String>| Question {
        id,
        title: title.clone(),
        severity: written.alert_level.unwrap_or_default(),
        meaning: written.description.clone().unwrap_or_default(),
        references: references.clone(),
        bad: bad.to_owned(),
        good,
    };
    Ok(match others.as_slice() {
        // What only says what is good asks for nothing bad.
        [] => written.queries.iter().map(|it| question(id.clone(), &it.text, None)).collect(),
        [one] => vec![question(id, &one.text, good)],
        several => {
            let numbered = several.iter().enumerate();
            let each = numbered.map(|(at, it)| {
                let name = it.name.clone().unwrap_or_else(|| at.to_string());
                question(format!("{id}/{name}"), &it.text, None)
            });
            each.collect()
        }
    })
}
