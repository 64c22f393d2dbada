//! Tables in object storage.

use std::path::Path;

use collector::Context;
use collector::layout::Job;
use collector::ports::{Body, Condition};
use collector::summary::Summary;
use tempfile::TempDir;

use super::build::build;
use super::error::TableError;
use super::manifest::Manifest;
use super::read::Tables;

/// What the names of a job's tables begin with.
fn prefix(job: &Job) -> String {
    format!("graph/{}/{}/tables/", job.instance, job.id)
}

/// Writes the tables of a job's snapshot beside it, unless they are there. The manifest comes last: where it is,
/// everything is.
///
/// # Errors
///
/// If the snapshot cannot be read, or storage or the local disk fails.
pub async fn publish(context: &Context, summary: &Summary) -> Result<(), TableError> {
    let prefix = prefix(&summary.job);
    if Tables::stored(&context.store, &prefix).await?.is_some() {
        return Ok(());
    }
    let folder = TempDir::new()?;
    let jobs = [summary.job.clone()];
    let manifest = build(context, summary, &jobs, folder.path()).await?;
    for name in files(&manifest) {
        put(context, folder.path(), &prefix, &name).await?;
    }
    put(context, folder.path(), &prefix, "manifest.json").await
}

/// The files of tables, without the manifest.
fn files(manifest: &Manifest) -> impl Iterator<Item = String> {
    let tables = manifest.entities.iter().chain(&manifest.relationships);
    let tables = tables.map(|it| it.file.clone());
    tables.chain(["core.parquet", "edges.parquet"].map(str::to_owned))
}

async fn put(context: &Context, folder: &Path, prefix: &str, name: &str) -> Result<(), TableError> {
    let body = Body::File(folder.join(name));
    context.store.put(&format!("{prefix}{name}"), body, Condition::Always).await?;
    Ok(())
}

/// The tables of a job's snapshot: those that were published, or else made here of it. `jobs` are those of
/// which the snapshot was put together.
///
/// # Errors
///
/// If the snapshot cannot be read, or storage or the local disk fails.
pub async fn tables_of(
    context: &Context,
    summary: &Summary,
    jobs: &[Job],
) -> Result<Tables, TableError> {
    if let Some(tables) = Tables::stored(&context.store, &prefix(&summary.job)).await?
        && tables.manifest.jobs == jobs
    {
        return Ok(tables);
    }
    let folder = TempDir::new()?;
    build(context, summary, jobs, folder.path()).await?;
    Tables::open(&folder.path().to_owned(), Some(folder))
}
