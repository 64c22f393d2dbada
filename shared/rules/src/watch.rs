//! Evaluating rules after a snapshot was published, and telling what follows.

use std::collections::BTreeMap;

use collector::ports::{Body, Condition, Etag, Store, StoreError};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::alert::Alert;
use crate::ask::{Ask, AskError, Graph};
use crate::condition::Measure;
use crate::deliver::Deliver;
use crate::found::Found;
use crate::judge::judge;
use crate::rule::{NamedQuery, Rule};
use crate::state::{Pending, Standing, State};

/// How often a delivery is tried before it is given up, once for each snapshot and each try of the
/// function.
const TRIES: u32 = 30;

/// How often a state is read again because someone else wrote it.
const CONFLICTS: u32 = 5;

/// What came of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The id of the rule.
    pub rule: String,
    /// How it stands.
    pub outcome: Outcome,
    /// What was told of it.
    pub alerts: Vec<Alert>,
    /// What could not be told, in words.
    pub undelivered: Vec<String>,
}

/// How a rule stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was evaluated: `ok`, `firing` or `unknown`.
    Evaluated(&'static str),
    /// It was not, since nothing can have changed or it is not its turn.
    Rests(&'static str),
    /// It could not be.
    Failed(String),
}

/// Why rules cannot be watched.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    /// Storage fails.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Someone else writes the state of a rule each time.
    #[error("the state of rule {0} is written by someone else again and again")]
    Conflict(String),
}

/// Evaluates each rule of a graph, keeps its state, and tells what follows.
///
/// # Errors
///
/// If storage fails. What became of a rule so far is stored, and the next call goes on from there.
pub async fn watch(
    store: &dyn Store,
    rules: &[Rule],
    ask: &dyn Ask,
    deliver: &dyn Deliver,
) -> Result<Vec<Told>, WatchError> {
    let graph = ask.graph();
    let mut all = Vec::new();
    for rule in rules.iter().filter(|it| it.enabled) {
        all.push(one(store, rule, &graph, ask, deliver).await?);
    }
    Ok(all)
}

async fn one(
    store: &dyn Store,
    rule: &Rule,
    graph: &Graph,
    ask: &dyn Ask,
    deliver: &dyn Deliver,
) -> Result<Told, WatchError> {
    let name = format!("alerts/{}/{}.json", graph.tenant, rule.id);
    let told = |outcome| Told {
        rule: rule.id.clone(),
        outcome,
        alerts: Vec::new(),
        undelivered: Vec::new(),
    };
    let rests = |state: State, etag: Etag| {
        let told = told(Outcome::Rests(state.as_str()));
        (state, etag, told)
    };
    let content = content(rule, ask);
    let mut found = None;
    for _ in 0..CONFLICTS {
        let (before, condition) = read(store, &name).await?;
        let is_due = before.as_ref().is_none_or(|it| {
            is_due(rule, it, graph) && (it.rule != rule.digest() || may_differ(rule, it, &content))
        });
        let (state, etag, mut told) = if is_due {
            let found = match &found {
                Some(found) => found,
                None => match evaluate(rule, ask).await {
                    Ok(it) => found.insert(it),
                    Err(error) => return Ok(told(Outcome::Failed(error.to_string()))),
                },
            };
            if is_pending(rule, found) {
                // The graph is amended soon, and the rule is evaluated then.
                match (before, condition) {
                    (Some(state), Condition::Matches(etag)) => rests(state, etag),
                    _ => return Ok(told(Outcome::Rests("unknown"))),
                }
            } else {
                let after = judge(rule, before.as_ref(), graph, found);
                let after = State { content: content.clone(), ..after };
                match write(store, &name, &after, condition).await {
                    Ok(etag) => {
                        let outcome = Outcome::Evaluated(after.as_str());
                        (after, etag, told(outcome))
                    }
                    // Someone else evaluated it. What that came to is what counts.
                    Err(StoreError::Conflict(_)) => continue,
                    Err(error) => return Err(error.into()),
                }
            }
        } else {
            let (Some(state), Condition::Matches(etag)) = (before, condition) else { continue };
            rests(state, etag)
        };
        let outbox = Outbox { store, name: &name, state, etag };
        outbox.empty(deliver, &mut told).await?;
        return Ok(told);
    }
    Err(WatchError::Conflict(rule.id.clone()))
}

/// Whether a rule is to be evaluated: of another graph, which is not older, and at its turn.
fn is_due(rule: &Rule, state: &State, graph: &Graph) -> bool {
    let is_same_rule = state.rule == rule.digest();
    if state.at > graph.at || state.graph == graph.id && is_same_rule {
        return false;
    }
    let moment = |it: &str| OffsetDateTime::parse(it, &Rfc3339).ok();
    match (rule.every, moment(&state.at), moment(&graph.at)) {
        // Jobs do not take the same time each day: a tenth earlier is in time.
        (Some(every), Some(last), Some(now)) if is_same_rule => now - last >= every.mul_f64(0.9),
        _ => true,
    }
}

