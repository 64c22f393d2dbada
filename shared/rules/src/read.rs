//! From files to rules.

use std::collections::BTreeSet;

use collector::ports::{Store, StoreError};
use serde::Deserialize;
use serde_json::Value;

use crate::condition::{Condition, Measure};
use crate::jupiterone;
use crate::rule::{Action, FirstRun, Level, NamedQuery, Rule, id_of, interval};

/// How large a file may be.
const LARGEST: usize = 1 << 20;

/// A rule that makes no sense.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {why}")]
pub struct Invalid {
    /// The file.
    pub file: String,
    /// Why.
    pub why: String,
}

/// Reads the rules of files, each given by its name and text. What makes no sense does not keep the
/// others from being read.
#[must_use]
pub fn read<'f>(files: impl IntoIterator<Item = (&'f str, &'f str)>) -> (Vec<Rule>, Vec<Invalid>) {
    let (mut rules, mut invalid): (Vec<Rule>, Vec<Invalid>) = (Vec::new(), Vec::new());
    let mut ids = BTreeSet::new();
    for (file, text) in files {
        let mut refuse = |why: String| invalid.push(Invalid { file: file.to_owned(), why });
        if text.len() > LARGEST {
            refuse(format!("it has {} bytes, and at most {LARGEST} are read", text.len()));
            continue;
        }
        let value: Value = match serde_saphyr::from_str(text) {
            Ok(value) => value,
            Err(error) => {
                refuse(error.to_string());
                continue;
            }
        };
        for item in items(value) {
            match rule(&item) {
                Ok(rule) if ids.insert(rule.id.clone()) => rules.push(rule),
                Ok(rule) => refuse(format!(
                    "there is another rule with the id {}; give this one an id of its own",
                    rule.id
                )),
                Err(why) => refuse(why),
            }
        }
    }
    (rules, invalid)
}

/// Reads the rules that are stored under `rules/`.
///
/// # Errors
///
/// If storage fails.
pub async fn stored(store: &dyn Store) -> Result<(Vec<Rule>, Vec<Invalid>), StoreError> {
    let mut files = Vec::new();
    let is_rule = |name: &str| [".yaml", ".yml", ".json"].iter().any(|it| name.ends_with(it));
    for name in store.list("rules/").await?.into_iter().filter(|it| is_rule(it)) {
        if let Some(object) = store.get(&name).await? {
            files.push((name, String::from_utf8_lossy(&object.body).into_owned()));
        }
    }
    Ok(read(files.iter().map(|(name, text)| (name.as_str(), text.as_str()))))
}

/// The rules of a file: one, a list, or a list within an object.
fn items(value: Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items,
        Value::Object(mut object) => match object.remove("rules") {
            Some(Value::Array(items)) => items,
            _ => vec![Value::Object(object)],
        },
        other => vec![other],
    }
}

fn rule(item: &Value) -> Result<Rule, String> {
    let name = item.get("name").and_then(Value::as_str).unwrap_or("a rule without a name");
    let rule = if jupiterone::is_rule(item) { jupiterone::rule(item) } else { own(item) };
    let rule = rule.map_err(|why| format!("{name}: {why}"))?;
    check(&rule).map_err(|why| format!("{name}: {why}"))?;
    Ok(rule)
}

/// A rule as it is written.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Written {
    id: Option<String>,
    name: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    level: Level,
    query: Option<String>,
    #[serde(default)]
    queries: Vec<WrittenQuery>,
    question: Option<String>,
    on: Option<WrittenChange>,
    when: Option<Value>,
    properties: Option<Vec<String>>,
    #[serde(default)]
    on_first_run: FirstRun,
    certain: Option<bool>,
    every: Option<String>,
    remind: Option<String>,
    actions: Option<Vec<Value>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenQuery {
    name: String,
    query: String,
    #[serde(rename = "version")]
    _version: Option<String>,
}

