//! Following changes: the delta queries of a step, which are made before anything else is read.
//!
//! They take one of three ways.
//! - **Full**: links from now on are taken first, then the list is read as ever. What changes meanwhile is told
//!   by the links once more, which does no harm. A list is read faster, and in larger pages, than by a delta
//!   query from the beginning.
//! - **Delta**: the links of what was kept are followed. What they tell is added to what was kept
//!   ([`super::merge`]); of lists of each parent those are read again that are not as they were.
//! - **Reconcile**: the links are followed, and the list is read besides. When that is done they are followed
//!   once more: what changed meanwhile is not compared ([`super::divergence`]).
//!
//! Where a delta query cannot be made or followed, the step is read in full.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::to_raw_value;
use steps::{Service, Shape, Tells, Watch};

use super::frontier::{Chain, WALK};
use super::{Checkpoint, Shard};
use crate::context::{Context, Error, Stored};
use crate::delta::{State, Use, of, planned};
use crate::ledger::{Progress, Reading, Status};
use crate::page::{Next, Page};
use crate::part::{Change, PartWriter};
use crate::plan::Plan;
use crate::ports::{Address, Condition, DomainKey, Failure, Request};

/// How many changes are followed. With more, reading everything costs no more, and less memory.
const MOST_CHANGES: u64 = 100_000;

/// Why everything is read once in a week.
const DUE: &str = "everything is read once a week for a comparison";

/// How a step whose changes can be followed is read in this job, and how far that is.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Delta {
    pub(super) way: Way,
    /// Why it is read in full.
    pub(super) because: String,
    /// Where the delta queries ended, in order; none for one that the application may not make.
    pub(super) links: Vec<Option<String>>,
    /// How many were followed once more.
    again: usize,
    /// Why nothing can be kept, if that is so.
    pub(super) unkept: Option<String>,
    /// Why what was read cannot be compared with what was kept, if that is so.
    pub(super) incomparable: Option<String>,
    /// How many changes were told.
    changed: u64,
    /// The parts that hold them.
    pub(super) changes: Vec<String>,
    /// The parts of items to keep.
    pub(super) items: Vec<String>,
    /// How many parts of what was kept had changes added to them.
    pub(super) merged: usize,
}

/// A delta query that is being made.
struct Walk {
    /// Which of the step's it is.
    number: usize,
    watch: &'static Watch,
    /// Whether it is made once more, after the list was read.
    is_again: bool,
    /// Whether it goes on from where an earlier one ended.
    has_link: bool,
}

/// How a step is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Way {
    Full,
    Delta,
    Reconcile,
}

impl Delta {
    fn new(way: Way, because: String) -> Self {
        Self {
            way,
            because,
            links: Vec::new(),
            again: 0,
            unkept: None,
            incomparable: None,
            changed: 0,
            changes: Vec::new(),
            items: Vec::new(),
            merged: 0,
        }
    }

    /// Whether every delta query was made.
    pub(super) fn is_walked(&self, watches: &[Watch]) -> bool {
        let is_again = self.way != Way::Reconcile || self.again == watches.len();
        self.links.len() == watches.len() && is_again
    }

    /// Whether what is read is to be kept.
    pub(super) const fn keeps(&self) -> bool {
        self.unkept.is_none()
    }
}

