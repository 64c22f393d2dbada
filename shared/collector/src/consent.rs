//! The consent of an administrator, by which a tenant lets the application in.
//!
//! [`invite`] makes the address at Microsoft where an administrator consents, with a [`State`] that
//! comes back. [`accept`] takes what comes back. Microsoft signs nothing of it, and anybody can
//! write such an address; so that somebody consented is believed when a token for the tenant can be
//! had, and not before.
//!
//! A token proves that the tenant lets the application in, not that it was this administrator who
//! said so. Where an instance names its tenant, only that one is taken. One that does not cannot
//! get a tenant that another instance has by the same application: else whoever is given a link for
//! an instance of their own could get hold of the tenant of somebody else.

mod refusal;
mod state;

use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::time::{Duration, sleep};
use uuid::Uuid;

use crate::context::{Context, Error};
use crate::instance::{ANY_DIRECTORY, Config, Credentials, Instance};
use crate::layout::{self, Job};
use crate::plan::Plan;
use crate::ports::{AdminConsent, Condition, Failure, StoreError};
use crate::sign_in::default_domain;
use crate::snapshot::Latest;
use crate::{instances, start};
use steps::Permission;

pub use refusal::Refusal;
pub use state::{Keys, LIFETIME, State, WeakKey};

/// The tenant that all personal Microsoft accounts belong to. Source: "Microsoft identity platform
/// ID tokens", claim `tid`.
const PERSONAL_ACCOUNTS: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

/// What stands for more than one tenant in addresses of the sign-in service.
const ALIASES: [&str; 3] = ["common", ANY_DIRECTORY, "consumers"];

/// What `admin_consent` says when there was one.
const CONSENTED: &str = "True";

/// How long is waited before a refusal of the sign-in service is asked about again: a consent takes
/// some seconds to get to where tokens are issued.
const WAITS: [Duration; 4] = [
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
];

/// What an administrator is shown before going to Microsoft.
#[derive(Clone, Debug, PartialEq)]
pub struct Invitation {
    /// The instance that the consent is for.
    pub instance: Instance,
    /// Where the administrator consents.
    pub address: String,
    /// The permissions of Microsoft Graph that the instance's steps need, sorted.
    pub permissions: Vec<&'static str>,
}

/// What Microsoft redirects with, and does not sign.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Redirect {
    /// `tenant`.
    pub tenant: Option<String>,
    /// `admin_consent`. It is there with an error, too.
    pub admin_consent: Option<String>,
    /// `error`.
    pub error: Option<String>,
    /// `error_description`.
    pub error_description: Option<String>,
}

/// A consent that was taken.
#[derive(Clone, Debug, PartialEq)]
pub struct Granted {
    /// The instance, which has its tenant now.
    pub instance: Instance,
    /// What became of its first job.
    pub collection: Collection,
}

/// What became of the job that follows a consent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Collection {
    /// It was started.
    Started(Job),
    /// Another job of the instance is running.
    Running,
    /// The instance is disabled.
    Disabled,
    /// It cannot start now, for this reason.
    Later(String),
}

/// What is stored of a consent that was taken, so that it is not taken again.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Taken<'a> {
    instance: &'a str,
    tenant: &'a str,
    at: String,
}

/// Invites an administrator to consent for an instance, in a browser that keeps a token. Microsoft
/// sends them back to the redirect URI.
///
/// # Errors
///
/// If the instance cannot be consented to.
pub async fn invite(
    context: &Context,
    keys: &Keys,
    instance: &str,
    browser: &str,
    redirect_uri: &str,
) -> Result<Invitation, Refusal> {
    let instance = find(context, instance).await?.ok_or(Refusal::InstanceUnknown)?;
    let state = State::new(keys, &instance, browser, OffsetDateTime::now_utc()).seal(keys);
    let Config { cloud, client_id, .. } = &instance.config;
    let tenant = instance.config.known_directory().unwrap_or(ANY_DIRECTORY);
    let client_id = client_id.as_deref().ok_or(Refusal::NoApplication)?;
    let consent = AdminConsent { tenant, client_id, redirect_uri, state: &state };
    let address = context.microsoft.admin_consent(cloud, &consent);
    let address = address.ok_or(Refusal::CloudUnknown)?;
    let permissions = permissions(&instance);
    Ok(Invitation { instance, address, permissions })
}

