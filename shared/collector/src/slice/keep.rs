//! What is left of a step whose changes are followed: how it was read, and what the next job can
//! add to.

use super::delta::Way;
use super::divergence::divergence;
use super::follow::Follow;
use super::task::Task;
use crate::context::Error;
use crate::delta::{State, of, planned};
use crate::ledger::{Reading, Status};
use crate::ports::Condition;

/// Why everything is read once in a week.
const DUE: &str = "everything is read once a week for a comparison";

/// How the step was read, now that it was.
pub(super) async fn reading(
    follow: &Follow,
    task: &Task<'_>,
    status: Status,
) -> Result<Reading, Error> {
    let full = |because: &str| Reading::Full { because: because.to_owned() };
    let Some(delta) = &task.checkpoint.delta else { return Ok(full("")) };
    Ok(match (delta.way, &delta.unkept, &delta.incomparable) {
        (Way::Full, None, _) => full(&delta.because),
        (Way::Full, Some(unkept), _) => full(&format!("{}; {unkept}", delta.because)),
        (Way::Delta, ..) => Reading::Delta,
        (Way::Reconcile, _, Some(reason)) => full(&format!("{DUE}, and {reason}")),
        (Way::Reconcile, ..) if status != Status::Complete => {
            full(&format!("{DUE}, and is not complete"))
        }
        (Way::Reconcile, ..) => match divergence(follow, task).await {
            Ok(Some(reading)) => reading,
            Ok(None) => {
                full(&format!("{DUE}, and the state of the last job cannot be compared with it"))
            }
            Err(error) if error.object().is_some() => full(&format!("{DUE}, and {error}")),
            Err(error) => return Err(error),
        },
    })
}

/// Stores what the next job can add changes to, and says under which name; nothing unless
/// everything is known.
pub(super) async fn keep(
    follow: &Follow,
    task: &Task<'_>,
    status: Status,
) -> Result<Option<String>, Error> {
    let delta = task.checkpoint.delta.as_ref();
    let Some(delta) = delta.filter(|it| it.keeps() && status == Status::Complete) else {
        return Ok(None);
    };
    let since = planned(task.plan);
    let base = follow.base.as_ref().filter(|_| delta.way == Way::Delta);
    let state = State {
        of: of(task.plan, task.step),
        since,
        full: base.map_or(since, |base| base.full),
        links: delta.links.clone(),
        parts: delta.items.clone(),
    };
    let name = task.plan.job.state(task.step.id, &task.name);
    task.context.write(&name, &state, Condition::Always).await?;
    Ok(Some(name))
}