/// What the answers of a rule's queries follow from; nothing if that cannot be said of one of them.
fn content(rule: &Rule, ask: &dyn Ask) -> BTreeMap<String, String> {
    let content = |it: &NamedQuery| Some((it.name.clone(), ask.content(&it.text)?));
    rule.queries.iter().map(content).collect::<Option<_>>().unwrap_or_default()
}

/// Whether a rule may come to something else than the last time: an answer may, or the rule is to
/// be told again and again while it fires.
fn may_differ(rule: &Rule, state: &State, content: &BTreeMap<String, String>) -> bool {
    let is_reminded = rule.remind.is_some() && state.standing == Standing::Firing;
    content.is_empty() || state.content != *content || is_reminded
}

/// Whether what was found for a rule may differ as soon as slow steps have ended. The values of
/// rows only matter to a rule that counts which have changed.
fn is_pending(rule: &Rule, found: &BTreeMap<String, Found>) -> bool {
    let counts_values = rule.when.measures().iter().any(|(_, it)| *it == Measure::Changed);
    found.values().any(|it| it.pending || counts_values && it.values_pending)
}

async fn evaluate(rule: &Rule, ask: &dyn Ask) -> Result<BTreeMap<String, Found>, AskError> {
    let mut found = BTreeMap::new();
    for query in &rule.queries {
        let answer = ask.ask(&query.text, rule.properties.as_deref()).await?;
        found.insert(query.name.clone(), answer);
    }
    Ok(found)
}

/// The alerts of a rule that are to be told.
struct Outbox<'a> {
    store: &'a dyn Store,
    name: &'a str,
    state: State,
    etag: Etag,
}

impl Outbox<'_> {
    /// Tells them. Each delivery is noted before the next is begun, so that at most the last one is
    /// repeated by whoever goes on after this process.
    async fn empty(mut self, deliver: &dyn Deliver, told: &mut Told) -> Result<(), WatchError> {
        let mut tried = 0;
        while let Some(pending) = self.state.outbox.get(tried) {
            let (alert, actions) = (pending.alert.clone(), pending.left.clone());
            let mut left = Vec::new();
            for (at, action) in actions.iter().enumerate() {
                if let Err(error) = deliver.deliver(action, &alert).await {
                    told.undelivered.push(error.to_string());
                    left.push(action.clone());
                    continue;
                }
                if at + 1 < actions.len() {
                    self.state.outbox[tried].left =
                        left.iter().chain(&actions[at + 1..]).cloned().collect();
                    if !self.note().await? {
                        return Ok(());
                    }
                }
            }
            let is_told = left.is_empty();
            let failures = self.state.outbox[tried].failures + 1;
            if is_told || failures >= TRIES {
                if !is_told {
                    tracing::error!(rule = alert.rule, id = alert.id, "an alert is given up");
                }
                self.state.outbox.remove(tried);
            } else {
                self.state.outbox[tried] = Pending { alert: alert.clone(), left, failures };
                tried += 1;
            }
            if !self.note().await? {
                return Ok(());
            }
            if is_told {
                told.alerts.push(alert);
            }
        }
        Ok(())
    }

    /// Stores what is left; false if someone else did, who goes on with it.
    async fn note(&mut self) -> Result<bool, WatchError> {
        let condition = Condition::Matches(self.etag.clone());
        match write(self.store, self.name, &self.state, condition).await {
            Ok(etag) => self.etag = etag,
            Err(StoreError::Conflict(_)) => return Ok(false),
            Err(error) => return Err(error.into()),
        }
        Ok(true)
    }
}

/// Reads a state. One that is damaged is taken for none: the rule begins anew.
async fn read(store: &dyn Store, name: &str) -> Result<(Option<State>, Condition), StoreError> {
    let Some(object) = store.get(name).await? else { return Ok((None, Condition::Absent)) };
    let state = serde_json::from_slice(&object.body);
    if let Err(error) = &state {
        tracing::error!(name, %error, "the state of a rule is damaged; the rule begins anew");
    }
    Ok((state.ok(), Condition::Matches(object.etag)))
}

async fn write(
    store: &dyn Store,
    name: &str,
    state: &State,
    condition: Condition,
) -> Result<Etag, StoreError> {
    let body = serde_json::to_vec(state).map_err(|error| StoreError::Unavailable {
        name: name.to_owned(),
        cause: Box::new(error),
    })?;
    store.put(name, Body::Bytes(body), condition).await
}
