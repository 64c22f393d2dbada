//! The work of one message: a slice of a step, and what follows when the step has ended.

use steps::Step;
use tokio::time::{Duration, Instant};
use tracing::Instrument as _;

use crate::advance;
use crate::context::{Context, Error};
use crate::delta;
use crate::layout;
use crate::message::Slice;
use crate::plan::Plan;
use crate::ports::Condition;
use crate::slice;

/// What came of a slice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The step has ended, now or before. What waited for its step in the same throttle domain is
    /// to be run now, under the same message: until that is done, no message asks for it.
    Ended(Vec<Slice>),
    /// A message asks for the next slice.
    Continued,
    /// Microsoft asks to wait. The same message is to be delivered again after that.
    Wait(Duration),
}

/// The steps that can run beside a step: those of its throttle domain that wait for no other and
/// have not ended.
///
/// Each has a message of its own, which sees to what fails here. But a group's next ten messages
/// come when the invocation that has these has ended, so steps of which one takes long would wait
/// for one another in rows of ten.
///
/// # Errors
///
/// If storage fails.
pub async fn beside(context: &Context, message: &Slice) -> Result<Vec<Slice>, Error> {
    let Some(step) = steps::find(&message.step) else { return Ok(Vec::new()) };
    match context.read::<Plan>(&message.job.plan()).await? {
        Some((plan, _)) if plan.is_whole => advance::beside(context, &plan, step).await,
        _ => Ok(Vec::new()),
    }
}

/// Runs one slice of a step, until the step ends, `deadline` nears, or Microsoft asks to wait. If
/// the step has ended, sees to what follows.
///
/// # Errors
///
/// If storage or the queue fails. What Microsoft refuses is in the ledger.
pub async fn run(context: &Context, message: &Slice, deadline: Instant) -> Result<Outcome, Error> {
    let Slice { job, step, slice } = message;
    let span = tracing::info_span!("slice", instance = job.instance, job = job.id, step, slice);
    run_slice(context, message, deadline).instrument(span).await
}

async fn run_slice(
    context: &Context,
    message: &Slice,
    deadline: Instant,
) -> Result<Outcome, Error> {
    let name = message.job.plan();
    let (plan, _): (Plan, _) = context.read(&name).await?.ok_or_else(|| Error::Unknown(name))?;
    let step = steps::find(&message.step);
    let step = step.ok_or_else(|| Error::Unknown(format!("step {}", message.step)))?;
    Ok(match slice::run(context, &plan, step, message, deadline).await? {
        slice::Outcome::Ended => Outcome::Ended(ended(context, &plan, step).await?),
        slice::Outcome::Continued => Outcome::Continued,
        slice::Outcome::Wait(wait) => Outcome::Wait(wait),
    })
}

/// Sees to what follows when a step has ended. It may be done again at any time.
async fn ended(context: &Context, plan: &Plan, step: &'static Step) -> Result<Vec<Slice>, Error> {
    if plan.known_at(step).is_some() {
        // There is nothing of it here, for who runs a step by itself or adds changes to a state.
        return advance::after(context, plan, step).await;
    }
    let latest = layout::latest_step(&plan.job.instance, step.id);
    context.write(&latest, &plan.job, Condition::Always).await?;
    if plan.keeps(step) {
        delta::keep(context, plan, step).await?;
    }
    advance::after(context, plan, step).await
}
