//! Which slow steps need not be read again, as an earlier job has read them not long ago.
//!
//! What such a job read is in the last snapshot, and stays there. That is only right as long as the
//! step would read the same things as the same principal: its basis says so. It is also only right
//! together: what several steps find, one of them cannot read without the others.

use std::collections::BTreeMap;

use steps::permission::suffices;
use steps::{Permission, Service, Step};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use crate::digest::digest;
use crate::instance::Instance;
use crate::ledger::{KnownBy, Status};
use crate::permissions::Permissions;
use crate::plan::PlannedStep;
use crate::ports::Fetch;
use crate::summary::Summary;

/// Which part of an interval has to be left for a step not to be read: jobs do not begin at the
/// same second each day, and who is early by a second should not wait for another day.
const SLACK: i32 = 24;

/// Notes what decides what each slow step finds, as a whole job of an instance begins.
pub(crate) async fn note_basis(fetch: &dyn Fetch, instance: &Instance, steps: &mut [PlannedStep]) {
    let mut slow: Vec<(&mut PlannedStep, &Step)> = steps
        .iter_mut()
        .filter(|it| it.slow && it.disabled.is_none())
        .filter_map(|it| steps::find(&it.id).map(|step| (it, step)))
        .collect();
    let granted = Granted::read(fetch, instance, slow.iter().map(|(_, step)| *step)).await;
    for (planned, step) in &mut slow {
        planned.basis = basis(instance, step, &granted);
    }
}

/// What the principal may do, as far as steps need it and it can be told.
#[derive(Debug, Default)]
struct Granted {
    /// The application permissions of Microsoft Graph.
    graph: Option<Vec<String>>,
    /// What the roles in the subscription allow.
    subscription: Option<Permissions>,
}

impl Granted {
    async fn read<'s>(
        fetch: &dyn Fetch,
        instance: &Instance,
        steps: impl Iterator<Item = &'s Step>,
    ) -> Self {
        let (mut granted, mut is_graph, mut is_subscription) = (Self::default(), false, false);
        for permission in steps.flat_map(Step::permissions) {
            let is_of_graph = matches!(permission, Permission::Graph(_));
            is_graph |= is_of_graph;
            is_subscription |= !is_of_graph;
        }
        if is_graph {
            let principal = fetch.principal(Service::Graph).await.ok().flatten();
            granted.graph = principal.map(|it| it.roles);
        }
        if let Some(subscription) = instance.config.subscription_id.as_ref()
            && is_subscription
        {
            granted.subscription = Permissions::of_subscription(fetch, subscription).await.ok();
        }
        granted
    }

    /// Whether a permission is granted, if that is known.
    fn has(&self, permission: &Permission) -> Option<bool> {
        match permission {
            Permission::Graph(name) => {
                Some(self.graph.as_ref()?.iter().any(|granted| suffices(granted, name)))
            }
            Permission::Action(name) => Some(self.subscription.as_ref()?.allow(name)),
            Permission::DataAction(name) => Some(self.subscription.as_ref()?.allow_data(name)),
        }
    }
}

/// What decides what a step finds in a tenant that does not change: the version of the declaration,
/// what it asks for and makes of that, whom it is read as, and what that principal may do.
fn basis(instance: &Instance, step: &Step, granted: &Granted) -> Option<String> {
    let config = &instance.config;
    let mut words = vec![
        env!("CARGO_PKG_VERSION").to_owned(),
        config.cloud.clone(),
        config.directory_id.clone(),
        config.subscription_id.clone().unwrap_or_default(),
        config.client_id.clone().unwrap_or_default(),
    ];
    let lists = [Some(&step.list), step.list.fallback];
    words.extend(lists.into_iter().flatten().map(|it| format!("{} {}", it.path(), it.ask.query)));
    words.push(step.select().join(","));
    for found in step.entity_types() {
        let names: Vec<&str> = found.declared().map(|it| it.name).collect();
        words.push(format!("{}: {}", found.kind, names.join(",")));
    }
    words.extend(step.relationships().into_iter().map(|it| it.kind));
    words.extend(step.patches().iter().map(|(of, it)| format!("{}.{}", of.kind, it.name)));
    for permission in step.permissions() {
        words.push(format!("{} {}", permission.name(), granted.has(&permission)?));
    }
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    Some(format!("{:016x}", digest(&words)))
}

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
        planned.known_at = known.remove(&planned.id).map(|it| it.at.to_owned());
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
        let of_last = self.summary.steps.iter().find(|it| it.id == planned.id)?;
        if planned.disabled.is_some() || planned.basis.is_none() || planned.basis != of_last.basis {
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
