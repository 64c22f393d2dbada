//! Rules as `JupiterOne` writes them: with a question and operations, or as items of a pack, which
//! have queries only.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::condition::Condition;
use crate::rule::{Action, FirstRun, Level, NamedQuery, Rule, id_of, interval};

/// Whether a rule is in `JupiterOne`'s form.
pub(crate) fn is_rule(item: &Value) -> bool {
    let has = |name: &str| item.get(name).is_some();
    item.get("question").is_some_and(Value::is_object)
        || ["operations", "pollingInterval", "specVersion", "alertLevel", "questionId"]
            .into_iter()
            .any(has)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    name: String,
    #[serde(default)]
    description: Option<String>,
    question: Option<Question>,
    #[serde(default)]
    queries: Vec<Query>,
    question_id: Option<String>,
    question_name: Option<String>,
    #[serde(default)]
    operations: Vec<Operation>,
    polling_interval: Option<String>,
    alert_level: Option<String>,
}

#[derive(Deserialize)]
struct Question {
    #[serde(default)]
    queries: Vec<Query>,
}

#[derive(Deserialize)]
struct Query {
    name: Option<String>,
    query: String,
}

#[derive(Deserialize)]
struct Operation {
    when: Option<When>,
    #[serde(default)]
    actions: Vec<Map<String, Value>>,
}

#[derive(Deserialize)]
struct When {
    condition: Option<Value>,
}

/// A rule in `JupiterOne`'s form.
pub(crate) fn rule(item: &Value) -> Result<Rule, String> {
    let written = Written::deserialize(item).map_err(|error| error.to_string())?;
    let mut queries = written.queries;
    queries.extend(written.question.into_iter().flat_map(|it| it.queries));
    if let Some(id) = written.question_id.or(written.question_name) {
        return Err(format!(
            "it names the question {id}, which is stored elsewhere: give its queries"
        ));
    }
    let queries = queries.into_iter().enumerate().map(|(at, it)| NamedQuery {
        name: it.name.unwrap_or_else(|| format!("query{at}")),
        text: it.query,
    });
    let mut level = Level::default();
    if let Some(word) = &written.alert_level {
        level = level_of(word).ok_or_else(|| format!("there is no level {word}"))?;
    }
    let (mut conditions, mut actions, mut ignored) = (Vec::new(), Vec::new(), Vec::new());
    for operation in written.operations {
        if let Some(condition) = operation.when.and_then(|it| it.condition) {
            conditions.push(Condition::read(&condition).map_err(|it| it.to_string())?);
        }
        for it in &operation.actions {
            let text = |name: &str| it.get(name).and_then(Value::as_str).unwrap_or_default();
            match text("type") {
                "SET_PROPERTY" if text("targetProperty") == "alertLevel" => {
                    level = level_of(text("targetValue")).unwrap_or(level);
                }
                // What all rules do.
                "CREATE_ALERT" => (),
                "PUBLISH_SNS_MESSAGE" => actions.push(Action::Sns(text("topicArn").to_owned())),
                "SEND_SQS_MESSAGE" => actions.push(Action::Sqs(text("queueUrl").to_owned())),
                "WEBHOOK" => {
                    let url = text("endpoint").to_owned();
                    actions.push(Action::Webhook { url, secret: None });
                }
                other => ignored.push(other.to_owned()),
            }
        }
    }
    actions.insert(0, Action::EventBridge("default".to_owned()));
    let when = match conditions.len() {
        0 => Condition::parse("total > 0").map_err(|it| it.to_string())?,
        1 => conditions.remove(0),
        _ => Condition::Any(conditions),
    };
    let every = written.polling_interval.as_deref();
    Ok(Rule {
        id: id_of(&written.name),
        name: written.name,
        description: written.description.unwrap_or_default(),
        level,
        queries: queries.collect(),
        when,
        properties: None,
        on_first_run: FirstRun::Baseline,
        certain: true,
        every: every.and_then(|it| interval(it).transpose()).transpose()?,
        enabled: every != Some("DISABLED"),
        remind: None,
        actions,
        ignored,
    })
}

fn level_of(word: &str) -> Option<Level> {
    serde_json::from_value(Value::from(word.to_uppercase())).ok()
}
