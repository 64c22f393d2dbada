//! `tenantgraph rules`.

use std::path::PathBuf;

use async_trait::async_trait;
use aws::Directory;
use collector::Context;
use collector::ports::{Body, Condition, Store};
use query::{Model, Terms, compile};
use rules::{
    Action, Alert, Deliver, DeliveryError, Invalid, Outcome, Rule, Snapshot, State, read, stored,
    watch,
};
use serde_json::json;
use tempfile::TempDir;

use crate::arguments::{CheckRules, ListRules, Rules, RunRules};
use crate::asked::open;
use crate::print::{self, Table, line, text};
use crate::progress::{self, remark};
use crate::{End, Error, local};

pub(crate) async fn run(arguments: Rules) -> Result<End, Error> {
    match arguments {
        Rules::Check(it) => check(it).await,
        Rules::Run(it) => evaluate(it).await,
        Rules::List(it) => list(it).await,
    }
}

/// The rules of files, or else those that are stored.
async fn rules(context: &Context, files: &[PathBuf]) -> Result<(Vec<Rule>, Vec<Invalid>), Error> {
    if files.is_empty() {
        return Ok(stored(context.store.as_ref()).await?);
    }
    let mut texts = Vec::new();
    for path in files {
        let mut paths = vec![path.clone()];
        if path.is_dir() {
            let entries = std::fs::read_dir(path)?.collect::<Result<Vec<_>, _>>()?;
            paths = entries.into_iter().map(|it| it.path()).collect();
            let is_rule = |it: &PathBuf| {
                it.extension().is_some_and(|it| ["yaml", "yml", "json"].iter().any(|e| it == *e))
            };
            paths.retain(is_rule);
            paths.sort();
        }
        for path in paths {
            let text = std::fs::read_to_string(&path);
            let text = text.map_err(|error| format!("{}: {error}", path.display()))?;
            texts.push((path.display().to_string(), text));
        }
    }
    Ok(read(texts.iter().map(|(name, text)| (name.as_str(), text.as_str()))))
}

fn complain(invalid: &[Invalid]) {
    for it in invalid {
        progress::complain(&it.to_string());
    }
}

async fn check(arguments: CheckRules) -> Result<End, Error> {
    let store = &arguments.storage.store;
    let context = match arguments.files.as_slice() {
        [] => local::existing(store).await?,
        _ => local::stored(store).await?,
    };
    let (rules, invalid) = rules(&context, &arguments.files).await?;
    if rules.is_empty() && invalid.is_empty() {
        return Err(no_rules(store));
    }
    let model = Model::new(None);
    let mut in_vain = 0;
    for rule in &rules {
        let mut is_in_vain = false;
        let state = if rule.enabled { "" } else { "  (it is disabled)" };
        line(&format!("{}  {}{state}", rule.id, rule.name))?;
        for query in &rule.queries {
            match compile(&query.text, &model, &Terms::default()) {
                Ok(plan) => {
                    is_in_vain |= plan.unknown_names().next().is_some();
                    for note in plan.notes() {
                        line(&format!("  query {}: {note}", query.name))?;
                    }
                }
                Err(error) => {
                    is_in_vain = true;
                    line(&format!("  query {}:", query.name))?;
                    error.to_string().lines().try_for_each(|it| line(&format!("    {it}")))?;
                }
            }
        }
        if !rule.ignored.is_empty() {
            let ignored = rule.ignored.join(", ");
            line(&format!("  these actions are not done here: {ignored}"))?;
        }
        in_vain += usize::from(is_in_vain);
    }
    complain(&invalid);
    remark(&format!("{} rules can be read, {} cannot", rules.len(), invalid.len()));
    if in_vain > 0 {
        progress::complain(&format!("{in_vain} of them can never fire, as said above"));
    }
    Ok(if invalid.is_empty() && in_vain == 0 { End::Complete } else { End::Failed })
}

/// Why there is nothing to do.
fn no_rules(store: &str) -> Error {
    format!("no rules are stored in {store}; name files or folders to read others").into()
}

/// Tells nobody but whoever runs the program.
#[derive(Debug)]
struct Print {
    json: bool,
}

