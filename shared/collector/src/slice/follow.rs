//! Following changes: the delta queries of a step, which are made before anything else is read.
//!
//! They take one of three ways.
//! - **Full**: links from now on are taken first, then the list is read as ever. What changes
//!   meanwhile is told by the links once more, which does no harm. A list is read faster, and in
//!   larger pages, than by a delta query from the beginning.
//! - **Delta**: the links of what was kept are followed. What they tell is added to what was kept
//!   ([`super::merge`]); of lists of each parent those are read again that are not as they were.
//! - **Reconcile**: the links are followed, and the list is read besides. When that is done they
//!   are followed once more: what changed meanwhile is not compared ([`super::divergence`]).
//!
//! Where a delta query cannot be made or followed, the step is read in full.

use std::sync::Arc;

use serde_json::Value;
use serde_json::value::to_raw_value;
use steps::{Affects, Service, Shape, Watch};

use super::checkpoint::Checkpoint;
use super::cursor::Cursor;
use super::delta::{Delta, REMOVED, Way};
use super::frontier::DELTA_QUERY;
use super::parents::Parents;
use super::stale::{Stale, stale};
use super::task::Task;
use super::writers::Writers;
use crate::context::{Context, Error, Stored};
use crate::delta::{State, Use};
use crate::page::{Next, Page};
use crate::part::Change;
use crate::plan::Plan;
use crate::ports::{Address, DomainKey, Failure, Request};

/// How many changes are followed. With more, reading everything costs no more, and less memory.
const MOST_CHANGES: u64 = 100_000;

/// A delta query that is being made.
struct DeltaQuery {
    /// Which of the step's it is.
    number: usize,
    watch: &'static Watch,
    /// Whether it is made once more, after the list was read.
    is_again: bool,
    /// Whether it goes on from where an earlier one ended.
    has_link: bool,
}

/// Makes the delta queries of a step whose changes are followed; of any other, nothing.
#[derive(Default)]
pub(super) struct Follow {
    /// What was kept, which changes are added to.
    pub(super) base: Option<Box<State>>,
    /// Which parents' lists are to be read again, once that is known.
    pub(super) stale: Option<Arc<Stale>>,
}

impl Follow {
    /// Begins to follow changes, or goes on with it.
    pub(super) async fn begin(
        context: &Context,
        plan: &Plan,
        step: &'static steps::Step,
        checkpoint: &mut Checkpoint,
    ) -> Result<Self, Error> {
        let base = begin(context, plan, step, checkpoint).await?.map(Box::new);
        Ok(Self { base, stale: None })
    }

    /// Begins the next of the delta queries that are made before any list is read.
    pub(super) fn open_delta_query(&mut self, task: &mut Task<'_>) -> Option<u64> {
        let delta = task.checkpoint.delta.as_ref()?;
        let number = delta.links.len();
        let is_due = number < task.step.list.delta.len();
        let known = self.base.as_ref().and_then(|base| base.links.get(number));
        let link = known.cloned().flatten();
        is_due.then(|| task.checkpoint.frontier.open_delta_query(link))
    }

    /// The delta query that is being made.
    fn delta_query(&self, task: &Task<'_>) -> Option<DeltaQuery> {
        let delta = task.checkpoint.delta.as_ref()?;
        let watches = task.step.list.delta;
        let is_again = delta.links.len() == watches.len();
        let number = if is_again { delta.again } else { delta.links.len() };
        let base = self.base.as_ref().map(|base| &base.links);
        let links = if is_again { Some(&delta.links) } else { base };
        let has_link = links.and_then(|links| links.get(number)?.as_ref()).is_some();
        Some(DeltaQuery { number, watch: watches.get(number)?, is_again, has_link })
    }

    /// What to ask for the next page of the delta query that is being made.
    pub(super) fn request(&self, task: &Task<'_>, cursor: &Cursor) -> Option<(DomainKey, Request)> {
        let first = Address::Path(self.delta_query(task)?.watch.address(task.step, true));
        let request = Request::get(Service::Graph, cursor.next_page(first));
        Some((task.plan.domain(task.step, &task.step.list), request))
    }

