//! Reading everything that is stored, to find what is damaged.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::Read as _;
use std::path::Path;

use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::context::{Context, Error, Stored};
use crate::delta::{Kept, State};
use crate::finish::Tries;
use crate::layout::{Job, RecordKind};
use crate::lease::Lease;
use crate::manifest::Manifest;
use crate::plan::Plan;
use crate::ports::{Body, Condition};
use crate::snapshot::{self, Latest};
use crate::summary::Summary;
use crate::{event, slice};

/// What the names of objects begin with that were damaged and were set aside.
const DAMAGED: &str = "damaged/";

/// An object that is damaged, or that is lacking.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Damage {
    /// Its name.
    pub name: String,
    /// What is wrong with it.
    pub cause: String,
    /// Whether it is not there, although another object names it.
    pub is_missing: bool,
    /// Where it was moved to, if it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moved: Option<String>,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.cause)
    }
}

/// What reading everything has shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Found {
    /// How many objects were read.
    pub read: u64,
    /// What is wrong, by name.
    pub damaged: Vec<Damage>,
}

impl Found {
    fn add(&mut self, name: &str, cause: String, is_missing: bool) {
        let name = name.to_owned();
        self.damaged.push(Damage { name, cause, is_missing, moved: None });
    }
}

/// Reads every object of a store, and says which are damaged, and which are not there although a
/// snapshot that can be looked at needs them.
///
/// # Errors
///
/// If storage fails.
pub async fn store(context: &Context) -> Result<Found, Error> {
    let names: BTreeSet<String> = context.store.list("").await?.into_iter().collect();
    let mut found = Found::default();
    for name in names.iter().filter(|it| !it.starts_with(DAMAGED)) {
        if let Some(read) = object(context, name, &mut found).await? {
            for (missing, cause) in
                read.needs(name).into_iter().filter(|(it, _)| !names.contains(it))
            {
                found.add(&missing, cause, true);
            }
        }
    }
    Ok(found)
}

/// Reads every object of a job that has not ended, and says which are damaged, and which are not
/// there although what its steps stored needs them.
pub(crate) async fn job(context: &Context, job: &Job) -> Result<Found, Error> {
    let names: BTreeSet<String> = context.store.list(&job.folder()).await?.into_iter().collect();
    let mut found = Found::default();
    for name in &names {
        if let Some(Read::Parts(parts)) = object(context, name, &mut found).await? {
            for part in parts.iter().filter(|it| !names.contains(*it)) {
                found.add(part, format!("it is missing, and {name} needs it"), true);
            }
        }
    }
    Ok(found)
}

/// Moves what is damaged out of the way, under `damaged/`. Nothing is deleted. The manifest of
/// tables goes with any of them: without it they are made anew.
///
/// # Errors
///
/// If storage fails.
pub async fn repair(context: &Context, found: &mut Found) -> Result<(), Error> {
    let names: BTreeSet<String> = found.damaged.iter().map(|it| it.name.clone()).collect();
    let manifests = names.iter().filter_map(|it| Some((manifest_of_tables(it)?, it)));
    for (manifest, of) in manifests.filter(|(it, _)| !names.contains(it)) {
        found.add(&manifest, format!("it names {of}, which is damaged"), false);
    }
    for damage in found.damaged.iter_mut().filter(|it| !it.is_missing) {
        let file = tempfile::NamedTempFile::new()?;
        if !context.store.download(&damage.name, file.path()).await? {
            continue;
        }
        let to = format!("{DAMAGED}{}", damage.name);
        context.store.put(&to, Body::File(file.path().to_owned()), Condition::Always).await?;
        context.store.delete(&damage.name).await?;
        damage.moved = Some(to);
    }
    Ok(())
}

/// What was read, as far as it names other objects.
enum Read {
    /// Nothing.
    Other,
    /// A note of which snapshot is the latest.
    Latest(Job),
    /// What is known of a snapshot.
    Snapshot(Vec<String>),
    /// The tables that a manifest names.
    Tables(Vec<String>),
    /// What was stored of a step.
    Parts(Vec<String>),
}

