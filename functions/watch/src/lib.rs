//! Evaluates rules after the tables of a snapshot were published, and tells what follows.
//!
//! The bucket tells of each new object by Amazon `EventBridge`; a rule there hands the manifests of
//! tables to this function. The manifest comes last, so everything is there. An event that comes
//! twice, or out of order, does no harm: the state of each rule says of which graph it is.

use collector::Context;
use collector::instance::Instance;
use lambda_runtime::{Error, LambdaEvent};
use query::tables;
use rules::{Deliver, Outcome, Snapshot, stored, watch};
use serde_json::{Value, json};

/// Evaluates the stored rules of the tenant that an event is about, and answers with how each
/// stands.
///
/// # Errors
///
/// If the event names no tenant, storage fails, or an alert could not be delivered. AWS Lambda then
/// hands the event over again, and what is still to be told is told then, or after the next
/// snapshot.
pub async fn handle(
    context: &Context,
    deliver: &dyn Deliver,
    event: LambdaEvent<Value>,
) -> Result<Value, Error> {
    let instance = subject(&event.payload)
        .ok_or("the event names no tenant: give {\"tenant\": \"ID\"}, or an event of the bucket")?;
    let tenant = Instance::tenant_of(instance);
    let (rules, invalid) = stored(context.store.as_ref()).await?;
    for it in &invalid {
        tracing::error!(tenant, file = it.file, why = it.why, "a rule makes no sense");
    }
    // Where a job of the tenant is still at work, that job publishes its graph, and tells so.
    let Some(tables) = tables::latest(context, tenant).await? else {
        tracing::info!(tenant, "the graph of the tenant is not published yet");
        return Ok(json!({ "tenant": tenant, "rules": [] }));
    };
    let snapshot = Snapshot::new(tenant, tables, query::now());
    let mut undelivered = Vec::new();
    let mut standings = Vec::new();
    for told in watch(context.store.as_ref(), &rules, &snapshot, deliver).await? {
        let rule = told.rule;
        for alert in &told.alerts {
            let (id, transition) = (&alert.id, alert.transition.as_str());
            tracing::info!(tenant, rule, id, transition, "an alert is delivered");
        }
        for why in told.undelivered {
            tracing::error!(tenant, rule, why, "an alert cannot be delivered");
            undelivered.push(rule.clone());
        }
        let state = match told.outcome {
            Outcome::Evaluated(state) | Outcome::Rests(state) => state,
            Outcome::Failed(why) => {
                tracing::error!(tenant, rule, why, "a rule has no answer");
                "failed"
            }
        };
        standings.push(json!({ "rule": rule, "state": state }));
    }
    if undelivered.is_empty() {
        Ok(json!({ "tenant": tenant, "rules": standings }))
    } else {
        Err(format!("alerts of these rules cannot be delivered: {}", undelivered.join(", ")).into())
    }
}

/// The instance that an event is about.
fn subject(event: &Value) -> Option<&str> {
    let by_hand = event.get("tenant").and_then(Value::as_str);
    by_hand.or_else(|| {
        let key = event.pointer("/detail/object/key")?.as_str()?;
        key.split_once("graph/")?.1.split('/').next()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_names_its_instance() {
        let of_the_bucket = include_str!("../../../events/watch-tables-published.json");
        let event: Value = serde_json::from_str(of_the_bucket).unwrap();
        assert_eq!(subject(&event), Some("contoso~8f1c2d3e-4b5a-6978-8a9b-0c1d2e3f4a5b"));
        assert_eq!(subject(&json!({ "tenant": "contoso" })), Some("contoso"));
        assert_eq!(subject(&json!({ "detail": { "object": { "key": "jobs/x" } } })), None);
    }
}
