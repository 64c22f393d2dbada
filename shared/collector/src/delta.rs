//! What is kept of steps whose changes can be followed, so that the next job need only read what
//! has changed.
//!
//! A step that was read completely leaves a [`State`]: its items as they were read, and links that
//! tell what has changed since. States never change. Which one the next job adds changes to is said
//! by an object that is moved once the step has its manifest, so a slice may die anywhere: the
//! links and the items of one state always belong together.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use steps::Step;
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::context::{Context, Error};
use crate::instance::{Instance, Mode};
use crate::layout::{self, Job};
use crate::manifest::Manifest;
use crate::plan::{Plan, PlannedStep};
use crate::ports::StoreError;

/// How long a delta link is followed. Links of directory objects work for seven days; a job takes a
/// while. Source: Microsoft Graph, "Use delta query to track changes in Microsoft Graph data",
/// token duration.
const LINK: Duration = Duration::hours(6 * 24 + 12);

/// How long after everything was read it is read again at the earliest, and over how long the steps
/// of all instances are spread. So it is within a week for whoever reads each day.
const RECONCILED: [Duration; 2] = [Duration::days(5), Duration::days(1)];

/// The form in which items are kept. States of another are not used.
const FORM: u32 = 1;

/// What was kept of a step. It cannot be printed, for its links are as good as page tokens.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct State {
    /// What was read, as whom and of which properties. Changes can only be added to the same.
    pub(crate) of: String,
    /// From when on the links tell changes, at the latest.
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) since: OffsetDateTime,
    /// When everything was read last.
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) full: OffsetDateTime,
    /// Where each delta query of the step goes on; none for one that the application may not make.
    pub(crate) links: Vec<Option<String>>,
    /// The items, in parts.
    pub(crate) parts: Vec<String>,
}

/// Which state of a step is the last.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Kept {
    job: Job,
    /// When the job was planned. Those of one millisecond cannot be told apart by their ids.
    #[serde(with = "time::serde::rfc3339")]
    planned: OffsetDateTime,
    state: String,
}

/// How a state can be used.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// Changes are added to it.
    Changes,
    /// Changes are added to it, and everything is read besides, to see whether both come to the
    /// same.
    Reconciliation,
    /// Not at all, and why.
    None(String),
}

impl State {
    /// How a job can use the state.
    pub(crate) fn use_of(&self, plan: &Plan, step: &Step) -> Use {
        let now = planned(plan);
        if self.of != of(plan, step) || self.links.len() != step.list.delta.len() {
            return Use::None(
                "the state of the last job has other properties, or belongs to another application"
                    .to_owned(),
            );
        }
        let age = now - self.since;
        if age > LINK {
            let days = age.whole_days();
            return Use::None(format!(
                "the state of the last job is {days} days old, which is too old for its delta links"
            ));
        }
        let [least, spread] = RECONCILED;
        let name = format!("{}/{}", plan.job.instance, step.id);
        let hash = Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes()).as_u64_pair().0;
        let seconds = i64::try_from(hash >> 1).unwrap_or_default() % spread.whole_seconds();
        if now - self.full >= least + Duration::seconds(seconds) {
            return Use::Reconciliation;
        }
        Use::Changes
    }
}

/// When a job was planned: the moment by which its states are dated.
pub(crate) fn planned(plan: &Plan) -> OffsetDateTime {
    OffsetDateTime::parse(&plan.planned_at, &Rfc3339).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

/// What a job reads of a step: what of the declaration and of the instance decides which items
/// there are and how they look.
pub(crate) fn of(plan: &Plan, step: &Step) -> String {
    let (config, list) = (&plan.instance.config, &step.list);
    let select = if list.ask.select { step.select().join(",") } else { "*".to_owned() };
    let form = FORM.to_string();
    let (path, query) = (list.path(), list.ask.query);
    let client_id = config.client_id.as_deref().unwrap_or_default();
    let mut words = vec![&*form, &config.cloud, &config.directory_id, client_id, &*path, query];
    words.push(&select);
    let watched: Vec<String> = list.delta.iter().map(|watch| watch.address(step, false)).collect();
    words.extend(watched.iter().map(String::as_str));
    words.join(" ")
}

/// The names of the states that a job can add changes to, by step.
pub(crate) async fn kept(
    context: &Context,
    instance: &Instance,
    steps: &[PlannedStep],
) -> Result<BTreeMap<String, String>, Error> {
    let mut states = BTreeMap::new();
    if instance.config.collection.mode == Mode::Full {
        return Ok(states);
    }
    for planned in steps.iter().filter(|it| it.disabled.is_none()) {
        if steps::find(&planned.id).is_none_or(|step| step.list.delta.is_empty()) {
            continue;
        }
        let name = layout::kept(&instance.id, &planned.id);
        if let (Some(kept), _) = context.spare::<Kept>(&name).await? {
            states.insert(planned.id.clone(), kept.state);
        }
    }
    Ok(states)
}

/// Lets the next job add changes to what a step that has ended has kept, if it has. May be done
/// again at any time: what a later job has kept stays.
pub(crate) async fn keep(context: &Context, plan: &Plan, step: &Step) -> Result<(), Error> {
    let manifest = context.read::<Manifest>(&plan.job.manifest(step.id)).await?;
    let Some(state) = manifest.and_then(|(manifest, _)| manifest.kept) else { return Ok(()) };
    let kept = Kept { job: plan.job.clone(), planned: planned(plan), state };
    let name = layout::kept(&plan.job.instance, step.id);
    loop {
        let (last, condition) = context.spare::<Kept>(&name).await?;
        if last.is_some_and(|last| last.planned >= kept.planned) {
            return Ok(());
        }
        match context.write(&name, &kept, condition).await {
            Err(Error::Store(StoreError::Conflict(_))) => (),
            written => return written.map(drop),
        }
    }
}
