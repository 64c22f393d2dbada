//! Reading a snapshot.

use std::io::{BufRead as _, BufReader};

use crate::context::{Context, Error};
use crate::finish::Latest;
use crate::layout::{self, Job, Sort};
use crate::summary::Summary;

/// The lines of one object of a snapshot, which may be larger than memory.
pub struct Lines {
    reader: BufReader<zstd::Decoder<'static, BufReader<std::fs::File>>>,
    // The decoder reads it. Dropping it removes the file.
    _file: tempfile::NamedTempFile,
}

impl std::fmt::Debug for Lines {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Lines(…)")
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
        let read = self.reader.read_line(line)?;
        if line.ends_with('\n') {
            line.pop();
        }
        Ok(read > 0)
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
    summary(context, &job).await.map(Some)
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

/// The lines of the entities or relationships of a type.
///
/// # Errors
///
/// If there are none, or storage fails.
pub async fn lines(context: &Context, job: &Job, sort: Sort, kind: &str) -> Result<Lines, Error> {
    object(context, job.snapshot(sort, kind)).await
}

/// The lines of the feed: how a snapshot differs from the last, one [`Difference`] each.
///
/// # Errors
///
/// If there is none, or storage fails.
///
/// [`Difference`]: crate::link::Difference
pub async fn feed(context: &Context, job: &Job) -> Result<Lines, Error> {
    object(context, job.feed()).await
}

async fn object(context: &Context, name: String) -> Result<Lines, Error> {
    let file = tempfile::NamedTempFile::new()?;
    if !context.store.download(&name, file.path()).await? {
        return Err(Error::Unknown(name));
    }
    let reader = BufReader::new(zstd::Decoder::new(std::fs::File::open(file.path())?)?);
    Ok(Lines { reader, _file: file })
}
