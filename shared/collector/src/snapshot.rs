//! Reading a snapshot.

use std::collections::BTreeSet;
use std::fmt;
use std::io::{BufRead as _, BufReader};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;
use time::OffsetDateTime;

use crate::context::{Context, Error};
use crate::layout::{self, Job, RecordKind};
use crate::part::EMPTY;
use crate::summary::Summary;

/// Which snapshot of an instance is the latest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Latest {
    /// The job that wrote it.
    pub job: Job,
    /// The tenant that it is of, if its id is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<String>,
    /// The subscription that it is of, if it is of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscription_id: Option<String>,
    /// When the last complete job was planned; until there is one, when the first job was.
    #[serde(default, with = "time::serde::rfc3339::option")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub complete: Option<OffsetDateTime>,
    /// When the lists of all types of resource were read last, in ISO 8601.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub swept: Option<String>,
}

/// The lines of one object of a snapshot, which may be larger than memory. Its errors name the
/// object.
pub struct Lines {
    name: String,
    reader: BufReader<zstd::Decoder<'static, BufReader<std::fs::File>>>,
    read: u64,
    /// How many lines there have to be, if that is known.
    expected: Option<u64>,
    // The decoder reads it. Dropping the last removes the file.
    _file: Arc<NamedTempFile>,
}

/// An object of a snapshot on the local disk, whose lines can be read any number of times.
#[derive(Debug)]
pub(crate) struct Downloaded {
    name: String,
    file: Arc<NamedTempFile>,
    expected: Option<u64>,
}

impl Downloaded {
    /// Reads the lines from the first.
    pub(crate) fn lines(&self) -> Result<Lines, Error> {
        let opened = self.file.reopen()?;
        if opened.metadata()?.len() == 0 {
            return Err(Error::unreadable(&self.name, &EMPTY));
        }
        let reader = BufReader::new(zstd::Decoder::new(opened)?);
        let (name, expected, file) = (self.name.clone(), self.expected, self.file.clone());
        Ok(Lines { name, reader, read: 0, expected, _file: file })
    }
}

impl fmt::Debug for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lines").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Lines {
    /// Reads the next line into `line`, without its end; false if there is none.
    ///
    /// # Errors
    ///
    /// If the object is damaged, or the local disk fails.
    pub fn next(&mut self, line: &mut String) -> Result<bool, Error> {
        line.clear();
        let read = self.reader.read_line(line).map_err(|cause| self.damaged(&cause))?;
        if line.ends_with('\n') {
            line.pop();
        }
        if read > 0 {
            self.read += 1;
            return Ok(true);
        }
        match self.expected {
            Some(expected) if expected != self.read => {
                Err(self.damaged(&format!("it has {} of its {expected} lines", self.read)))
            }
            _ => Ok(false),
        }
    }

    /// Reads what a line says.
    pub(crate) fn parse<'l, T: Deserialize<'l>>(&self, line: &'l str) -> Result<T, Error> {
        serde_json::from_str(line).map_err(|cause| self.damaged(&cause))
    }

    pub(crate) fn damaged(&self, cause: &dyn fmt::Display) -> Error {
        Error::unreadable(&self.name, cause)
    }
}

/// The job that wrote the latest snapshot of an instance, with its summary.
///
/// # Errors
///
/// If there is none, or storage fails.
pub async fn latest(context: &Context, instance: &str) -> Result<Summary, Error> {
    let summary = find(context, instance).await?;
    summary.ok_or_else(|| Error::Unknown(format!("snapshot of instance {instance}")))
}

/// The same, if there is one.
pub(crate) async fn find(context: &Context, instance: &str) -> Result<Option<Summary>, Error> {
    let latest = context.read(&layout::latest(instance)).await?;
    let Some((Latest { job, .. }, _)) = latest else { return Ok(None) };
    of(context, &job).await.map(Some)
}

/// What is known of the snapshot of a job: the summary that lies beside it, or that of the job.
///
/// # Errors
///
/// If there is none, or storage fails.
pub async fn of(context: &Context, job: &Job) -> Result<Summary, Error> {
    // Snapshots of earlier versions have none beside them.
    match context.read(&job.snapshot_summary()).await {
        Ok(Some((summary, _))) => Ok(summary),
        Ok(None) => summary(context, job).await,
        Err(error) => match summary(context, job).await {
            Ok(summary) => {
                tracing::warn!(%error, "the summary of the job takes the place of a damaged one");
                Ok(summary)
            }
            Err(_) => Err(error),
        },
    }
}

