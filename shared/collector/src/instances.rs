//! The stored instances: what runs on a schedule, and the instances of subscriptions.

use serde::Serialize;
use serde_json::Value;

use crate::context::{Context, Error};
use crate::event::{self, Action};
use crate::instance::Instance;
use crate::layout;
use crate::ports::{Condition, Etag, StoreError};

/// What came of an action.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Managed {
    /// The instances, as they are stored now.
    Instances(Vec<Instance>),
    /// An instance was stored.
    Stored {
        /// As it is stored now.
        instance: Box<Instance>,
        /// What to mind.
        warnings: Vec<String>,
    },
    /// The ids of the instances that were removed. Their snapshots are still there.
    Removed(Vec<String>),
}

/// Does something with stored instances.
///
/// # Errors
///
/// If there is no such instance, or storage fails.
pub async fn manage(context: &Context, action: Action) -> Result<Managed, Error> {
    match action {
        Action::List => list(context).await.map(Managed::Instances),
        Action::Show(id) => Ok(Managed::Instances(vec![find(context, &id).await?])),
        Action::Store { instance, has_secret } => store(context, *instance, has_secret).await,
        Action::Enable { id, enabled } => {
            let instance = change(context, &id, |it| Some(Instance { enabled, ..it? })).await?;
            let instance = instance.ok_or_else(|| unknown(&id))?;
            Ok(Managed::Instances(vec![instance]))
        }
        Action::Remove(id) => remove(context, &id).await.map(Managed::Removed),
    }
}

/// Every stored instance that makes sense, by id. Of the others the log says which they are.
///
/// # Errors
///
/// If storage fails.
pub async fn list(context: &Context) -> Result<Vec<Instance>, Error> {
    let mut instances = Vec::new();
    for (_, instance) in all(context).await? {
        match instance {
            Ok(instance) => instances.push(instance),
            Err(error) => tracing::error!(%error, "a stored instance is left out"),
        }
    }
    Ok(instances)
}

/// Every stored instance, by id, or why it makes no sense. One never hides the others.
///
/// # Errors
///
/// If storage fails.
pub async fn all(context: &Context) -> Result<Vec<(String, Result<Instance, Error>)>, Error> {
    let mut instances = Vec::new();
    for id in ids(context, "").await? {
        match read(context, &id).await {
            Ok(Some((instance, _))) => instances.push((id, Ok(instance))),
            Ok(None) => (),
            Err(error @ Error::Unreadable { .. }) => instances.push((id, Err(error))),
            Err(error) => return Err(error),
        }
    }
    Ok(instances)
}

/// A stored instance.
///
/// # Errors
///
/// If there is none, it makes no sense, or storage fails.
pub async fn find(context: &Context, id: &str) -> Result<Instance, Error> {
    read(context, id).await?.map(|(instance, _)| instance).ok_or_else(|| unknown(id))
}

/// The ids of the instances of a tenant's subscriptions.
///
/// # Errors
///
/// If storage fails.
pub async fn family(context: &Context, tenant: &str) -> Result<Vec<String>, Error> {
    ids(context, &Instance::family(tenant)).await
}

/// The ids of stored instances that begin with a text, in order.
pub(crate) async fn ids(context: &Context, begin: &str) -> Result<Vec<String>, Error> {
    let names = context.store.list(&format!("{}{begin}", layout::INSTANCES)).await?;
    let id = |name: &String| {
        let id = name.strip_prefix(layout::INSTANCES)?.strip_suffix(".json")?;
        Some(id.to_owned())
    };
    Ok(names.iter().filter_map(id).collect())
}

pub(crate) async fn read(context: &Context, id: &str) -> Result<Option<(Instance, Etag)>, Error> {
    let name = layout::instance(id);
    let Some((instance, etag)) = context.read::<Value>(&name).await? else { return Ok(None) };
    let instance = event::stored_instance(&instance);
    Ok(Some((instance.map_err(|problems| Error::unreadable(&name, &problems))?, etag)))
}

/// Stores what `change` makes of an instance, unless that is nothing or the same, and returns it.
/// It is asked again if somebody else was faster.
pub(crate) async fn change(
    context: &Context,
    id: &str,
    change: impl Fn(Option<Instance>) -> Option<Instance>,
) -> Result<Option<Instance>, Error> {
    loop {
        let stored = read(context, id).await?;
        let (stored, condition) = match stored {
            Some((stored, etag)) => (Some(stored), Condition::Matches(etag)),
            None => (None, Condition::Absent),
        };
        let changed = change(stored.clone());
        if changed.is_none() || changed == stored {
            return Ok(changed);
        }
        match context.write(&layout::instance(id), &changed, condition).await {
            Err(Error::Store(StoreError::Conflict(_))) => (),
            written => return written.map(|_| changed),
        }
    }
}

/// Removes an instance and those that it made for subscriptions. What they collected stays, but the
/// next job under such an id is the first of its line: nothing is compared with what was collected
/// before.
async fn remove(context: &Context, id: &str) -> Result<Vec<String>, Error> {
    // One that runs by its event alone is not stored, and has a graph all the same.
    let has_graph = context.store.get(&layout::latest(id)).await?.is_some();
    if !has_graph {
        find(context, id).await?;
    }
    let mut removed = family(context, id).await?;
    removed.push(id.to_owned());
    for id in &removed {
        context.store.delete(&layout::instance(id)).await?;
        context.store.delete(&layout::latest(id)).await?;
    }
    Ok(removed)
}

async fn store(context: &Context, instance: Instance, has_secret: bool) -> Result<Managed, Error> {
    let mut warnings = Vec::new();
    if has_secret {
        warnings.push(format!(
            "the secret was not stored: keep it in AWS Secrets Manager (or a file or variable of this machine), and store the instance with \
             `\"clientSecret\": {{\"secretArn\": \"…\"}}` (or `file:PATH`, `env:NAME`); until then, {} cannot run by itself",
            instance.id,
        ));
    }
    if instance.config.configure_subscription_instances && instance.config.credential.is_in_memory()
    {
        warnings
            .push("the instances of its subscriptions cannot run by themselves either".to_owned());
    }
    let id = instance.id.clone();
    // What tenantgraph knows, of the instance of a subscription or by a consent, is not the user's
    // to say.
    let stored = change(context, &id, |before| {
        let mut stored = Instance { provisioned: None, ..instance.clone() };
        if let Some(before) = before {
            if stored.config.awaits_consent() && before.config.client_id == stored.config.client_id
            {
                stored.config.directory_id = before.config.directory_id;
            }
            stored.provisioned = before.provisioned;
        }
        Some(stored)
    });
    let instance = stored.await?.ok_or_else(|| unknown(&id))?;
    Ok(Managed::Stored { instance: Box::new(instance), warnings })
}

fn unknown(id: &str) -> Error {
    Error::Unknown(format!("instance {id}; store it as {}", layout::instance(id)))
}

/// A stored instance that can run by itself.
pub(crate) async fn stored(context: &Context, id: &str) -> Result<Instance, Error> {
    let instance = find(context, id).await?;
    if instance.config.credential.is_in_memory() {
        return Err(Error::SecretLost(id.to_owned()));
    }
    Ok(instance)
}