/// Takes a consent, if it is one: the instance gets its tenant, and its job is started. The state
/// has been opened and checked.
///
/// # Errors
///
/// If it is not taken. The attempt then still holds, but for one that was taken before.
pub async fn accept(
    context: &Context,
    state: &State,
    redirect: &Redirect,
) -> Result<Granted, Refusal> {
    let taken = layout::consent(&state.nonce);
    if context.store.get(&taken).await?.is_some() {
        return Err(Refusal::Replayed);
    }
    let tenant = tenant_of(redirect)?;
    let is_expected = |expected: &str| expected.eq_ignore_ascii_case(&tenant);
    let instance = find(context, &state.instance).await?.ok_or(Refusal::InstanceGone)?;
    let expected = [state.tenant.as_deref(), instance.config.known_directory()];
    if !expected.into_iter().flatten().all(is_expected) {
        return Err(Refusal::TenantOther);
    }
    if instance.config.awaits_consent() && is_taken(context, &instance, &tenant).await? {
        return Err(Refusal::TenantTaken);
    }
    reach(context, &instance, &tenant).await?;
    if instance.config.awaits_consent() && is_taken_by_name(context, &instance, &tenant).await? {
        return Err(Refusal::TenantTaken);
    }

    let at = OffsetDateTime::now_utc().format(&Rfc3339).unwrap_or_default();
    let record = Taken { instance: &instance.id, tenant: &tenant, at };
    match context.write(&taken, &record, Condition::Absent).await {
        Err(Error::Store(StoreError::Conflict(_))) => return Err(Refusal::Replayed),
        written => drop(written?),
    }
    // What happened to the instance meanwhile stays.
    let changed = instances::change(context, &instance.id, |stored| {
        let mut stored = stored?;
        if stored.config.awaits_consent() {
            stored.config.directory_id.clone_from(&tenant);
        }
        Some(stored)
    });
    let instance = changed.await?.ok_or(Refusal::InstanceGone)?;
    if !is_expected(&instance.config.directory_id) {
        return Err(Refusal::TenantOther);
    }
    let collection = collect(context, &instance, state).await;
    Ok(Granted { instance, collection })
}

/// The instance that a consent is for, if there is one with this id.
async fn find(context: &Context, id: &str) -> Result<Option<Instance>, Refusal> {
    // What lets the tenant's instance in lets those of its subscriptions in.
    if Instance::is_of_subscription(id) {
        return Ok(None);
    }
    let Some((instance, _)) = instances::read(context, id).await? else { return Ok(None) };
    if !instance.config.credential.is_of_application() {
        return Err(Refusal::NoApplication);
    }
    if instance.config.credential.is_in_memory() {
        return Err(Refusal::SecretNotStored);
    }
    if instance.config.known_directory().is_some_and(|it| !is_guid(it)) {
        return Err(Refusal::TenantByName);
    }
    Ok(Some(instance))
}

/// The tenant that consented, as the redirect says.
fn tenant_of(redirect: &Redirect) -> Result<String, Refusal> {
    let tenant = redirect.tenant.as_deref().map(str::to_ascii_lowercase);
    if let Some(error) = &redirect.error {
        // A personal account may come with an error that says nothing of it.
        if tenant.as_deref() == Some(PERSONAL_ACCOUNTS) {
            return Err(Refusal::PersonalAccount);
        }
        let description = redirect.error_description.as_deref().unwrap_or_default();
        return Err(Refusal::of(error, description));
    }
    match redirect.admin_consent.as_deref() {
        Some(CONSENTED) => (),
        Some(_) => return Err(Refusal::AnswerOther),
        None => return Err(Refusal::AnswerMissing),
    }
    match tenant.as_deref() {
        None | Some("") => Err(Refusal::TenantMissing),
        Some(PERSONAL_ACCOUNTS) => Err(Refusal::PersonalAccount),
        Some(alias) if ALIASES.contains(&alias) => Err(Refusal::TenantAny),
        Some(tenant) if is_guid(tenant) => Ok(tenant.to_owned()),
        Some(_) => Err(Refusal::TenantMalformed),
    }
}

/// Whether a text is an id as Microsoft writes it. Others read as one, too, such as one in braces.
fn is_guid(text: &str) -> bool {
    let hyphens = [8, 13, 18, 23];
    text.len() == 36
        && hyphens.iter().all(|&at| text.as_bytes()[at] == b'-')
        && Uuid::try_parse(text).is_ok_and(|it| !it.is_nil())
}

/// Whether another instance collects a tenant as the same application.
async fn is_taken(context: &Context, own: &Instance, tenant: &str) -> Result<bool, Error> {
    let others = others(context, own).await?;
    Ok(others.iter().any(|(_, other)| other.directory_id.eq_ignore_ascii_case(tenant)))
}