/// Changes of entities of one type.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenChange {
    #[serde(rename = "type")]
    kind: String,
    change: Vec<Change>,
    properties: Option<Vec<String>>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Change {
    Created,
    Updated,
    Deleted,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum WrittenAction {
    EventBridge(String),
    Sns(String),
    Sqs(String),
    Webhook(WrittenWebhook),
    Slack(WrittenSlack),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct WrittenWebhook {
    url: String,
    secret_arn: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct WrittenSlack {
    secret_arn: String,
}

/// A rule in this project's form.
fn own(item: &Value) -> Result<Rule, String> {
    let written = Written::deserialize(item).map_err(|error| error.to_string())?;
    let mut queries: Vec<NamedQuery> = Vec::new();
    queries.extend(written.query.map(|text| NamedQuery { name: "query".to_owned(), text }));
    let named = |it: WrittenQuery| NamedQuery { name: it.name, text: it.query };
    queries.extend(written.queries.into_iter().map(named));
    if let Some(id) = &written.question {
        let question = questions::find(id);
        let question = question
            .ok_or_else(|| format!("there is no question {id}: see `tenantgraph questions`"))?;
        let text = question.bad.clone();
        queries.push(NamedQuery { name: "bad".to_owned(), text });
    }
    let mut when =
        written.when.as_ref().map(Condition::read).transpose().map_err(|it| it.to_string())?;
    let mut properties = written.properties;
    if let Some(on) = written.on {
        queries.push(NamedQuery { name: "query".to_owned(), text: format!("FIND {}", on.kind) });
        let words = on.change.iter().map(|it| match it {
            Change::Created => "new > 0",
            Change::Updated => "changed > 0",
            Change::Deleted => "gone > 0",
        });
        let text = words.collect::<Vec<_>>().join(" OR ");
        when = Some(Condition::parse(&text).map_err(|_| "on.change is empty".to_owned())?);
        properties = on.properties.or(properties);
    }
    let actions = written.actions.map(|it| it.iter().map(action).collect::<Result<_, _>>());
    let actions = actions.transpose()?;
    Ok(Rule {
        id: written.id.unwrap_or_else(|| id_of(&written.name)),
        name: written.name,
        description: written.description,
        level: written.level,
        queries,
        when: when
            .map_or_else(|| Condition::parse("total > 0"), Ok)
            .map_err(|it| it.to_string())?,
        properties,
        on_first_run: written.on_first_run,
        certain: written.certain.unwrap_or(true),
        every: written.every.as_deref().and_then(|it| interval(it).transpose()).transpose()?,
        enabled: written.every.as_deref() != Some("DISABLED"),
        remind: written.remind.as_deref().and_then(|it| interval(it).transpose()).transpose()?,
        actions: actions.unwrap_or_else(|| vec![Action::EventBridge("default".to_owned())]),
        ignored: Vec::new(),
    })
}

fn action(written: &Value) -> Result<Action, String> {
    if written == "eventbridge" {
        return Ok(Action::EventBridge("default".to_owned()));
    }
    let action = WrittenAction::deserialize(written);
    let action = action.map_err(|error| format!("the action {written}: {error}"))?;
    Ok(match action {
        WrittenAction::EventBridge(bus) => Action::EventBridge(bus),
        WrittenAction::Sns(topic) => Action::Sns(topic),
        WrittenAction::Sqs(queue) => Action::Sqs(queue),
        WrittenAction::Webhook(it) => Action::Webhook { url: it.url, secret: it.secret_arn },
        WrittenAction::Slack(it) => Action::Slack { secret: it.secret_arn },
    })
}

/// What must be true of every rule.
fn check(rule: &Rule) -> Result<(), String> {
    let is_sound = |it: char| it.is_ascii_alphanumeric() || it == '-';
    if rule.id.is_empty() || rule.id.len() > 100 || !rule.id.chars().all(is_sound) {
        return Err("its id is of letters, digits and hyphens, and at most 100 of them".to_owned());
    }
    let names: BTreeSet<&str> = rule.queries.iter().map(|it| it.name.as_str()).collect();
    if names.is_empty() {
        return Err("it asks nothing: give it a query, queries, a question, or on".to_owned());
    }
    if names.len() < rule.queries.len() {
        return Err("two of its queries have one name".to_owned());
    }
    for query in &rule.queries {
        query::language::parse(&query.text).map_err(|it| format!("query {}: {it}", query.name))?;
    }
    for (query, measure) in rule.when.measures() {
        if let Some(query) = query.filter(|it| !names.contains(it)) {
            return Err(format!("its condition names the query {query}, which it does not have"));
        }
        if measure == Measure::Changed && rule.queries.iter().any(|it| has_no_keys(&it.text)) {
            return Err(
                "changed > 0 needs rows that can be told from each other: RETURN a _key".to_owned()
            );
        }
    }
    for action in &rule.actions {
        check_action(action)?;
    }
    Ok(())
}

/// Whether a query answers with rows that nothing but all their values tells from each other.
fn has_no_keys(text: &str) -> bool {
    let upper = text.to_uppercase();
    let Some((_, returned)) = upper.rsplit_once("RETURN") else { return false };
    returned.trim() != "TREE" && !returned.contains("_KEY")
}

fn check_action(action: &Action) -> Result<(), String> {
    match action {
        Action::Webhook { url, .. } if !url.starts_with("https://") => {
            Err(format!("the address of a webhook begins with https://, and {url} does not"))
        }
        Action::Sqs(url) if !url.starts_with("https://") => {
            Err(format!("a queue is named by its URL, which {url} is not"))
        }
        Action::Sns(arn) if arn.split(':').count() != 6 || !arn.starts_with("arn:") => {
            Err(format!("a topic is named by its ARN, which {arn} is not"))
        }
        _ => Ok(()),
    }
}
