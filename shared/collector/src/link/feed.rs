//! The feed: how a snapshot differs from the last.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write as _;

use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use super::objects::Stored;
use crate::context::{Context, Error};
use crate::layout::{Job, RecordKind};
use crate::pack::Packer;
use crate::ports::{Body, Condition};
use crate::summary::Change;

/// One difference between a snapshot and the last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Difference {
    /// What happened.
    pub change: Change,
    /// Whether it is an entity or a relationship.
    #[serde(alias = "sort")]
    pub record_kind: RecordKind,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its key.
    pub key: String,
    /// For what was updated, which properties differ.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub properties: Vec<String>,
    /// For what was carried forward, since when it was not found, in ISO 8601.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// For what was carried forward, why it may still be there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Writes the feed, in the order of the snapshot.
pub(super) struct Feed {
    file: NamedTempFile,
    packer: Packer<File>,
    counts: BTreeMap<Change, u64>,
}

/// A feed that is written in part, as the next invocation needs it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Told {
    stored: Stored,
    counts: BTreeMap<Change, u64>,
}

impl Feed {
    pub(super) fn new() -> Result<Self, Error> {
        let file = NamedTempFile::new()?;
        let packer = Packer::new(file.reopen()?);
        Ok(Self { file, packer, counts: BTreeMap::new() })
    }

    /// Goes on with a feed that was written in part.
    pub(super) async fn resume(context: &Context, told: Told) -> Result<Self, Error> {
        let (file, packer) = told.stored.get(context).await?;
        Ok(Self { file, packer, counts: told.counts })
    }

    /// Stores what was told so far, under a name.
    pub(super) async fn pause(self, context: &Context, name: String) -> Result<Told, Error> {
        let stored = Stored::put(context, name, &self.file, self.packer).await?;
        Ok(Told { stored, counts: self.counts })
    }

    pub(super) fn tell(&mut self, difference: &Difference) -> Result<(), Error> {
        *self.counts.entry(difference.change).or_default() += 1;
        serde_json::to_writer(&mut self.packer, difference).map_err(std::io::Error::from)?;
        Ok(self.packer.write_all(b"\n")?)
    }

    pub(super) async fn store(
        self,
        context: &Context,
        job: &Job,
    ) -> Result<BTreeMap<Change, u64>, Error> {
        self.packer.finish()?;
        let body = Body::File(self.file.path().to_owned());
        context.store.put(&job.feed(), body, Condition::Always).await?;
        Ok(self.counts)
    }
}
