//! Which instance or tenant a command is about. People give an id, the beginning of one, or a name;
//! where there is only one, they need give nothing.

use std::collections::BTreeSet;

use collector::layout::INSTANCES;
use collector::{Context, instances, snapshot};
use query::language::nearest;

use crate::Error;
use crate::arguments::{DEFAULT_STORE, Subject};
use crate::print::{plain, word};

/// What a command is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Chosen {
    /// An instance, by its id.
    Instance(String),
    /// A tenant, by the id of its own instance: that and the instances of its subscriptions.
    Tenant(String),
}

impl Chosen {
    /// The id of the instance, or of the tenant's own.
    pub(crate) fn id(&self) -> &str {
        match self {
            Self::Instance(id) | Self::Tenant(id) => id,
        }
    }

    /// The options that choose it in a store, as they follow the name of a command. There are none
    /// where a command chooses it by itself.
    pub(crate) async fn options(&self, context: &Context, store: &str) -> String {
        let option = match self {
            chosen if only(context).await.is_ok_and(|it| it == *chosen) => String::new(),
            Self::Instance(id) => format!(" --instance {}", word(id)),
            Self::Tenant(id) => format!(" --tenant {}", word(id)),
        };
        let usual = std::env::var("TENANTGRAPH_STORE");
        let usual = usual.as_deref().unwrap_or(DEFAULT_STORE);
        if store == usual { option } else { format!("{option} --store {}", word(store)) }
    }
}

/// A kind of object that an instance may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Has {
    /// A snapshot.
    Snapshot,
    /// A stored configuration.
    Configuration,
    /// A job.
    Job,
}

impl Has {
    /// The instance of an object of this kind, by the name of the object.
    fn instance(self, name: &str) -> Option<&str> {
        match self {
            Self::Snapshot => name.strip_prefix("graph/")?.strip_suffix("/latest.json"),
            Self::Configuration => name.strip_prefix(INSTANCES)?.strip_suffix(".json"),
            Self::Job => name.strip_prefix("jobs/")?.split('/').next(),
        }
    }

    const fn prefix(self) -> &'static str {
        match self {
            Self::Snapshot => "graph/",
            Self::Configuration => INSTANCES,
            Self::Job => "jobs/",
        }
    }
}

/// How many candidates an error lists.
const LISTED: usize = 20;

/// The snapshots that a command is to look at.
pub(crate) async fn snapshot_of(context: &Context, subject: &Subject) -> Result<Chosen, Error> {
    match (&subject.instance, &subject.tenant) {
        (Some(given), _) => Ok(Chosen::Instance(instance(context, given, &[Has::Snapshot]).await?)),
        (_, Some(given)) => Ok(Chosen::Tenant(instance(context, given, &[Has::Snapshot]).await?)),
        (None, None) => only(context).await,
    }
}

/// The only tenant or instance that has a snapshot.
async fn only(context: &Context) -> Result<Chosen, Error> {
    let ids = ids(context, &[Has::Snapshot]).await?;
    let (subscriptions, own): (Vec<&String>, Vec<&String>) =
        ids.iter().partition(|it| it.contains('~'));
    match own[..] {
        [id] if subscriptions.iter().any(|it| family(it) == id.as_str()) => {
            Ok(Chosen::Tenant(id.clone()))
        }
        [id] => Ok(Chosen::Instance(id.clone())),
        [] => Err("the store has no snapshot yet; `tenantgraph run EVENT` collects a tenant, and `tenantgraph demo` a simulated one".into()),
        _ => {
            let own = own.into_iter().cloned().collect();
            let listed = listed(context, &own).await;
            Err(format!("the store has several snapshots; give --instance or --tenant:\n{listed}").into())
        }
    }
}

/// The instance of the tenant that an instance belongs to.
fn family(id: &str) -> &str {
    id.split('~').next().unwrap_or(id)
}

/// The id of an instance that is given by its id, the beginning of it, or its name, among those
/// that have anything of some kinds.
pub(crate) async fn instance(context: &Context, given: &str, has: &[Has]) -> Result<String, Error> {
    let ids = ids(context, has).await?;
    if ids.contains(given) {
        return Ok(given.to_owned());
    }
    let wanted = given.to_lowercase();
    let begins = |id: &&String| {
        let id = id.to_lowercase();
        // That of a subscription can be given by the subscription, too.
        id.starts_with(&wanted) || id.split_once('~').is_some_and(|(_, it)| it.starts_with(&wanted))
    };
    let mut found: BTreeSet<String> = match given.trim() {
        "" => BTreeSet::new(),
        _ => ids.iter().filter(begins).cloned().collect(),
    };
    // The beginning of a tenant's id is also that of its subscriptions' instances.
    if let Some(own) = found.iter().find(|own| found.iter().all(|it| family(it) == *own)).cloned() {
        found = BTreeSet::from([own]);
    }
    let mut names = Vec::new();
    if found.is_empty() {
        for id in &ids {
            let Some(name) = name(context, id).await else { continue };
            if name.to_lowercase() == wanted {
                found.insert(id.clone());
            }
            names.push(name);
        }
    }
    if found.len() > 1 {
        let listed = listed(context, &found).await;
        return Err(format!(
            "{given:?} may be any of these instances; give more of the id:\n{listed}"
        )
        .into());
    }
    if let Some(id) = found.pop_first() {
        return Ok(id);
    }
    let known = ids.iter().chain(&names).map(String::as_str);
    let hint = nearest(given, known).map(|it| format!("; did you mean {it}?")).unwrap_or_default();
    let what = match has {
        [Has::Snapshot] => "there is no snapshot of instance",
        [Has::Job] => "there is no job of instance",
        _ => "there is no instance",
    };
    if ids.is_empty() {
        return Err(format!("{what} {given:?}, nor of any other").into());
    }
    Err(format!("{what} {given:?}{hint}\n{}", listed(context, &ids).await).into())
}

/// The ids of the instances that have anything of some kinds.
async fn ids(context: &Context, has: &[Has]) -> Result<BTreeSet<String>, Error> {
    let mut ids = BTreeSet::new();
    for has in has {
        let names = context.store.list(has.prefix()).await?;
        ids.extend(names.iter().filter_map(|it| has.instance(it)).map(str::to_owned));
    }
    Ok(ids)
}

/// Some instances, one on each line.
async fn listed(context: &Context, ids: &BTreeSet<String>) -> String {
    let mut lines = Vec::new();
    for id in ids.iter().take(LISTED) {
        let name = name(context, id).await.map(|it| format!("  {}", plain(&it)));
        let name = name.unwrap_or_default();
        lines.push(format!("  {id}{name}"));
    }
    if ids.len() > LISTED {
        lines.push(format!("  … and {} more", ids.len() - LISTED));
    }
    lines.join("\n")
}

/// The name of an instance, if anything says it.
async fn name(context: &Context, id: &str) -> Option<String> {
    match instances::find(context, id).await {
        Ok(instance) => Some(instance.name),
        Err(_) => snapshot::latest(context, id).await.ok().map(|it| it.instance_name),
    }
}
