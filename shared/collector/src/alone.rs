//! One step by itself.

use serde::Serialize;
use tokio::time::Instant;

use crate::context::{Context, Error};
use crate::instance::Instance;
use crate::layout::Job;
use crate::manifest::Manifest;
use crate::message::Slice;
use crate::plan::Plan;
use crate::ports::Condition;
use crate::start;
use crate::work::{self, Outcome};

/// What one step read, run by itself.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StepResult {
    /// The job under which the results are stored.
    pub job: Job,
    /// What was stored, and how complete it is.
    pub manifest: Manifest,
    /// What to mind.
    pub warnings: Vec<String>,
}

/// Runs exactly one step, and answers with what was stored.
pub(crate) async fn run(
    context: &Context,
    instance: &Instance,
    step: &str,
    deadline: Instant,
) -> Result<StepResult, Error> {
    let mut steps = Plan::steps_of(instance, None);
    let mut warnings = Vec::new();
    if !steps.iter().any(|planned| planned.id == step) {
        let integration = instance.integration.as_str();
        return Err(Error::Validation(format!("{step} is not a step of {integration}")));
    }
    for planned in &mut steps {
        if planned.id == step {
            // Asking for a step by name outweighs the switches that would leave it out.
            warnings.extend(
                planned.disabled.take().map(|why| format!("{step} is off in a whole job: {why}")),
            );
        } else {
            planned.disabled.get_or_insert_with(|| "another step was requested".to_owned());
        }
    }
    let plan = start::plan(context, instance, Some(steps), false).await?;
    context.write(&plan.job.plan(), &plan, Condition::Absent).await?;
    let job = plan.job.clone();
    let mut message = Slice { job: job.clone(), step: step.to_owned(), slice: 0 };
    loop {
        match work::run(context, &message, deadline).await? {
            // Nothing waits for a step that runs by itself.
            Outcome::Ended(_) => break,
            Outcome::Wait(wait) if Instant::now() + wait < deadline => {
                tokio::time::sleep(wait).await;
            }
            Outcome::Continued if Instant::now() < deadline => message.slice += 1,
            Outcome::Wait(_) | Outcome::Continued => {
                return Err(Error::TooLong { step: step.to_owned(), job: job.id });
            }
        }
    }
    let name = job.manifest(step);
    let (manifest, _): (Manifest, _) =
        context.read(&name).await?.ok_or_else(|| Error::Unknown(name))?;
    for entry in manifest.ledger.iter().filter(|entry| !entry.status.is_complete()) {
        let kind = entry.kind.as_deref().unwrap_or("relationships");
        let reason = entry.reason.as_deref().unwrap_or_default();
        warnings.push(format!("{kind} {}: {reason}", entry.status.as_str()));
    }
    warnings.extend(manifest.drift.iter().map(|(property, count)| {
        format!("{property} had an unexpected form in {count} items and was left out of them")
    }));
    Ok(StepResult { job, manifest, warnings })
}
