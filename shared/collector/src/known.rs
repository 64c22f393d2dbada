//! Which slow steps need not be read again, as an earlier job has read them not long ago.
//!
//! What such a job read is in the last snapshot, and stays there. That is only right as long as the
//! step would read the same things as the same principal: its basis says so. It is also only right
//! together: what several steps find, one of them cannot read without the others.

mod basis;

use std::collections::BTreeMap;

use steps::Step;
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use crate::ledger::{KnownBy, Status};
use crate::plan::{Basis, PlannedStep};
use crate::summary::Summary;

pub(crate) use basis::note_basis;

/// Which part of an interval has to be left for a step not to be read: jobs do not begin at the
/// same second each day, and who is early by a second should not wait for another day.
const SLACK: i32 = 24;

/// Notes which slow steps are not read again, as the last snapshot has what was read of them less
/// than an interval ago.
pub(crate) fn note(
    steps: &mut [PlannedStep],
    last: &Summary,
    interval: std::time::Duration,
    now: OffsetDateTime,
) {
    let Ok(interval) = Duration::try_from(interval) else { return };
    let last = Last { summary: last, since: now - (interval - interval / SLACK), now };
    let mut known: BTreeMap<String, Read<'_>> =
        steps.iter().filter_map(|it| Some((it.id.clone(), last.read(it)?))).collect();
    loop {
        let due: Vec<&PlannedStep> = steps.iter().filter(|it| is_due(it, &known)).collect();
        let is_lost = |(id, read): &(&String, &Read<'_>)| {
            due.iter().any(|it| wants(it, id)) || !known.contains_key(read.by)
        };
        let lost: Vec<String> = known.iter().filter(is_lost).map(|(id, _)| id.clone()).collect();
        if lost.is_empty() {
            break;
        }
        known.retain(|id, _| !lost.contains(id));
    }
    for planned in steps {
        let Some(read) = known.get(&planned.id) else { continue };
        planned.known_at = Some(read.at.to_owned());
        // What cannot be told now is as it was, also for the next job.
        if let (Some(basis), Some(before)) = (&mut planned.basis, last.basis(&planned.id)) {
            basis.granted = basis.granted.take().or_else(|| before.granted.clone());
        }
    }
}

/// When all of a step was read, in ISO 8601, and by which step: itself, or what stands in for it.
#[derive(Clone, Copy, Debug)]
struct Read<'a> {
    at: &'a str,
    by: &'static str,
}

/// Whether a step is read. What stands in for one that is known has nothing to do.
fn is_due(planned: &PlannedStep, known: &BTreeMap<String, Read<'_>>) -> bool {
    let original = steps::find(&planned.id).and_then(|it| it.fallback_for);
    let is_known = |id: &str| known.contains_key(id);
    planned.disabled.is_none() && !is_known(&planned.id) && !original.is_some_and(is_known)
}

/// Whether a step that is read is no good unless another is read, too: what its lists belong to, or
/// what stands in for it, or what finds the same entities.
fn wants(due: &PlannedStep, id: &str) -> bool {
    let (Some(step), Some(other)) = (steps::find(&due.id), steps::find(id)) else {
        return false;
    };
    let is_same = other.entity_types().any(|it| step.entity_types().any(|of| of.kind == it.kind));
    is_same || due.after.iter().any(|it| it == id) || other.fallback_for == Some(step.id)
}

/// The last snapshot.
#[derive(Clone, Copy)]
struct Last<'a> {
    summary: &'a Summary,
    /// What was read before is read again.
    since: OffsetDateTime,
    now: OffsetDateTime,
}

impl<'a> Last<'a> {
    /// When all of a slow step was read, if that need not be done again.
    fn read(self, planned: &PlannedStep) -> Option<Read<'a>> {
        let step = steps::find(&planned.id).filter(|_| planned.slow)?;
        let is_same = planned.basis.as_ref()?.is_same(self.basis(step.id)?);
        if planned.disabled.is_some() || !is_same {
            return None;
        }
        // The deletion guard waits for the next job that reads it.
        let mut guarded = self.summary.graph.guarded.keys();
        if guarded.any(|kind| finds(step, kind)) {
            return None;
        }
        let read = self.whole(step.id).or_else(|| self.whole(self.stand_in(step)?))?;
        let moment = OffsetDateTime::parse(read.at, &Rfc3339).ok()?;
        (self.since < moment && moment <= self.now).then_some(read)
    }

    /// What decided what a step found.
    fn basis(self, step: &str) -> Option<&'a Basis> {
        self.summary.steps.iter().find(|it| it.id == step)?.basis.as_ref()
    }

    /// When all of a step was read.
    fn whole(self, step: &'static str) -> Option<Read<'a>> {
        let mut at = None;
        for entry in self.summary.ledger.iter().filter(|it| it.step == step) {
            at = Some(match entry.status {
                Status::Complete => self.summary.planned_at.as_str(),
                Status::Known => entry.known_at.as_deref()?,
                _ => return None,
            });
        }
        at.map(|at| Read { at, by: step })
    }

    /// The step that read what a step could not, if one did.
    fn stand_in(self, step: &Step) -> Option<&'static str> {
        let mut entries = self.summary.ledger.iter().filter(|it| it.step == step.id);
        let is_other =
            entries.all(|it| it.status == Status::Skipped && it.known_by == KnownBy::Read);
        let other = steps::STEPS.iter().find(|it| it.fallback_for == Some(step.id))?;
        is_other.then_some(other.id)
    }
}

/// Whether a step finds entities or relationships of a type.
fn finds(step: &Step, kind: &str) -> bool {
    step.entity_types().any(|it| it.kind == kind) || step.may_relate(kind)
}

#[cfg(test)]
mod tests;
