//! The parents of a step's lists, as the steps that found them stored them.

use std::collections::HashSet;
use std::sync::Arc;

use graph::Key;
use steps::Step;

use crate::context::{Context, Error};
use crate::layout::{self, Content, Job};
use crate::manifest::{Manifest, Part, apply_fallbacks};
use crate::part::{PartReader, StoredEntity};
use crate::plan::Plan;

use super::cursor::StoredParent;
use super::stale::Stale;

/// Reads parents one by one, in the order of the parts that hold them.
pub(super) struct Parents<'a> {
    context: &'a Context,
    step: &'static Step,
    parts: std::vec::IntoIter<String>,
    reader: Option<PartReader>,
    /// How many parents earlier slices took, and this one passes over.
    skip: u64,
    incomplete: Option<String>,
    is_exhausted: bool,
    /// Which of them to give, if not all.
    only: Option<Arc<Stale>>,
    /// Whether the steps before found any.
    is_any: bool,
    /// The values that parents were given for, where several parents may have the same list.
    seen: HashSet<String>,
}

impl<'a> Parents<'a> {
    /// The parents of the lists of a step, but for those that its earlier slices took.
    pub(super) async fn of(
        context: &'a Context,
        plan: &Plan,
        step: &'static Step,
        taken: u64,
    ) -> Result<Self, Error> {
        let (mut parts, mut incomplete, mut is_any) = (Vec::new(), None, false);
        let planned = plan.steps.iter().find(|planned| planned.id == step.id);
        let mut manifests = Vec::new();
        for parent in planned.into_iter().flat_map(|planned| &planned.after) {
            // What it stands in for is no parent, and may never have run where the step runs by
            // itself.
            if step.fallback_for == Some(parent) && !plan.is_whole {
                continue;
            }
            let Some(manifest) = manifest(context, plan, parent).await? else {
                return Err(Error::NoParents { step: step.id.to_owned(), parent: parent.clone() });
            };
            manifests.push(manifest);
        }
        apply_fallbacks(&mut manifests);
        for manifest in manifests {
            let is_listed = |kind: &str| step.list.parents.iter().any(|parent| parent.kind == kind);
            let lacking = manifest.ledger.iter().find(|entry| {
                entry.kind.as_deref().is_some_and(is_listed) && !entry.status.is_complete()
            });
            if let Some(lacking) = lacking {
                let reason = lacking.reason.as_deref().unwrap_or_default();
                let (parent, status) = (&manifest.step, lacking.status.as_str());
                incomplete.get_or_insert(format!("{parent} is {status}: {reason}"));
            }
            is_any |= manifest.entities.keys().any(|kind| is_listed(kind));
            let entities = manifest.parts.into_iter().filter(|it| it.content == Content::Entities);
            parts.extend(entities.map(|Part { name, .. }| name));
        }
        let is_exhausted = step.list.parents.is_empty();
        let parts = parts.into_iter();
        Ok(Self {
            context,
            step,
            parts,
            reader: None,
            skip: taken,
            incomplete,
            is_exhausted,
            only: None,
            is_any,
            seen: HashSet::new(),
        })
    }

    /// Gives only those whose lists are to be read again. No parent was given yet.
    pub(super) fn only(&mut self, stale: Arc<Stale>) {
        self.only = Some(stale);
    }

    /// Whether not all of them are given.
    pub(super) const fn is_limited(&self) -> bool {
        self.only.is_some()
    }

    /// Whether there may be any.
    pub(super) const fn is_any(&self) -> bool {
        self.is_any
    }

    /// Whether every parent was given.
    pub(super) const fn is_exhausted(&self) -> bool {
        self.is_exhausted
    }

    /// Why parents may be lacking, if they may.
    pub(super) fn incomplete(&self) -> Option<&str> {
        self.incomplete.as_deref()
    }

    pub(super) async fn next(&mut self) -> Result<Option<StoredParent>, Error> {
        let mut line = String::new();
        while !self.is_exhausted {
            let Some(reader) = &mut self.reader else {
                match self.parts.next() {
                    None => self.is_exhausted = true,
                    Some(name) => {
                        let part = self.context.store.get(&name).await?;
                        let part = part.ok_or_else(|| Error::Unknown(name.clone()))?;
                        self.reader = Some(PartReader::new(&name, part.body)?);
                    }
                }
                continue;
            };
            if !reader.next(&mut line)? {
                self.reader = None;
                continue;
            }
            let Some(parent) = parent(reader.parse(&line)?, self.step)? else { continue };
            if let Some(property) = self.step.list.distinct {
                let value = parent.json[property].as_str().unwrap_or_default().to_lowercase();
                if value.is_empty() || !self.seen.insert(value) {
                    continue;
                }
            }
            if self.only.as_ref().is_some_and(|only| !only.is_stale(parent.key.as_str())) {
                continue;
            }
            if self.skip == 0 {
                return Ok(Some(parent));
            }
            self.skip -= 1;
        }
        Ok(None)
    }
}

fn parent(entity: StoredEntity<'_>, step: &Step) -> Result<Option<StoredParent>, Error> {
    let is_parent = step.list.parents.iter().any(|it| it.kind == entity.kind) && !entity.patch;
    if !is_parent {
        return Ok(None);
    }
    let json = serde_json::from_str(entity.entity.get()).map_err(std::io::Error::from)?;
    let parent = StoredParent { key: Key::new(&entity.key), kind: entity.kind, json };
    Ok(Some(parent).filter(|it| (step.list.only)(&it.json)))
}

/// The manifest of a step of the job; for a step that runs by itself, that of the job which read
/// the step last.
async fn manifest(context: &Context, plan: &Plan, step: &str) -> Result<Option<Manifest>, Error> {
    let job = if plan.is_whole {
        plan.job.clone()
    } else {
        let latest = layout::latest_step(&plan.job.instance, step);
        let Some((job, _)) = context.read::<Job>(&latest).await? else { return Ok(None) };
        job
    };
    Ok(context.read(&job.manifest(step)).await?.map(|(manifest, _)| manifest))
}