    /// Takes a page of a delta query: what has changed, and where it goes on.
    pub(super) fn page(&mut self, task: &mut Task<'_>, body: &[u8]) -> Result<(), Error> {
        let Some(DeltaQuery { number, watch, is_again, has_link }) = self.delta_query(task) else {
            return Ok(());
        };
        let page = match Page::read(body, Shape::Pages) {
            Ok(page) => page,
            Err(error) => {
                self.cannot_walk(task, &format!("a page of a delta query is not a list ({error})"));
                return Ok(());
            }
        };
        for raw in &page.items {
            let json = graph::canonical(raw).ok().map(|(json, _)| json);
            let Some(json) = json.filter(|it| it.get("id").is_some_and(Value::is_string)) else {
                // It may tell of anything, so changes do not tell everything.
                self.cannot_walk(task, "a change cannot be read");
                return Ok(());
            };
            let mut json = json;
            task.step.conceal(&mut json);
            let object = to_raw_value(&json).map_err(std::io::Error::from)?;
            task.writers.changes.line(&Change {
                watch: number,
                is_late: is_again,
                object: &object,
            })?;
        }
        let changed = page.items.len() as u64;
        let progress = &mut task.checkpoint.progress;
        progress.pages += 1;
        progress.items += changed;
        let Some(delta) = &mut task.checkpoint.delta else { return Ok(()) };
        delta.changed += changed;
        if delta.changed > MOST_CHANGES {
            self.cannot_walk(
                task,
                "there are so many changes that reading everything costs no more",
            );
            return Ok(());
        }
        match (page.next, page.delta) {
            (Next::Link(link), _) => {
                let cursor = task.checkpoint.frontier.cursor_mut(DELTA_QUERY);
                let followed = cursor.map(|cursor| cursor.follow(&link, &page.items));
                if let Some(Err(astray)) = followed {
                    self.cannot_walk(task, astray.reason());
                }
            }
            (_, None) => {
                self.cannot_walk(task, "a delta query ended without a delta link");
            }
            (_, Some(link)) => {
                let is_new = !is_again && !has_link && delta.way != Way::Full;
                task.checkpoint.frontier.close(DELTA_QUERY);
                if is_new {
                    self.in_full(
                        task,
                        format!(
                            "{} could not be read by the last job, and can be read now",
                            watch.path
                        ),
                    );
                } else {
                    queried(task, Some(link.into_owned()));
                }
            }
        }
        Ok(())
    }

    /// Takes a failure of a delta query.
    pub(super) fn failed(&mut self, task: &mut Task<'_>, failure: &Failure) {
        let Some(DeltaQuery { watch, has_link, .. }) = self.delta_query(task) else { return };
        match failure {
            // What it would tell of stands in lists with its id alone.
            Failure::Forbidden(_) if watch.affects == Affects::Members && !has_link => {
                task.checkpoint.frontier.close(DELTA_QUERY);
                queried(task, None);
            }
            _ => self.cannot_walk(task, &failure.to_string()),
        }
    }

    /// Does without a delta query that cannot be made.
    fn cannot_walk(&mut self, task: &mut Task<'_>, reason: &str) {
        task.checkpoint.frontier.close(DELTA_QUERY);
        let Some(DeltaQuery { watch, is_again, .. }) = self.delta_query(task) else { return };
        let reason = format!("{} cannot be followed: {reason}", watch.path);
        let watches = task.step.list.delta.len();
        let Some(delta) = &mut task.checkpoint.delta else { return };
        if is_again {
            delta.again = watches;
            delta.incomparable = Some(reason);
        } else if delta.way == Way::Full {
            delta.links.resize(watches, None);
            delta.unkept = Some(reason);
        } else {
            self.in_full(task, reason);
        }
    }

    /// Begins again, to read everything. No parent was taken yet.
    fn in_full(&mut self, task: &mut Task<'_>, because: String) {
        task.checkpoint = task.checkpoint.anew(because);
        self.base = None;
        task.writers = Writers::default();
    }

