//! `tenantgraph run`.

use std::path::Path;
use std::time::Instant;

use microsoft::{Cloud, CloudError};
use serde_json::Value;

use crate::arguments::Run;
use crate::machine::Machine;
use crate::progress::Progress;
use crate::{End, Error, local, report};

pub(crate) async fn run(arguments: Run) -> Result<End, Error> {
    let Run { event, steps, storage, cloud: named, json } = arguments;
    let event = local::event(&event)?;
    let cloud = named.as_deref().map(cloud).transpose()?;
    let progress = Progress::new();
    let machine = Machine::new(&storage.store, cloud, progress.clone()).await?;
    if !steps.is_empty() {
        return run_steps(&machine, &event, &steps, json).await;
    }
    let began = Instant::now();
    let answer = machine.run(event).await?;
    if answer.get("step").is_some() {
        report::step(&answer["step"], json)?;
        return Ok(end_of_step(&answer["step"]));
    }
    let summaries = machine.finish(&local::jobs(&answer)?).await?;
    progress.close();
    report::print(&summaries, &storage.store, began.elapsed(), json)?;
    Ok(End::of(&summaries))
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
    let statuses = entries.into_iter().flatten().map(|entry| &entry["status"]);
    let is_complete = statuses.into_iter().all(|it| it == "complete" || it == "skipped");
    if is_complete { End::Complete } else { End::Incomplete }
}

/// A cloud by its name, as JSON, or as a file with JSON.
fn cloud(text: &str) -> Result<Cloud, CloudError> {
    if Path::new(text).is_file() { Cloud::read(Path::new(text)) } else { Cloud::parse(text) }
}