impl Read {
    /// The objects that have to be there, and what it means if they are not.
    fn needs(self, name: &str) -> BTreeMap<String, String> {
        let cause = format!("it is missing, and {name} needs it");
        match self {
            Self::Snapshot(objects) | Self::Tables(objects) => {
                objects.into_iter().map(|it| (it, cause.clone())).collect()
            }
            // Snapshots of earlier versions have their summaries elsewhere, but all have a feed.
            Self::Latest(job) => BTreeMap::from([(job.feed(), cause)]),
            // What lies with jobs may expire, one object before the other.
            Self::Parts(_) | Self::Other => BTreeMap::new(),
        }
    }
}

/// Reads an object. None if it is damaged.
async fn object(context: &Context, name: &str, found: &mut Found) -> Result<Option<Read>, Error> {
    found.read += 1;
    match read(context, name).await {
        Ok(read) => Ok(Some(read)),
        Err(Error::Unreadable { cause, .. }) => {
            found.add(name, cause, false);
            Ok(None)
        }
        // It was removed since.
        Err(Error::Unknown(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

async fn read(context: &Context, name: &str) -> Result<Read, Error> {
    let folders: Vec<&str> = name.split('/').collect();
    match folders.as_slice() {
        ["instances", _] => {
            let instance: Value = json(context, name).await?;
            let read = event::stored_instance(&instance);
            read.map(|_| Read::Other).map_err(|problems| Error::unreadable(name, &problems))
        }
        ["graph", _, "latest.json"] => {
            json(context, name).await.map(|Latest { job, .. }| Read::Latest(job))
        }
        ["graph", _, _, "summary.json"] => {
            json(context, name).await.map(|it: Summary| Read::Snapshot(it.graph.objects))
        }
        ["graph", instance, job, folder, ..] if is_tables(folder) => {
            let manifest = format!("graph/{instance}/{job}/{folder}/manifest.json");
            table(context, name, &manifest).await
        }
        ["graph", instance, job, record_kind, file] => {
            let job = Job { instance: (*instance).to_owned(), id: (*job).to_owned() };
            lines(context, name, count(context, &job, record_kind, file).await?).await
        }
        ["jobs", _, "lease.json"] => one::<Lease>(context, name).await,
        ["jobs", _, "latest", _] => one::<Job>(context, name).await,
        ["jobs", _, "delta", _] => one::<Kept>(context, name).await,
        ["jobs", _, _, "plan.json"] => one::<Plan>(context, name).await,
        ["jobs", _, _, "summary.json"] => one::<Summary>(context, name).await,
        ["jobs", _, _, "tries.json"] => one::<Tries>(context, name).await,
        ["jobs", _, _, "manifests", _] => {
            let Manifest { parts, kept, .. } = json(context, name).await?;
            Ok(Read::Parts(parts.into_iter().map(|it| it.name).chain(kept).collect()))
        }
        ["jobs", _, _, "steps", _, file] if file.starts_with("state-") => {
            let state = json(context, name).await;
            // What is wrong with it is not told: that could show a link.
            let state: State = state.map_err(|error| hidden(name, error))?;
            Ok(Read::Parts(state.parts))
        }
        ["jobs", _, _, "steps", _, _] if is(name, ".json") => {
            let parts = slice::parts(&json::<Value>(context, name).await?);
            let parts = parts.ok_or_else(|| Error::unreadable(name, &"it is not a checkpoint"))?;
            Ok(Read::Parts(parts))
        }
        _ if is(name, ".ndjson.zst") => lines(context, name, None).await,
        _ if is(name, ".json") => one::<Value>(context, name).await,
        // Somebody else keeps it here.
        _ => Ok(Read::Other),
    }
}

/// Whether a folder beside a snapshot's objects is one of tables: those of the snapshot, or of the
/// graph of the tenant.
fn is_tables(folder: &str) -> bool {
    folder == "tables" || folder.starts_with("tenant-")
}

/// The manifest of the tables that an object is one of, if it is one.
fn manifest_of_tables(name: &str) -> Option<String> {
    let folders: Vec<&str> = name.split('/').collect();
    let [graph @ "graph", instance, job, folder, ..] = folders.as_slice() else { return None };
    is_tables(folder).then(|| format!("{graph}/{instance}/{job}/{folder}/manifest.json"))
}

/// The digests of tables, by their files: what their manifest says of them.
#[derive(Deserialize)]
struct Tables {
    digests: BTreeMap<String, String>,
}

/// Reads a table, or the manifest of tables. A table is compared with what the manifest says of it.
async fn table(context: &Context, name: &str, manifest: &str) -> Result<Read, Error> {
    let folder = manifest.strip_suffix("manifest.json").unwrap_or_default();
    if name == manifest {
        let manifest: Value = json(context, name).await?;
        let digests = Tables::deserialize(&manifest).map(|it| it.digests);
        let digests = digests.map_err(|cause| Error::unreadable(name, &cause))?;
        return Ok(Read::Tables(digests.keys().map(|it| format!("{folder}{it}")).collect()));
    }
    // Without the manifest nobody reads the table.
    let Stored::Sound(Tables { digests }, _) = context.look(manifest).await? else {
        return Ok(Read::Other);
    };
    let file = tempfile::NamedTempFile::new()?;
    if !context.store.download(name, file.path()).await? {
        return Err(Error::Unknown(name.to_owned()));
    }
    let digest = digest(file.path())?;
    let expected = name.strip_prefix(folder).and_then(|it| digests.get(it));
    if expected.is_none_or(|it| *it == digest) {
        return Ok(Read::Other);
    }
    Err(Error::unreadable(name, &format!("it differs from what {manifest} says")))
}

/// The SHA-256 of a file, in hexadecimal digits: the digest of a table.
///
/// # Errors
///
/// If the file cannot be read.
pub fn digest(path: &Path) -> std::io::Result<String> {
    let mut hash = Sha256::new();
    let mut file = std::fs::File::open(path)?;
    let mut buffer = vec![0; 1 << 16];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok(hex::encode(hash.finalize()));
        }
        hash.update(&buffer[..read]);
    }
}

/// Whether an object is of the kind that the end of its name says. Names are as this program writes
/// them.
fn is(name: &str, end: &str) -> bool {
    name.strip_suffix(end).is_some()
}

fn hidden(name: &str, error: Error) -> Error {
    match error {
        Error::Unreadable { .. } => Error::unreadable(name, &"it cannot be parsed"),
        error => error,
    }
}

async fn one<T: DeserializeOwned>(context: &Context, name: &str) -> Result<Read, Error> {
    json::<T>(context, name).await.map(|_| Read::Other)
}

async fn json<T: DeserializeOwned>(context: &Context, name: &str) -> Result<T, Error> {
    let read = context.read(name).await?;
    read.map(|(value, _)| value).ok_or_else(|| Error::Unknown(name.to_owned()))
}

/// How many lines an object of a snapshot has, if the summary beside it says so.
async fn count(
    context: &Context,
    job: &Job,
    record_kind: &str,
    file: &str,
) -> Result<Option<u64>, Error> {
    let Stored::Sound(summary, _) = context.look::<Summary>(&job.snapshot_summary()).await? else {
        return Ok(None);
    };
    let graph = &summary.graph;
    let counts = if record_kind == RecordKind::Entities.as_str() {
        &graph.entities
    } else {
        &graph.relationships
    };
    Ok(file.strip_suffix(".ndjson.zst").and_then(|kind| counts.get(kind)).copied())
}

async fn lines(context: &Context, name: &str, expected: Option<u64>) -> Result<Read, Error> {
    let mut lines = snapshot::object(context, name.to_owned(), expected).await?;
    let mut line = String::new();
    while lines.next(&mut line)? {
        lines.parse::<IgnoredAny>(&line)?;
    }
    Ok(Read::Other)
}
