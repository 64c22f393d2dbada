//! A tenant as a whole: the instance of its directory and those of its subscriptions.

use crate::context::{Context, Error};
use crate::instance::{Instance, Standing};
use crate::instances;
use crate::layout::{self, Job};
use crate::lease::Lease;
use crate::ledger::{Entry, Status, add};
use crate::link;
use crate::snapshot::{self, Latest};
use crate::summary::{JobStatus, Summary};

/// What the instances of a tenant came to.
#[derive(Clone, Debug)]
pub struct Tenant {
    /// What the tenant's own instance came to.
    pub directory: Summary,
    /// The instances of its subscriptions that are collected, each with what its latest snapshot
    /// came to if it has one. Those of skipped and removed subscriptions are not among them.
    pub subscriptions: Vec<(Instance, Option<Summary>)>,
    /// What is damaged of others, by the id of the instance.
    pub unreadable: Vec<(String, String)>,
}

/// How far the jobs of a tenant's instances are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// One is at work and has published nothing yet.
    Goes,
    /// Each has published a snapshot. In some, slow steps are at work.
    IsSlow,
    /// All have ended, so that the graph of the tenant stays as it is for a while.
    Ended,
}

impl Tenant {
    /// The same as [`Tenant::read`], if the tenant's instance has a snapshot.
    ///
    /// # Errors
    ///
    /// If storage fails.
    pub async fn find(context: &Context, instance: &str) -> Result<Option<Self>, Error> {
        match snapshot::find(context, instance).await? {
            Some(_) => Self::read(context, instance).await.map(Some),
            None => Ok(None),
        }
    }

    /// Reads what came of the latest jobs of a tenant's instances.
    ///
    /// # Errors
    ///
    /// If the tenant's instance has no snapshot, or storage fails.
    pub async fn read(context: &Context, instance: &str) -> Result<Self, Error> {
        let directory = snapshot::latest(context, instance).await?;
        let (mut subscriptions, mut unreadable) = (Vec::new(), Vec::new());
        for id in instances::family(context, instance).await? {
            let instance = match instances::find(context, &id).await {
                Ok(instance) => instance,
                Err(error) if error.object().is_some() => {
                    unreadable.push((id, error.to_string()));
                    continue;
                }
                Err(error) => return Err(error),
            };
            let standing = instance.provisioned.as_ref().map(|it| &it.subscription);
            if !matches!(standing, Some(Standing::Listed | Standing::Missing { .. })) {
                continue;
            }
            match snapshot::find(context, &id).await {
                Ok(summary) => subscriptions.push((instance, summary)),
                Err(error) if error.object().is_some() => unreadable.push((id, error.to_string())),
                Err(error) => return Err(error),
            }
        }
        Ok(Self { directory, subscriptions, unreadable })
    }

    /// Whether a job of a tenant's instances is at work, and if so, whether it has an early
    /// snapshot.
    ///
    /// # Errors
    ///
    /// If storage fails.
    pub async fn work(context: &Context, instance: &str) -> Result<Work, Error> {
        let family = instances::family(context, instance).await?;
        let mut work = Work::Ended;
        for id in std::iter::once(instance.to_owned()).chain(family) {
            let lease = context.read::<Lease>(&layout::lease(&id)).await?;
            let Some((Lease { job, .. }, _)) = lease else { continue };
            if context.store.get(&job.summary()).await?.is_some() {
                continue;
            }
            let latest = context.read::<Latest>(&layout::latest(&id)).await?;
            if latest.is_none_or(|(latest, _)| latest.job != job.early()) {
                return Ok(Work::Goes);
            }
            work = Work::IsSlow;
        }
        Ok(work)
    }

    /// The jobs whose snapshots its graph is made of.
    #[must_use]
    pub fn jobs(&self) -> Vec<Job> {
        self.summaries().map(|it| it.job.clone()).collect()
    }

    /// What came of each, the tenant's own instance first.
    pub fn summaries(&self) -> impl Iterator<Item = &Summary> {
        let subscriptions = self.subscriptions.iter().filter_map(|(_, summary)| summary.as_ref());
        std::iter::once(&self.directory).chain(subscriptions)
    }

    /// Puts the snapshots together, and writes them as one to `into`. Relationships from one
    /// instance to another are found on the way.
    ///
    /// # Errors
    ///
    /// If storage or the local disk fails.
    pub async fn graph(&self, context: &Context, into: &Context) -> Result<Summary, Error> {
        let summaries: Vec<&Summary> = self.summaries().collect();
        let job = &self.directory.job;
        let graph = link::tenant(context, &summaries, into, job).await?;
        let mut all = self.directory.clone();
        for summary in &summaries[1..] {
            all.seconds = all.seconds.max(summary.seconds);
            all.requests += summary.requests;
            all.bytes += summary.bytes;
            all.finished_at = summary.finished_at.clone().max(all.finished_at);
            all.incomplete.extend(summary.incomplete.iter().cloned());
            all.ledger.extend(summary.ledger.iter().cloned());
            for (step, exceptions) in &summary.exceptions {
                let entry = all.exceptions.entry(step.clone()).or_default();
                entry.extend(exceptions.iter().cloned());
            }
            add(&mut all.drift, &summary.drift);
            add(&mut all.vanished, &summary.vanished);
        }
        let lacking = self.subscriptions.iter().filter(|(_, summary)| summary.is_none());
        let never_read = lacking.map(|(instance, _)| {
            let subscription = instance.config.subscription_id.clone().unwrap_or_default();
            lacks(subscription, format!("the instance of {} has no snapshot yet", instance.name))
        });
        let unreadable =
            self.unreadable.iter().map(|(id, reason)| lacks(id.clone(), reason.clone()));
        let lacking: Vec<Entry> = never_read.chain(unreadable).collect();
        all.incomplete.extend(lacking.iter().cloned());
        all.ledger.extend(lacking);
        all.status =
            if all.incomplete.is_empty() { JobStatus::Complete } else { JobStatus::Incomplete };
        all.graph = graph;
        Ok(all)
    }
}

/// Says why there is nothing of a subscription.
fn lacks(scope: String, reason: String) -> Entry {
    Entry {
        step: "rm-subscription".to_owned(),
        scope,
        kind: Some("azure_subscription".to_owned()),
        pages: 0,
        items: 0,
        counted: None,
        requests: 0,
        bytes: 0,
        last: None,
        status: Status::Failed,
        reason: Some(reason),
        known_by: crate::ledger::KnownBy::Read,
        known_at: None,
        vain: None,
        reading: None,
    }
}