    /// Begins again, to read everything, although lists of some parents were read.
    pub(super) async fn start_over<'a>(
        &mut self,
        task: &mut Task<'a>,
        parents: &mut Parents<'a>,
        because: &str,
    ) -> Result<(), Error> {
        self.in_full(task, because.to_owned());
        self.stale = None;
        *parents = Parents::of(task.context, task.plan, task.step, 0).await?;
        Ok(())
    }

    /// Finds out which lists are to be read again, where not all are. False if what was kept is not
    /// there any more, and reading begins anew.
    pub(super) async fn find_stale<'a>(
        &mut self,
        task: &mut Task<'a>,
        parents: &mut Parents<'a>,
    ) -> Result<bool, Error> {
        let delta = task.checkpoint.delta.as_ref();
        let is_needed = delta.is_some_and(|it| it.way == Way::Delta) && self.stale.is_none();
        if !is_needed || task.step.list.parents.is_empty() {
            return Ok(true);
        }
        task.store_parts(true).await?;
        let stale = match self.stale_lists(task).await {
            Ok(Some(stale)) => stale,
            Ok(None) => return self.start_over(task, parents, REMOVED).await.map(|()| false),
            Err(error) if error.object().is_some() => {
                return self.start_over(task, parents, &error.to_string()).await.map(|()| false);
            }
            Err(error) => return Err(error),
        };
        let stale = Arc::new(stale);
        parents.only(stale.clone());
        self.stale = Some(stale);
        Ok(true)
    }

    /// Which lists are not as they were kept. None if what was kept is not there any more.
    async fn stale_lists(&self, task: &Task<'_>) -> Result<Option<Stale>, Error> {
        let Some(base) = &self.base else { return Ok(None) };
        stale(task, base).await
    }
}

/// How a step is read, decided when it begins, and the state that changes are added to; in later
/// slices, that state again.
async fn begin(
    context: &Context,
    plan: &Plan,
    step: &'static steps::Step,
    checkpoint: &mut Checkpoint,
) -> Result<Option<State>, Error> {
    if !plan.keeps(step) || checkpoint.delta.as_ref().is_some_and(|it| it.way == Way::Full) {
        return Ok(None);
    }
    let mut lacking = "there is no state of an earlier job to add changes to".to_owned();
    let mut state = None;
    if let Some(name) = plan.kept.get(step.id) {
        match context.look::<State>(name).await? {
            Stored::Absent => (),
            Stored::Sound(sound, _) => state = Some(sound),
            // What is wrong with it is not told: that could show a link.
            Stored::Damaged { .. } => {
                lacking = format!("the state of the last job is damaged: {name}");
            }
        }
    }
    let usable =
        state.as_ref().map_or_else(|| Use::None(lacking), |state| state.use_of(plan, step));
    let (way, because) = match usable {
        Use::Changes => (Way::Delta, String::new()),
        Use::Reconciliation => (Way::Reconcile, String::new()),
        Use::None(because) => (Way::Full, because),
    };
    match &checkpoint.delta {
        Some(delta) if delta.way == way => (),
        // What it was to be added to has been removed.
        Some(_) => *checkpoint = checkpoint.anew(because),
        None => checkpoint.delta = Some(Box::new(Delta::new(way, because))),
    }
    Ok(state.filter(|_| way != Way::Full))
}

/// Begins the next of the delta queries that are made once more after the list was read.
pub(super) fn open_walk_again(task: &mut Task<'_>) -> Option<u64> {
    let delta = task.checkpoint.delta.as_ref()?;
    let is_due = delta.way == Way::Reconcile && task.checkpoint.frontier.is_empty();
    let link = delta.links.get(delta.again).filter(|_| is_due)?.clone();
    Some(task.checkpoint.frontier.open_delta_query(link))
}

/// Notes that a delta query was made, and where it goes on.
fn queried(task: &mut Task<'_>, link: Option<String>) {
    let watches = task.step.list.delta.len();
    if let Some(delta) = &mut task.checkpoint.delta {
        if delta.links.len() < watches {
            delta.links.push(link);
        } else {
            delta.again += 1;
        }
    }
}
