//! `tenantgraph run`.

use std::path::Path;
use std::time::{Duration, Instant};

use collector::event::Event;
use collector::ledger::Status;
use collector::summary::{JobStatus, Summary};
use microsoft::{Cloud, CloudError};
use serde::Deserialize as _;
use serde_json::Value;

use crate::arguments::Run;
use crate::chosen::Chosen;
use crate::graph::Graph;
use crate::machine::Machine;
use crate::progress::{Progress, say};
use crate::report::{Extent, Whole};
use crate::{End, Error, event, interruption, kinds, local, print as output, report};

pub(crate) async fn run(arguments: Run) -> Result<End, Error> {
    let Run { event, steps, storage, cloud: named, json } = arguments;
    steps.iter().try_for_each(|it| kinds::step(it))?;
    let event = event::read(&event)?;
    // Nothing is made of an event that makes no sense.
    Event::parse(&event)?;
    let cloud = named.as_deref().map(cloud).transpose()?;
    let progress = Progress::of_run();
    let machine = Machine::new(&storage.store, cloud, progress.clone()).await?;
    let is_whole = steps.is_empty() && event.get("step").is_none();
    tokio::select! {
        ended = work(&machine, event, &steps, &storage.store, &progress, json) => ended,
        signal = interruption::signal() => {
            progress.close();
            say(&interrupted(signal, is_whole));
            Ok(End::Interrupted)
        }
    }
}

/// What was stopped, and what happens next.
pub(crate) fn interrupted(signal: &str, is_whole: bool) -> String {
    let next = if is_whole {
        "what the run read is stored; run the same command again to resume"
    } else {
        "run the same command again to start over"
    };
    format!("stopped by {signal}; {next}")
}

async fn work(
    machine: &Machine,
    event: Value,
    steps: &[String],
    store: &str,
    progress: &Progress,
    json: bool,
) -> Result<End, Error> {
    if !steps.is_empty() {
        return run_steps(machine, &event, steps, json).await;
    }
    let began = Instant::now();
    let answer = machine.run(event).await?;
    if answer.get("step").is_some() {
        report::step(&answer["step"], json)?;
        return Ok(end_of_step(&answer["step"]));
    }
    if let Some(managed) = answer.get("managed") {
        output::json(&format!("{managed:#}"))?;
        return Ok(End::Complete);
    }
    let summaries = machine.finish(&local::jobs(&answer)?).await?;
    progress.close();
    print(machine, &summaries, store, began.elapsed(), json).await
}

/// Prints what came of jobs, one after the other; those of a tenant's subscriptions with the
/// tenant's.
pub(crate) async fn print(
    machine: &Machine,
    summaries: &[Summary],
    store: &str,
    took: Duration,
    json: bool,
) -> Result<End, Error> {
    let mut end = End::Complete;
    for summary in summaries {
        if summary.status == JobStatus::Failed {
            end = End::Failed;
            if json {
                report::json(summary)?;
            }
            continue;
        }
        let tenant = match summary.subscriptions.len() {
            0 => None,
            _ => Some(Graph::of_tenant(&machine.context, &summary.job.instance).await?),
        };
        let whole = match &tenant {
            Some(Graph { summary, instances, .. }) => Whole { graph: summary, instances },
            None => Whole { graph: summary, instances: &[] },
        };
        if json {
            report::json(whole.graph)?;
        } else {
            let chosen = match whole.instances {
                [] => Chosen::Instance(summary.job.instance.clone()),
                _ => Chosen::Tenant(summary.job.instance.clone()),
            };
            let options = chosen.options(&machine.context, store).await;
            let command = format!("tenantgraph show{options}");
            report::print(whole, store, took, Extent::Brief(&command))?;
        }
        if end == End::Complete {
            end = End::of(std::slice::from_ref(whole.graph));
        }
    }
    for given_up in machine.given_up() {
        say(&given_up);
        end = End::Failed;
    }
    Ok(end)
}

/// Runs steps by themselves, one after the other.
async fn run_steps(
    machine: &Machine,
    event: &Value,
    steps: &[String],
    json: bool,
) -> Result<End, Error> {
    let mut end = End::Complete;
    for step in steps {
        let mut event = event.clone();
        event["step"] = step.as_str().into();
        let answer = machine.run(event).await?;
        report::step(&answer["step"], json)?;
        if end_of_step(&answer["step"]) == End::Incomplete {
            end = End::Incomplete;
        }
    }
    Ok(end)
}

fn end_of_step(step: &Value) -> End {
    let entries = step["manifest"]["ledger"].as_array();
    let mut statuses = entries.into_iter().flatten().map(|it| Status::deserialize(&it["status"]));
    let is_complete = statuses.all(|it| it.is_ok_and(Status::is_complete));
    if is_complete { End::Complete } else { End::Incomplete }
}

/// A cloud by its name, as JSON, or as a file with JSON.
pub(crate) fn cloud(text: &str) -> Result<Cloud, CloudError> {
    if Path::new(text).is_file() { Cloud::read(Path::new(text)) } else { Cloud::parse(text) }
}
