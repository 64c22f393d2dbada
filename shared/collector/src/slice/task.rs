//! A step that is read: what it reads, how far that is, and where what it reads goes.
//!
//! The readers work on it: each knows one way of reading, and none knows another.

use std::sync::Arc;

use steps::{InstanceView, List, Parent, Shape, Step};
use tokio::time::Instant;
use uuid::Uuid;

use super::checkpoint::Checkpoint;
use super::cursor::Cursor;
use super::patience::Standstill;
use super::writers::Writers;
use crate::context::{Context, Error};
use crate::layout::Content;
use crate::ledger::Status;
use crate::manifest::Part;
use crate::part::PartReader;
use crate::plan::Plan;
use crate::ports::{Address, Body, Condition, DomainKey, Fetch, Request};
use crate::progress::News;

/// What the readers of a step work on.
pub(super) struct Task<'a> {
    pub(super) context: &'a Context,
    pub(super) plan: &'a Plan,
    pub(super) step: &'static Step,
    pub(super) instance: InstanceView,
    pub(super) fetch: Arc<dyn Fetch>,
    pub(super) checkpoint: Checkpoint,
    pub(super) writers: Writers,
    /// What tells this slice's parts from those of another that runs at the same time by mistake.
    pub(super) name: String,
    /// When something was answered last, or when the slice began.
    pub(super) since: Instant,
    /// How many requests of this slice were refused as too many.
    pub(super) refused: u64,
}

impl<'a> Task<'a> {
    /// A step that goes on where a checkpoint says.
    pub(super) async fn new(
        context: &'a Context,
        plan: &'a Plan,
        step: &'static Step,
        checkpoint: Checkpoint,
    ) -> Result<Self, Error> {
        Ok(Self {
            context,
            plan,
            step,
            instance: plan.instance_view(),
            fetch: context.connect(&plan.instance).await?,
            checkpoint,
            writers: Writers::default(),
            name: Uuid::new_v4().simple().to_string()[..8].to_owned(),
            since: Instant::now(),
            refused: 0,
        })
    }

    /// How a list that was begun is read.
    pub(super) fn list(&self, cursor: &Cursor) -> &'static List {
        let list = &self.step.list;
        if cursor.is_fallback { list.fallback.unwrap_or(list) } else { list }
    }

    /// What to ask for the next page of a cursor, and which domain that draws on: a list that is
    /// read the other way may draw on another.
    pub(super) fn request(&self, id: u64) -> Option<(DomainKey, Request)> {
        let cursor = self.checkpoint.frontier.cursor(id)?;
        let list = self.list(cursor);
        let parent = cursor.parent.as_ref();
        let parent = parent.map(|it| Parent { key: &it.key, kind: &it.kind, json: &it.json });
        let (base, mut path) = list.address(self.step, &self.instance, parent)?;
        let mut body = None;
        let is_counted = list.ask.counted && !cursor.is_uncounted;
        if is_counted {
            path.push(if path.contains('?') { '&' } else { '?' });
            path.push_str("$count=true");
        }
        if list.report().is_some() {
            if let Some(job) = cursor.export.path(&path) {
                path = job;
            } else {
                let whole = list.body(&self.instance, parent, cursor.export.name())?;
                body = Some(cursor.ask(whole, list.shape()));
            }
        } else {
            body = list.post_body();
        }
        let first = match base {
            Some(base) => Address::Host { base, path },
            None => Address::Path(path),
        };
        let address = cursor.next_page(first);
        let eventual = list.ask.eventual || is_counted;
        let request = Request { service: list.service(), address, eventual, body };
        Some((self.plan.domain(self.step, list), request))
    }

    /// Whether what is read is kept for the next job.
    pub(super) fn is_kept(&self) -> bool {
        self.checkpoint.delta.as_ref().is_some_and(|it| it.keeps())
    }

    /// Stores the parts that are full, or all.
    pub(super) async fn store_parts(&mut self, all: bool) -> Result<(), Error> {
        for content in [Content::Entities, Content::References, Content::Items, Content::Changes] {
            let writer = self.writers.of(content);
            if !all && !writer.is_full() {
                continue;
            }
            let Some(body) = writer.take()? else { continue };
            let number = self.checkpoint.next_part;
            self.checkpoint.next_part += 1;
            let name = self.plan.job.part(self.step.id, number, &self.name, content);
            self.context.store.put(&name, Body::Bytes(body), Condition::Always).await?;
            match (content, &mut self.checkpoint.delta) {
                (Content::Items, Some(delta)) => delta.items.push(name),
                (Content::Changes, Some(delta)) => delta.changes.push(name),
                _ => self.checkpoint.parts.push(Part { name, content }),
            }
        }
        Ok(())
    }

    /// Notes that something was answered.
    pub(super) fn answered(&mut self) {
        self.checkpoint.standstill = Standstill::default();
        self.since = Instant::now();
    }

    pub(super) fn restart(&mut self, id: u64) -> bool {
        self.checkpoint.frontier.cursor_mut(id).is_some_and(Cursor::restart)
    }

    pub(super) fn has_parent(&self, id: u64) -> bool {
        self.checkpoint.frontier.cursor(id).is_some_and(|it| it.parent.is_some())
    }

    /// Reads the list another way, if there is one that was not tried.
    pub(super) fn fall_back(&mut self, id: u64) -> bool {
        let has_fallback = self.step.list.fallback.is_some();
        let cursor = self.checkpoint.frontier.cursor_mut(id);
        cursor.is_some_and(|cursor| has_fallback && cursor.fall_back())
    }

    /// Reads a table page by page after all, as the report of it cannot be prepared. False if there
    /// is no such table.
    pub(super) fn read_table(&mut self, id: u64) -> bool {
        let Some(cursor) = self.checkpoint.frontier.cursor_mut(id) else { return false };
        let is_report_of_table = cursor.is_fallback && self.step.list.shape() == Shape::Table;
        if is_report_of_table {
            cursor.read_table();
        }
        is_report_of_table
    }

    /// Reads the list without asking how many items there are, if that was asked and may be why it
    /// failed.
    pub(super) fn uncount(&mut self, id: u64) -> bool {
        let cursor = self.checkpoint.frontier.cursor(id);
        let is_counted = cursor.is_some_and(|cursor| self.list(cursor).ask.counted);
        let cursor = self.checkpoint.frontier.cursor_mut(id);
        is_counted && cursor.is_some_and(Cursor::uncount)
    }

    /// Notes that a list cannot be read to its end.
    pub(super) fn except(&mut self, id: u64, status: Status, reason: &str) {
        let Some(cursor) = self.checkpoint.frontier.close(id) else { return };
        let scope = cursor.parent.as_ref().map_or_else(
            || self.plan.scope_of(self.step).to_owned(),
            |parent| parent.key.to_string(),
        );
        self.checkpoint.progress.except(&scope, status, reason);
    }

    /// Whether nothing is left that may still be asked for, whatever was not read.
    pub(super) const fn is_given_up(&self) -> bool {
        self.checkpoint.is_given_up
    }

    /// A stored part, if it is still there.
    pub(super) async fn part(&self, name: &str) -> Result<Option<PartReader>, Error> {
        let part = self.context.store.get(name).await?;
        part.map(|part| PartReader::new(name, part.body)).transpose()
    }

    /// Tells whoever watches what happened.
    pub(super) fn tell(&self, news: &News<'_>) {
        self.context.observer.observe(&self.plan.job, news);
    }
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