/// Whether another instance collects a tenant as the same application, and names it by a domain.
/// The application was let into the tenant, so it can sign in there by any of its domains.
async fn is_taken_by_name(
    context: &Context,
    own: &Instance,
    tenant: &str,
) -> Result<bool, Refusal> {
    let proof = context.proof(own).await?;
    for (id, other) in others(context, own).await? {
        if other.awaits_consent() || is_guid(&other.directory_id) {
            continue;
        }
        let latest = context.read::<Latest>(&layout::latest(&id)).await?;
        let known = latest.and_then(|(latest, _)| latest.tenant_id);
        let resolved = if known.is_some() {
            known
        } else {
            let credentials = Credentials {
                directory_id: other.directory_id,
                client_id: other.client_id,
                proof: proof.clone(),
            };
            match context.microsoft.connect(&other.cloud, credentials).tenant_id().await {
                Ok(resolved) => resolved,
                // The domain is of no tenant, or of one that has not let the application in.
                Err(Failure::Authentication(_)) => None,
                Err(failure) => return Err(Error::Microsoft(failure).into()),
            }
        };
        if resolved.is_some_and(|it| it.eq_ignore_ascii_case(tenant)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The other instances that collect a tenant as the same application, with their ids.
async fn others(context: &Context, own: &Instance) -> Result<Vec<(String, Config)>, Error> {
    let mut others = Vec::new();
    for id in instances::ids(context, "").await? {
        if id == own.id || Instance::is_of_subscription(&id) {
            continue;
        }
        let other = match instances::read(context, &id).await {
            Ok(Some((instance, _))) => instance.config,
            // It makes no sense, and so collects nothing.
            Ok(None) | Err(Error::Event(_) | Error::Unreadable { .. }) => continue,
            Err(error) => return Err(error),
        };
        let is_same = |(one, other): (&String, &String)| one.eq_ignore_ascii_case(other);
        if other.client_id.as_ref().zip(own.config.client_id.as_ref()).is_some_and(is_same) {
            others.push((id, other));
        }
    }
    Ok(others)
}

/// Signs in to the tenant, and waits a while for what says that nobody consented.
async fn reach(context: &Context, instance: &Instance, tenant: &str) -> Result<(), Refusal> {
    let credentials = Credentials {
        directory_id: tenant.to_owned(),
        client_id: instance.config.client_id.clone(),
        proof: context.proof(instance).await?,
    };
    let mut waits = WAITS.into_iter();
    loop {
        // A connection keeps its token, and one of before the consent allows nothing for an hour.
        let fetch = context.microsoft.connect(&instance.config.cloud, credentials.clone());
        let answer = default_domain(&*fetch, tenant).await;
        match (answer, waits.next()) {
            (Err(Failure::Authentication(_) | Failure::Forbidden(_)), Some(wait)) => {
                sleep(wait).await;
            }
            (Err(Failure::Authentication(reason)), None) => {
                return Err(Refusal::NotGranted { reason });
            }
            (
                Err(
                    failure @ (Failure::Throttled { .. }
                    | Failure::Unreadable(_)
                    | Failure::Failed(_)),
                ),
                _,
            ) => return Err(Error::Microsoft(failure).into()),
            // There is a token. What it allows is not the question: the application may have been
            // registered without the permission to read this.
            _ => return Ok(()),
        }
    }
}

/// Starts the job of an instance that was just let in.
async fn collect(context: &Context, instance: &Instance, state: &State) -> Collection {
    if !instance.enabled {
        return Collection::Disabled;
    }
    match start::start(context, instance, &state.nonce, false).await {
        Ok(job) => Collection::Started(job),
        Err(Error::Running { .. } | Error::Held { .. }) => Collection::Running,
        Err(error) => Collection::Later(error.to_string()),
    }
}

/// The permissions of Microsoft Graph that the steps of an instance need.
fn permissions(instance: &Instance) -> Vec<&'static str> {
    let planned = Plan::steps_of(instance, None).into_iter().filter(|step| step.disabled.is_none());
    let steps = planned.filter_map(|step| steps::find(&step.id));
    let graph = steps.flat_map(steps::Step::permissions).filter_map(|it| match it {
        Permission::Graph(name) => Some(name),
        Permission::Action(_) | Permission::DataAction(_) => None,
    });
    let mut permissions: Vec<&str> = graph.collect();
    permissions.sort_unstable();
    permissions.dedup();
    permissions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_as_microsoft_writes_it() {
        let id = "5b0c8f4e-2f1d-4a57-9c3e-7d6a1e90b2f4";
        assert!(is_guid(id) && is_guid(&id.to_uppercase()));
        for other in [
            "",
            "contoso.onmicrosoft.com",
            "5b0c8f4e2f1d4a579c3e7d6a1e90b2f4",
            "{5b0c8f4e-2f1d-4a57-9c3e-7d6a1e90b2f4}",
            "00000000-0000-0000-0000-000000000000",
            "5b0c8f4e-2f1d-4a57-9c3e-7d6a1e90b2fg",
            "5b0c8f4e-2f1d-4a57-9c3e-7d6a1e90b2é",
        ] {
            assert!(!is_guid(other), "{other}");
        }
    }
}
