//! The objects of a snapshot: one for each type, in the order of keys.

use std::fs::File;
use std::io::Write as _;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use crate::context::{Context, Error};
use crate::layout::{Job, RecordKind};
use crate::pack::Packer;
use crate::ports::{Body, Condition};
use crate::summary::Linked;

/// How many objects are stored at once.
const AT_ONCE: usize = 16;

/// How many bytes of objects wait on the local disk for others to be stored with.
const WAITING: u64 = 32 << 20;

/// Writes the objects of a snapshot, each on the local disk until it is complete.
pub(super) struct Objects<'a> {
    context: &'a Context,
    job: &'a Job,
    open: Option<Open>,
    /// Objects that are complete, and are still to be stored.
    written: Vec<(String, NamedTempFile)>,
    bytes: u64,
}

/// An object that is being written.
struct Open {
    record_kind: RecordKind,
    kind: String,
    lines: u64,
    file: NamedTempFile,
    packer: Packer<File>,
}

/// An object that is written in part, as the next invocation needs it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Begun {
    record_kind: RecordKind,
    #[serde(rename = "type")]
    kind: String,
    lines: u64,
    stored: Stored,
}

/// Where text lies that is written in part.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Stored {
    /// The name of the object.
    name: String,
    /// How many bytes of it stay as they are. What follows is compressed anew with what is written
    /// next.
    packed: u64,
}

impl Stored {
    /// Stores what was written so far.
    pub(super) async fn put(
        context: &Context,
        name: String,
        file: &NamedTempFile,
        packer: Packer<File>,
    ) -> Result<Self, Error> {
        let packed = packer.pause()?;
        let body = Body::File(file.path().to_owned());
        context.store.put(&name, body, Condition::Always).await?;
        Ok(Self { name, packed })
    }

    /// Goes on with what was written.
    pub(super) async fn get(
        self,
        context: &Context,
    ) -> Result<(NamedTempFile, Packer<File>), Error> {
        let file = NamedTempFile::new()?;
        if !context.store.download(&self.name, file.path()).await? {
            return Err(Error::Unknown(self.name));
        }
        let open = File::options().read(true).write(true).open(file.path())?;
        let packer = Packer::resume(open, self.packed)?;
        Ok((file, packer))
    }
}

impl<'a> Objects<'a> {
    pub(super) const fn new(context: &'a Context, job: &'a Job) -> Self {
        Self { context, job, open: None, written: Vec::new(), bytes: 0 }
    }

    /// Goes on with an object that was written in part.
    pub(super) async fn resume(&mut self, begun: Begun) -> Result<(), Error> {
        let Begun { record_kind, kind, lines, stored } = begun;
        let (file, packer) = stored.get(self.context).await?;
        self.open = Some(Open { record_kind, kind, lines, file, packer });
        Ok(())
    }

    /// Stores everything that was written, and returns what is needed to go on with an object that
    /// is not complete.
    pub(super) async fn pause(mut self, name: String) -> Result<Option<Begun>, Error> {
        self.store().await?;
        let Some(Open { record_kind, kind, lines, file, packer }) = self.open.take() else {
            return Ok(None);
        };
        let stored = Stored::put(self.context, name, &file, packer).await?;
        Ok(Some(Begun { record_kind, kind, lines, stored }))
    }

    /// Writes a line. Those of a type come one after the other.
    pub(super) async fn line(
        &mut self,
        record_kind: RecordKind,
        kind: &str,
        line: &str,
        linked: &mut Linked,
    ) -> Result<(), Error> {
        if record_kind == RecordKind::Relationships && line.contains("\"_mapping\":") {
            *linked.mapped.entry(kind.to_owned()).or_default() += 1;
        }
        if self.open.as_ref().is_none_or(|it| it.record_kind != record_kind || it.kind != kind) {
            self.close(linked).await?;
            let file = NamedTempFile::new()?;
            let packer = Packer::new(file.reopen()?);
            self.open = Some(Open { record_kind, kind: kind.to_owned(), lines: 0, file, packer });
        }
        if let Some(open) = &mut self.open {
            open.packer.write_all(line.as_bytes())?;
            open.packer.write_all(b"\n")?;
            open.lines += 1;
        }
        Ok(())
    }

    /// Ends the object that is being written.
    pub(super) async fn close(&mut self, linked: &mut Linked) -> Result<(), Error> {
        let Some(Open { record_kind, kind, lines, file, packer }) = self.open.take() else {
            return Ok(());
        };
        self.bytes += packer.finish()?.metadata()?.len();
        let name = self.job.snapshot(record_kind, &kind);
        linked.objects.push(name.clone());
        self.written.push((name, file));
        match record_kind {
            RecordKind::Entities => linked.entities.insert(kind, lines),
            RecordKind::Relationships => linked.relationships.insert(kind, lines),
        };
        if self.written.len() < AT_ONCE && self.bytes < WAITING {
            return Ok(());
        }
        self.store().await
    }

    /// Stores the objects that are complete, side by side.
    pub(super) async fn store(&mut self) -> Result<(), Error> {
        let context = self.context;
        let written = std::mem::take(&mut self.written);
        self.bytes = 0;
        let put = |(name, file): (String, NamedTempFile)| async move {
            let body = Body::File(file.path().to_owned());
            context.store.put(&name, body, Condition::Always).await.map(drop)
        };
        let stored = stream::iter(written).map(put).buffer_unordered(AT_ONCE);
        Ok(stored.try_collect::<()>().await?)
    }
}
