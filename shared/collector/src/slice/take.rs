//! What an answer comes to: a page whose items are converted, or a reason why there is none.

use serde_json::Value;
use serde_json::value::RawValue;
use steps::{Item, Output, Parent, Shape};

use super::frontier::{Astray, Chain, StoredParent, WALK};
use super::patience::Waited;
use super::{Shard, Wait};
use crate::context::Error;
use crate::ledger::Status;
use crate::page::{Next, Page};
use crate::part::{KeptItem, Owner};
use crate::ports::{Address, Answer, Failure, Request};

impl Shard<'_> {
    /// Takes the answer for a chain. Returns how long Microsoft asks to wait, if it does.
    pub(super) fn take(&mut self, id: u64, answer: Answer) -> Result<Option<Wait>, Error> {
        let failure = match answer {
            Ok(document) => {
                self.answered();
                let progress = &mut self.checkpoint.progress;
                progress.requests += u64::from(document.requests);
                progress.bytes += document.body.len() as u64;
                let chain = self.checkpoint.frontier.chain(id);
                let is_list = |chain: &Chain| self.list(chain).shape() != Shape::Export;
                if id != WALK && !chain.is_some_and(is_list) {
                    return Ok(self.prepared(id, &document.body).map(Wait::of));
                }
                if let Some(chain) = self.checkpoint.frontier.chain_mut(id) {
                    chain.vain = Waited::default();
                }
                let taken = match id {
                    WALK => self.walk_page(&document.body),
                    _ => self.page(id, &document.body),
                };
                return taken.map(|()| None);
            }
            Err(failure) => failure,
        };
        let is_answer = !matches!(
            failure,
            Failure::Throttled { .. } | Failure::Authentication(_) | Failure::Failed(_)
        );
        if is_answer {
            self.answered();
        }
        let reason = failure.to_string();
        match failure {
            Failure::Throttled { wait: time, because } => {
                return Ok(Some(Wait { time, because }));
            }
            failure if id == WALK => self.walk_failed(&failure),
            Failure::PageExpired(_) if self.restart(id) => (),
            Failure::Forbidden(_) if self.fall_back(id) => (),
            Failure::Gone(_) | Failure::Failed(_) if self.ask_anew(id) => (),
            Failure::Failed(_) if self.uncount(id) => (),
            Failure::NotApplicable(_) => self.nothing_to_read(id),
            Failure::Gone(_) if self.is_optional(id) => self.nothing_to_read(id),
            Failure::Gone(_) if self.has_parent(id) => {
                // It was listed in this job, so it is in the snapshot. That its list is not there proves
                // nothing: services also answer so where a permission or a replica is missing.
                self.checkpoint.progress.vanished += 1;
                self.except(id, Status::Partial, &reason);
            }
            Failure::NotRegistered(_) => self.except(id, Status::Skipped, &reason),
            Failure::Forbidden(_) => self.except(id, Status::Forbidden, &reason),
            Failure::Retired(_) => self.except(id, Status::Retired, &reason),
            Failure::Gone(_)
            | Failure::PageExpired(_)
            | Failure::Authentication(_)
            | Failure::Unreadable(_)
            | Failure::Failed(_) => self.except(id, Status::Failed, &reason),
        }
        Ok(None)
    }

    pub(super) fn restart(&mut self, id: u64) -> bool {
        self.checkpoint.frontier.chain_mut(id).is_some_and(Chain::restart)
    }

    pub(super) fn has_parent(&self, id: u64) -> bool {
        self.checkpoint.frontier.chain(id).is_some_and(|it| it.parent.is_some())
    }

    /// Notes that there is nothing to read, which is as good as an empty list.
    fn nothing_to_read(&mut self, id: u64) {
        self.checkpoint.progress.lists += 1;
        self.checkpoint.frontier.close(id);
    }

    /// Whether it is a single item that its parent need not have.
    fn is_optional(&self, id: u64) -> bool {
        let chain = self.checkpoint.frontier.chain(id);
        self.has_parent(id) && chain.is_some_and(|it| self.list(it).shape() == Shape::One)
    }

    /// Reads the list another way, if there is one that was not tried.
    pub(super) fn fall_back(&mut self, id: u64) -> bool {
        let has_fallback = self.step.list.fallback.is_some();
        let chain = self.checkpoint.frontier.chain_mut(id);
        chain.is_some_and(|chain| has_fallback && chain.fall_back())
    }

    /// Reads the list without asking how many items there are, if that was asked and may be why it failed.
    fn uncount(&mut self, id: u64) -> bool {
        let chain = self.checkpoint.frontier.chain(id);
        let is_counted = chain.is_some_and(|chain| self.list(chain).ask.counted);
        let chain = self.checkpoint.frontier.chain_mut(id);
        is_counted && chain.is_some_and(Chain::uncount)
    }

    /// Notes that a list cannot be read to its end.
    pub(super) fn except(&mut self, id: u64, status: Status, reason: &str) {
        let Some(chain) = self.checkpoint.frontier.close(id) else { return };
        let scope = chain.parent.as_ref().map_or_else(
            || self.plan.scope_of(self.step).to_owned(),
            |parent| parent.key.to_string(),
        );
        self.checkpoint.progress.except(&scope, status, reason);
    }

    pub(super) fn page(&mut self, id: u64, body: &[u8]) -> Result<(), Error> {
        let Some(chain) = self.checkpoint.frontier.chain(id).cloned() else { return Ok(()) };
        let list = self.list(&chain);
        let page = match Page::read(body, list.shape()) {
            Ok(page) => page,
            Err(error) => {
                let reason = format!("failed: a page is not a list ({error})");
                self.except(id, Status::Failed, &reason);
                return Ok(());
            }
        };
        for raw in &page.items {
            self.item(raw, &chain)?;
        }
        let last = self.request(id).map(|(_, it)| address_of(&it));
        let progress = &mut self.checkpoint.progress;
        progress.pages += 1;
        let taken = page.items.len() as u64;
        progress.items += taken;
        progress.last = last;
        let Some(chain) = self.checkpoint.frontier.chain_mut(id) else { return Ok(()) };
        chain.take_items(taken, page.count.filter(|_| list.ask.counted));
        let goes_on = match page.next {
            Next::End => Ok(false),
            Next::Link(link) => chain.follow(&link, &page.items).map(|()| true),
            Next::Rows { total } => chain.has_more(taken, total),
        };
        match goes_on {
            Ok(false) if list.answer.lacks.is_some() => {
                self.except(id, Status::Partial, list.answer.lacks.unwrap_or_default());
            }
            Ok(false) => match chain.shortfall() {
                None => {
                    let chain = self.checkpoint.frontier.close(id);
                    let count = chain.as_ref().and_then(|chain| chain.count);
                    let progress = &mut self.checkpoint.progress;
                    progress.lists += 1;
                    progress.counted = count.or(progress.counted);
                    self.keep_list(chain.and_then(|chain| chain.parent))?;
                }
                Some(_) if chain.recount() => (),
                Some(reason) => self.except(id, Status::Partial, &reason),
            },
            // A service that goes in a circle once may find its way the next time.
            Err(Astray::Circle(_)) if self.restart(id) => (),
            Err(astray) => self.except(id, Status::Failed, astray.reason()),
            Ok(true) => (),
        }
        Ok(())
    }

    /// Takes one item. An odd item costs itself only, and that nothing is concluded from its absence.
    pub(super) fn item(&mut self, raw: &RawValue, chain: &Chain) -> Result<(), Error> {
        let Some((json, raw)) = graph::canonical(raw).ok().filter(|(json, _)| json.is_object())
        else {
            let progress = &mut self.checkpoint.progress;
            progress.unreadable += 1;
            *progress.drift.entry(format!("{}.item", self.step.id)).or_default() += 1;
            return Ok(());
        };
        let is_tracked = !self.step.list.delta.is_empty() && !chain.is_fallback;
        let parent = chain.parent.as_ref();
        if let Some(parent) = parent.filter(|_| is_tracked) {
            return self.fresh_item(&owner(parent), Some(&raw));
        }
        if is_tracked {
            return self.tracked_item(json);
        }
        let parent = parent.map(|it| Parent { key: &it.key, kind: &it.kind, json: &it.json });
        self.convert(&json, &raw, parent)
    }

    /// Converts one item, and writes what it becomes.
    pub(super) fn convert(
        &mut self,
        json: &Value,
        raw: &RawValue,
        parent: Option<Parent<'_>>,
    ) -> Result<(), Error> {
        let mut out = Output::default();
        self.step.convert(Item { json, raw, parent, scope: &self.scope }, &mut out);
        self.write(&out)
    }

    /// Keeps that the list of a parent was read to its end.
    fn keep_list(&mut self, parent: Option<StoredParent>) -> Result<(), Error> {
        let Some(parent) = parent.filter(|_| self.is_kept()) else { return Ok(()) };
        Ok(self.items.line(&KeptItem { of: Some(owner(&parent)), item: None })?)
    }

    pub(super) fn write(&mut self, out: &Output) -> Result<(), Error> {
        let progress = &mut self.checkpoint.progress;
        for entity in &out.entities {
            self.entities.entity(entity)?;
            if !entity.is_patch {
                *progress.entities.entry(entity.kind.to_owned()).or_default() += 1;
            }
        }
        for reference in &out.references {
            self.references.reference(reference)?;
        }
        progress.references += out.references.len() as u64;
        progress.unreadable += out.unreadable;
        for drift in &out.drift {
            *progress.drift.entry(drift.clone()).or_default() += 1;
        }
        for discovery in &out.discoveries {
            progress.discoveries.insert(discovery.subscription_id.clone(), discovery.clone());
        }
        Ok(())
    }
}

/// What the items of a parent's list belong to.
fn owner(parent: &StoredParent) -> Owner<'_> {
    Owner { key: parent.key.as_str().into(), kind: parent.kind.as_str().into() }
}

/// The address of a request without its query.
pub(super) fn address_of(request: &Request) -> String {
    let address = match &request.address {
        Address::Path(path) => path.clone(),
        Address::Host { base, path } => format!("{}{path}", base.trim_end_matches('/')),
        Address::Link { link, .. } => link.clone(),
    };
    address.split('?').next().unwrap_or_default().to_owned()
}
