//! Answers queries from the latest published graph. It is invoked directly, and whoever may invoke
//! it may ask: IAM says who that is.

use std::collections::BTreeMap;

use collector::Context;
use lambda_runtime::{Error, LambdaEvent};
use query::execute::{PAGE, entities_called, neighbours, route};
use query::tables::{self, Tables};
use query::{Model, Question, Terms};
use serde::Deserialize;
use serde_json::{Value, json};

/// The most bytes of an answer. AWS Lambda hands 6 MB over, in which each quotation mark takes two.
const LARGEST: usize = 3 << 20;

/// How many relationships of one type are answered.
const NEIGHBOURS: usize = 50;

/// How long a path is looked for.
const LONGEST: usize = 8;

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Ask {
    /// The id of the tenant's instance, or of that of a subscription.
    tenant: String,
    query: Option<String>,
    neighbours: Option<String>,
    path: Option<Ends>,
    #[serde(default)]
    parameters: BTreeMap<String, Value>,
    limit: Option<u64>,
    cursor: Option<String>,
    #[serde(default)]
    certain: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ends {
    from: String,
    to: String,
    #[serde(default)]
    without: Vec<String>,
}

/// Answers what an event asks.
///
/// # Errors
///
/// If the event or the query makes no sense, nothing is published, or storage fails.
pub async fn handle(context: &Context, event: LambdaEvent<Value>) -> Result<Value, Error> {
    let ask = Ask::deserialize(event.payload)?;
    let tables = tables::latest(context, &ask.tenant).await?;
    let tables = tables.ok_or_else(|| format!("nothing is published of {}", ask.tenant))?;
    let text = match (&ask.query, &ask.neighbours, &ask.path) {
        (Some(text), None, None) => query(&ask, text, &tables).await?,
        (None, Some(name), None) => {
            let entity = one(&tables, name).await?;
            neighbours(&tables, entity, NEIGHBOURS).await?.to_json(None)
        }
        (None, None, Some(ends)) => {
            let (from, to) = (one(&tables, &ends.from).await?, one(&tables, &ends.to).await?);
            match route(&tables, from, to, LONGEST, &ends.without).await? {
                Some(route) => route.answer.to_json(None),
                None => {
                    json!({ "type": "tree", "data": { "vertices": [], "edges": [] } }).to_string()
                }
            }
        }
        _ => return Err("give one of these: query, neighbours, path".into()),
    };
    if text.len() > LARGEST {
        return Err("the answer is too large to hand over; ask for fewer rows by limit".into());
    }
    Ok(serde_json::from_str(&text)?)
}

async fn query(ask: &Ask, text: &str, tables: &Tables) -> Result<String, Error> {
    let model = Model::new(Some(&tables.manifest));
    let terms = Terms { parameters: ask.parameters.clone(), now: query::now() };
    let question = Question {
        text,
        terms: &terms,
        cursor: ask.cursor.as_deref(),
        certain: ask.certain,
        limit: Some(ask.limit.unwrap_or(PAGE)),
    };
    let (answer, cursor) = query::ask(tables, &model, &question).await?;
    Ok(answer.to_json(cursor.as_deref()))
}

async fn one(tables: &Tables, name: &str) -> Result<u32, Error> {
    match entities_called(tables, name).await?.as_slice() {
        [one] => Ok(*one),
        [] => Err(format!("there is no entity with the key or name {name}").into()),
        several => Err(format!("{} entities are called {name}; give a key", several.len()).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_event_that_can_be_sent_by_hand_is_one() {
        let event: Value =
            serde_json::from_str(include_str!("../../../events/ask-query.json")).unwrap();
        let ask = Ask::deserialize(event).unwrap();
        query::compile(&ask.query.unwrap(), &Model::new(None), &Terms::default()).unwrap();
    }
}