#[async_trait]
impl Deliver for Print {
    async fn deliver(&self, _: &Action, _: &Alert) -> Result<(), DeliveryError> {
        Ok(())
    }
}

impl Print {
    fn alert(&self, alert: &Alert) -> Result<(), Error> {
        if self.json {
            print::json(&serde_json::to_string(alert)?)?;
            return Ok(());
        }
        line(&alert.headline())?;
        for name in &alert.sample {
            line(&format!("  {name}"))?;
        }
        for name in &alert.gone_sample {
            line(&format!("  gone: {name}"))?;
        }
        Ok(())
    }
}

async fn evaluate(arguments: RunRules) -> Result<End, Error> {
    let target = open(&arguments.asked).await?;
    let (rules, invalid) = rules(&target.context, &arguments.files).await?;
    if rules.is_empty() && invalid.is_empty() {
        return Err(no_rules(&arguments.asked.storage.store));
    }
    complain(&invalid);
    let model = Model::new(Some(&target.tables.manifest));
    let store = target.context.store.as_ref();
    let states = TempDir::new()?;
    // What is remembered of rules in a bucket is what has been told. Here nobody is told.
    let copy = Directory::new(states.path());
    let store: &dyn Store = if arguments.asked.storage.store.starts_with("s3://") {
        copy_states(store, &copy).await?;
        &copy
    } else {
        store
    };
    let snapshot = Snapshot::new(&target.id, target.tables, query::now());
    let print = Print { json: arguments.json };
    let mut has_failed = !invalid.is_empty();
    for told in watch(store, &rules, &snapshot, &print).await? {
        told.alerts.iter().try_for_each(|it| print.alert(it))?;
        let standing = match &told.outcome {
            Outcome::Evaluated(state) => (*state).to_owned(),
            Outcome::Rests(state) => {
                format!("{state}, as before: what it asks has not changed, or it is not its turn")
            }
            Outcome::Failed(error) => {
                has_failed = true;
                format!("no answer: {error}")
            }
        };
        remark(&format!("{}: {standing}", told.rule));
    }
    for rule in &rules {
        for query in &rule.queries {
            let Ok(plan) = compile(&query.text, &model, &Terms::default()) else { continue };
            for note in plan.unknown_names() {
                has_failed = true;
                progress::complain(&format!("{} can never fire: {note}", rule.id));
            }
        }
    }
    Ok(if has_failed { End::Failed } else { End::Complete })
}

/// Copies what is remembered of rules.
async fn copy_states(from: &dyn Store, to: &Directory) -> Result<(), Error> {
    for name in from.list("alerts/").await? {
        if let Some(object) = from.get(&name).await? {
            to.put(&name, Body::Bytes(object.body), Condition::Always).await?;
        }
    }
    Ok(())
}

async fn list(arguments: ListRules) -> Result<End, Error> {
    let context = local::existing(&arguments.storage.store).await?;
    let names = context.store.list("alerts/").await?;
    if names.is_empty() {
        remark("no rule was evaluated yet; `tenantgraph rules run` evaluates them");
    }
    let mut table = Table::new();
    for name in names {
        let Some(object) = context.store.get(&name).await? else { continue };
        let state: State = serde_json::from_slice(&object.body)
            .map_err(|error| format!("{name} is damaged: {error}"))?;
        let id = name.trim_start_matches("alerts/").trim_end_matches(".json");
        let (tenant, rule) = id.split_once('/').unwrap_or(("", id));
        let total: u64 = state.found.iter().flatten().map(|(_, it)| it.total).sum();
        if arguments.json {
            let line = json!({
                "tenant": tenant, "rule": rule, "state": state.as_str(), "since": state.since,
                "at": state.at, "total": total, "unknown": state.unknown,
                "undelivered": state.outbox.len(),
            });
            print::json(&line.to_string())?;
            continue;
        }
        let waiting = match state.outbox.len() {
            0 => String::new(),
            count => format!("  {count} alerts are still to be delivered"),
        };
        let why = state.unknown.first().map(|it| format!("  {it}")).unwrap_or_default();
        let words = format!("since {}, {total} rows{waiting}{why}", state.since);
        table.row([text(state.as_str()), text(rule), text(&words)]);
    }
    table.print(0)?;
    Ok(End::Complete)
}
