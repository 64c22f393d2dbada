//! Tables in object storage.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use collector::Context;
use collector::layout::Job;
use collector::ports::{Body, Condition};
use collector::summary::Summary;
use collector::tenant::{Tenant, Work};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use super::build::build;
use super::error::TableError;
use super::manifest::Manifest;
use super::read::Tables;

/// What the names of the tables of a snapshot begin with. Those of the graph of a tenant lie beside
/// its own instance's snapshot, under a name that follows from the jobs that it is made of: whoever
/// reads them reads on while others are published.
fn prefix(jobs: &[Job]) -> String {
    match jobs {
        [] => String::new(),
        [own] => format!("{}tables/", own.snapshot_folder()),
        [own, others @ ..] => format!("{}tenant-{}/", own.snapshot_folder(), digest(others)),
    }
}

/// The same, of the graph of a tenant in whose instances slow steps are at work. It is published
/// once, whatever of it is amended meanwhile: putting a large tenant together takes long.
fn early_prefix(jobs: &[Job]) -> String {
    let whole: Vec<Job> = jobs.iter().map(Job::whole).collect();
    let [own, others @ ..] = &whole[..] else { return String::new() };
    format!("{}{EARLY}{}/", own.snapshot_folder(), digest(others))
}

/// What the folder of such tables begins with.
const EARLY: &str = "tenant-early-";

fn digest(jobs: &[Job]) -> String {
    let mut hash = Sha256::new();
    for job in jobs {
        hash.update(format!("{}/{}\n", job.instance, job.id).as_bytes());
    }
    URL_SAFE_NO_PAD.encode(&hash.finalize()[..12])
}

/// Writes the tables of a job's snapshot beside it, unless they are there. The manifest comes last:
/// where it is, everything is.
///
/// # Errors
///
/// If the snapshot cannot be read, or storage or the local disk fails.
pub async fn publish(context: &Context, summary: &Summary) -> Result<(), TableError> {
    let jobs = [summary.job.clone()];
    let prefix = prefix(&jobs);
    if Tables::stored(&context.store, &prefix).await?.is_some() {
        return Ok(());
    }
    store(context, context, summary, &jobs, &prefix).await
}

/// Writes the tables of the graph of a tenant, unless a job of it is still at work, which then does
/// so, or it has one instance only. A job is not waited for that has an early snapshot: the tables
/// are written once when each instance has one, and again when all have ended. The graph is put
/// together in `into`.
///
/// # Errors
///
/// If a snapshot cannot be read, or storage or the local disk fails.
pub async fn publish_tenant(
    context: &Context,
    into: &Context,
    instance: &str,
) -> Result<(), TableError> {
    let work = Tenant::work(context, instance).await?;
    if work == Work::Goes {
        return Ok(());
    }
    let Some(tenant) = Tenant::find(context, instance).await? else { return Ok(()) };
    let jobs = tenant.jobs();
    let prefix = if work == Work::Ended { prefix(&jobs) } else { early_prefix(&jobs) };
    if jobs.len() == 1 || Tables::stored(&context.store, &prefix).await?.is_some() {
        return Ok(());
    }
    let summary = tenant.graph(context, into).await?;
    store(context, into, &summary, &jobs, &prefix).await
}

/// Makes the tables of a snapshot that lies in `from`, and stores them under names that begin so.
async fn store(
    context: &Context,
    from: &Context,
    summary: &Summary,
    jobs: &[Job],
    prefix: &str,
) -> Result<(), TableError> {
    let folder = TempDir::new()?;
    let manifest = build(from, summary, jobs, folder.path()).await?;
    for name in manifest.files().into_iter().chain(["manifest.json".to_owned()]) {
        let body = Body::File(folder.path().join(&name));
        let name = format!("{prefix}{name}");
        context.store.put(&name, body, Condition::Always).await?;
    }
    Ok(())
}

/// The tables that were published of the graph that these jobs make.
///
/// # Errors
///
/// If storage fails.
pub async fn published(context: &Context, jobs: &[Job]) -> Result<Option<Tables>, TableError> {
    let tables = Tables::stored(&context.store, &prefix(jobs)).await?;
    if tables.is_some() || jobs.iter().all(|it| it.of_early().is_none()) {
        return Ok(tables);
    }
    Tables::stored(&context.store, &early_prefix(jobs)).await
}

/// The tables that were published last of the graph of a tenant, by the id of its instance, or of
/// one of its subscriptions.
///
/// # Errors
///
/// If storage fails.
pub async fn latest(context: &Context, instance: &str) -> Result<Option<Tables>, TableError> {
    match Tenant::find(context, instance).await? {
        Some(tenant) => published(context, &tenant.jobs()).await,
        None => Ok(None),
    }
}

/// The tables that were published of a graph before these were, the latest first, and at most so
/// many. The graph of a tenant is another one than those of its instances.
///
/// # Errors
///
/// If storage fails.
pub async fn earlier(
    context: &Context,
    later: &Manifest,
    most: usize,
) -> Result<Vec<Tables>, TableError> {
    let names = context.store.list(&format!("graph/{}/", later.job.instance)).await?;
    let is_tenant = later.jobs.len() > 1;
    let mut found: Vec<(&str, Tables)> = Vec::new();
    // The ids of jobs follow each other in time. The graph of a tenant may be published several
    // times with the same job of its own instance.
    for prefix in names.iter().rev().filter_map(|it| it.strip_suffix("manifest.json")) {
        let folders: Vec<&str> = prefix.split('/').collect();
        let [_, instance, job, folder, ..] = folders[..] else { continue };
        let of = Job { instance: instance.to_owned(), id: job.to_owned() };
        // What was amended since is no earlier graph.
        if of.of_early().is_some() || folder.starts_with(EARLY) {
            continue;
        }
        if found.len() >= most && found.last().is_some_and(|(last, _)| *last != job) {
            break;
        }
        if prefix.ends_with("/tables/") == is_tenant {
            continue;
        }
        let tables = Tables::stored(&context.store, prefix).await?;
        let is_earlier = |it: &Tables| it.manifest.finished_at < later.finished_at;
        found.extend(tables.filter(is_earlier).map(|it| (job, it)));
    }
    let mut found: Vec<Tables> = found.into_iter().map(|(_, it)| it).collect();
    found.sort_by(|left, right| right.manifest.finished_at.cmp(&left.manifest.finished_at));
    found.truncate(most);
    Ok(found)
}

/// The tables of a snapshot, made here.
///
/// # Errors
///
/// If the snapshot cannot be read, or the local disk fails.
pub async fn made(
    context: &Context,
    summary: &Summary,
    jobs: &[Job],
) -> Result<Tables, TableError> {
    let folder = TempDir::new()?;
    build(context, summary, jobs, folder.path()).await?;
    let path = folder.path().to_owned();
    Tables::open(&path, Some(folder))
}