/// How a step is read, decided when it begins, and the state that changes are added to; in later slices, that
/// state again.
pub(super) async fn begin(
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
                lacking = format!("the state of the last job is damaged: {name}")
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

impl Checkpoint {
    /// The beginning of reading in full, with what it cost to find out that this has to be.
    fn anew(&self, because: String) -> Self {
        let Progress { pages, requests, bytes, .. } = self.progress;
        Self {
            progress: Progress { pages, requests, bytes, ..Progress::default() },
            next_part: self.next_part,
            slice: self.slice,
            delta: Some(Box::new(Delta::new(Way::Full, because))),
            ..Self::default()
        }
    }
}

impl Shard<'_> {
    /// Begins the next of the delta queries that are made before any list is read.
    pub(super) fn open_walk(&mut self) -> Option<u64> {
        let delta = self.checkpoint.delta.as_ref()?;
        let number = delta.links.len();
        let is_due = number < self.step.list.delta.len();
        let known = self.base.as_ref().and_then(|base| base.links.get(number));
        let link = known.cloned().flatten();
        is_due.then(|| self.checkpoint.frontier.open_walk(link))
    }

    /// Begins the next of the delta queries that are made once more after the list was read.
    pub(super) fn open_walk_again(&mut self) -> Option<u64> {
        let delta = self.checkpoint.delta.as_ref()?;
        let is_due = delta.way == Way::Reconcile && self.checkpoint.frontier.is_empty();
        let link = delta.links.get(delta.again).filter(|_| is_due)?.clone();
        Some(self.checkpoint.frontier.open_walk(link))
    }

    /// The delta query that is being made.
    fn walk(&self) -> Option<Walk> {
        let delta = self.checkpoint.delta.as_ref()?;
        let watches = self.step.list.delta;
        let is_again = delta.links.len() == watches.len();
        let number = if is_again { delta.again } else { delta.links.len() };
        let base = self.base.as_ref().map(|base| &base.links);
        let links = if is_again { Some(&delta.links) } else { base };
        let has_link = links.and_then(|links| links.get(number)?.as_ref()).is_some();
        Some(Walk { number, watch: watches.get(number)?, is_again, has_link })
    }

    /// What to ask for the next page of the delta query that is being made.
    pub(super) fn walk_request(&self, chain: &Chain) -> Option<(DomainKey, Request)> {
        let first = Address::Path(self.walk()?.watch.address(self.step, true));
        let address = match &chain.link {
            Some(link) => Address::Link { link: link.clone(), first: Box::new(first) },
            None => first,
        };
        let request = Request::get(Service::Graph, address);
        Some((self.plan.domain(self.step, &self.step.list), request))
    }

    /// Takes a page of a delta query: what has changed, and where it goes on.
    pub(super) fn walk_page(&mut self, body: &[u8]) -> Result<(), Error> {
        let Some(Walk { number, watch, is_again, has_link }) = self.walk() else { return Ok(()) };
        let page = match Page::read(body, Shape::Pages) {
            Ok(page) => page,
            Err(error) => {
                self.cannot_walk(&format!("a page of a delta query is not a list ({error})"));
                return Ok(());
            }
        };
        for raw in &page.items {
            let json = graph::canonical(raw).ok().map(|(json, _)| json);
            let Some(json) = json.filter(|it| it.get("id").is_some_and(Value::is_string)) else {
                // It may tell of anything, so changes do not tell everything.
                self.cannot_walk("a change cannot be read");
                return Ok(());
            };
            let mut json = json;
            self.step.conceal(&mut json);
            let object = to_raw_value(&json).map_err(std::io::Error::from)?;
            self.changes.line(&Change { watch: number, is_late: is_again, object: &object })?;
        }
        let changed = page.items.len() as u64;
        let progress = &mut self.checkpoint.progress;
        progress.pages += 1;
        progress.items += changed;
        let Some(delta) = &mut self.checkpoint.delta else { return Ok(()) };
        delta.changed += changed;
        if delta.changed > MOST_CHANGES {
            self.cannot_walk("there are so many changes that reading everything costs no more");
            return Ok(());
        }
        match (page.next, page.delta) {
            (Next::Link(link), _) => {
                let chain = self.checkpoint.frontier.chain_mut(WALK);
                let followed = chain.map(|chain| chain.follow(&link, &page.items));
                if let Some(Err(astray)) = followed {
                    self.cannot_walk(astray.reason());
                }
            }
            (_, None) => self.cannot_walk("a delta query ended without a delta link"),
            (_, Some(link)) => {
                let is_new = !is_again && !has_link && delta.way != Way::Full;
                self.checkpoint.frontier.close(WALK);
                if is_new {
                    self.in_full(format!(
                        "{} could not be read by the last job, and can be read now",
                        watch.path
                    ));
                } else {
                    self.walked(Some(link.into_owned()));
                }
            }
        }
        Ok(())
    }

    fn walked(&mut self, link: Option<String>) {
        let watches = self.step.list.delta.len();
        if let Some(delta) = &mut self.checkpoint.delta {
            if delta.links.len() < watches {
                delta.links.push(link);
            } else {
                delta.again += 1;
            }
        }
    }

    /// Takes a failure of a delta query.
    pub(super) fn walk_failed(&mut self, failure: &Failure) {
        let Some(Walk { watch, has_link, .. }) = self.walk() else { return };
        match failure {
            // What it would tell of stands in lists with its id alone.
            Failure::Forbidden(_) if watch.tells == Tells::Members && !has_link => {
                self.checkpoint.frontier.close(WALK);
                self.walked(None);
            }
            _ => self.cannot_walk(&failure.to_string()),
        }
    }

    /// Does without a delta query that cannot be made.
    fn cannot_walk(&mut self, reason: &str) {
        self.checkpoint.frontier.close(WALK);
        let Some(Walk { watch, is_again, .. }) = self.walk() else { return };
        let reason = format!("{} cannot be followed: {reason}", watch.path);
        let watches = self.step.list.delta.len();
        let Some(delta) = &mut self.checkpoint.delta else { return };
        if is_again {
            delta.again = watches;
            delta.incomparable = Some(reason);
        } else if delta.way == Way::Full {
            delta.links.resize(watches, None);
            delta.unkept = Some(reason);
        } else {
            self.in_full(reason);
        }
    }

    /// Begins again, to read everything. No parent was taken yet.
    fn in_full(&mut self, because: String) {
        self.checkpoint = self.checkpoint.anew(because);
        self.base = None;
        for writer in [&mut self.entities, &mut self.references, &mut self.items, &mut self.changes]
        {
            *writer = PartWriter::default();
        }
    }

    /// Begins again, to read everything, although lists of some parents were read.
    pub(super) async fn start_over(&mut self, because: &str) -> Result<(), Error> {
        self.in_full(because.to_owned());
        self.stale = None;
        self.parents =
            super::Parents::of(self.context, self.plan, self.step, self.number, 0).await?;
        Ok(())
    }

    /// How the step was read, now that it was.
    pub(super) async fn reading(&self, status: Status) -> Result<Reading, Error> {
        let full = |because: &str| Reading::Full { because: because.to_owned() };
        let Some(delta) = &self.checkpoint.delta else { return Ok(full("")) };
        Ok(match (delta.way, &delta.unkept, &delta.incomparable) {
            (Way::Full, None, _) => full(&delta.because),
            (Way::Full, Some(unkept), _) => full(&format!("{}; {unkept}", delta.because)),
            (Way::Delta, ..) => Reading::Delta,
            (Way::Reconcile, _, Some(reason)) => full(&format!("{DUE}, and {reason}")),
            (Way::Reconcile, ..) if status != Status::Complete => {
                full(&format!("{DUE}, and is not complete"))
            }
            (Way::Reconcile, ..) => match self.divergence().await {
                Ok(Some(reading)) => reading,
                Ok(None) => full(&format!(
                    "{DUE}, and the state of the last job cannot be compared with it"
                )),
                Err(error) if error.object().is_some() => full(&format!("{DUE}, and {error}")),
                Err(error) => return Err(error),
            },
        })
    }

    /// Stores what the next job can add changes to, and says under which name; nothing unless everything is
    /// known.
    pub(super) async fn keep(&self, status: Status) -> Result<Option<String>, Error> {
        let delta = self.checkpoint.delta.as_ref();
        let Some(delta) = delta.filter(|it| it.keeps() && status == Status::Complete) else {
            return Ok(None);
        };
        let since = planned(self.plan);
        let base = self.base.as_ref().filter(|_| delta.way == Way::Delta);
        let state = State {
            of: of(self.plan, self.step),
            since,
            full: base.map_or(since, |base| base.full),
            links: delta.links.clone(),
            parts: delta.items.clone(),
        };
        let name = self.plan.job.state(self.step.id, &self.name);
        self.context.write(&name, &state, Condition::Always).await?;
        Ok(Some(name))
    }
}