/// What came of a job.
///
/// # Errors
///
/// If it has not ended, or storage fails.
pub async fn summary(context: &Context, job: &Job) -> Result<Summary, Error> {
    let name = job.summary();
    let summary = context.read(&name).await?.ok_or_else(|| Error::Unknown(name))?;
    Ok(summary.0)
}

/// The ids of the jobs of an instance that have a snapshot, the earliest first. The early snapshot
/// of a job is among them only as long as there is no other of that job.
///
/// # Errors
///
/// If storage fails.
pub async fn jobs(context: &Context, instance: &str) -> Result<BTreeSet<String>, Error> {
    let prefix = format!("graph/{instance}/");
    let names = context.store.list(&prefix).await?;
    let job = |name: &String| {
        let (job, file) = name.strip_prefix(&prefix)?.split_once('/')?;
        (file == "summary.json").then(|| job.to_owned())
    };
    let mut jobs: BTreeSet<String> = names.iter().filter_map(job).collect();
    let of = |id: &String| Job { instance: instance.to_owned(), id: id.clone() };
    let early = jobs.iter().map(of).filter_map(|it| Some((it.of_early()?.id, it.id)));
    let amended: Vec<String> =
        early.filter(|(whole, _)| jobs.contains(whole)).map(|(_, early)| early).collect();
    jobs.retain(|id| !amended.contains(id));
    Ok(jobs)
}

/// The snapshot before that of a job, if it is still there.
///
/// # Errors
///
/// If storage fails.
pub async fn before(context: &Context, job: &Job) -> Result<Option<Summary>, Error> {
    let jobs = jobs(context, &job.instance).await?;
    let Some(id) = jobs.range(..job.id.clone()).next_back() else { return Ok(None) };
    of(context, &Job { instance: job.instance.clone(), id: id.clone() }).await.map(Some)
}

/// The lines of the entities or relationships of a type.
///
/// # Errors
///
/// If there are none, or storage fails.
pub async fn lines(
    context: &Context,
    job: &Job,
    record_kind: RecordKind,
    kind: &str,
) -> Result<Lines, Error> {
    object(context, job.snapshot(record_kind, kind), None).await
}

/// The same, of a snapshot of which it is known how many lines there are. Fewer are an error.
///
/// # Errors
///
/// If there are none, or storage fails.
pub async fn whole(
    context: &Context,
    summary: &Summary,
    record_kind: RecordKind,
    kind: &str,
) -> Result<Lines, Error> {
    download(context, summary, record_kind, kind).await?.lines()
}

/// The same, to be read more than once.
pub(crate) async fn download(
    context: &Context,
    summary: &Summary,
    record_kind: RecordKind,
    kind: &str,
) -> Result<Downloaded, Error> {
    let counts = match record_kind {
        RecordKind::Entities => &summary.graph.entities,
        RecordKind::Relationships => &summary.graph.relationships,
    };
    let expected = counts.get(kind).copied().filter(|_| !summary.is_bare);
    fetch(context, summary.job.snapshot(record_kind, kind), expected).await
}

/// The lines of the feed: how a snapshot differs from the last, one [`Difference`] each.
///
/// # Errors
///
/// If there is none, or storage fails.
///
/// [`Difference`]: crate::link::Difference
pub async fn feed(context: &Context, job: &Job) -> Result<Lines, Error> {
    object(context, job.feed(), None).await
}

/// The lines of any compressed object.
pub(crate) async fn object(
    context: &Context,
    name: String,
    expected: Option<u64>,
) -> Result<Lines, Error> {
    fetch(context, name, expected).await?.lines()
}

async fn fetch(
    context: &Context,
    name: String,
    expected: Option<u64>,
) -> Result<Downloaded, Error> {
    let file = NamedTempFile::new()?;
    if !context.store.download(&name, file.path()).await? {
        return Err(Error::Unknown(name));
    }
    Ok(Downloaded { name, file: Arc::new(file), expected })
}
