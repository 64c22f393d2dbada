//! What triggers an execution, and whether it makes sense.
//!
//! Every problem of an event is found before anything is done, and each says where it is and what to
//! do, so that a configuration is right after one look rather than after ten.

mod reader;

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use crate::Secret;
use crate::instance::{Config, Instance, PollingInterval, SecretReference};
use reader::Reader;

/// How large an event may be, in bytes: what Amazon SQS and EventBridge carried for years.
pub const LARGEST_EVENT: usize = 256 * 1024;

/// What triggers an execution.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// An instance, as it is configured in the event.
    Instance {
        /// The instance.
        instance: Box<Instance>,
        /// Its secret, if the event holds it.
        secret: Option<Secret>,
        /// The step to run, rather than the whole job.
        step: Option<String>,
    },
    /// An instance that is stored.
    Stored {
        /// Its id.
        instance_id: String,
        /// The step to run, rather than the whole job.
        step: Option<String>,
    },
    /// Every stored instance whose polling interval has passed.
    Due,
}

/// What is wrong with an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where, as a JSON pointer.
    pub path: String,
    /// What is wrong and what to do.
    pub message: String,
}

/// Everything that is wrong with an event.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, problem) in self.0.iter().enumerate() {
            let separator = if at == 0 { "" } else { "\n" };
            let path = if problem.path.is_empty() { "the event" } else { &problem.path };
            write!(f, "{separator}{path}: {}", problem.message)?;
        }
        Ok(())
    }
}

impl Event {
    /// Reads an event from its text.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it.
    pub fn read(text: &[u8]) -> Result<Self, Problems> {
        let problem = |message| Problems(vec![Problem { path: String::new(), message }]);
        if text.len() > LARGEST_EVENT {
            return Err(problem(format!(
                "is {} bytes long; at most {LARGEST_EVENT} are read",
                text.len()
            )));
        }
        let event = serde_json::from_slice(text)
            .map_err(|error| problem(format!("is not JSON ({error}); send one JSON object")))?;
        Self::parse(&event)
    }

    /// Reads an event.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it.
    pub fn parse(event: &Value) -> Result<Self, Problems> {
        let mut problems = Vec::new();
        let parsed = top(Reader::new("", event, &mut problems));
        match parsed {
            Some(event) if problems.is_empty() => Ok(event),
            _ => Err(Problems(problems)),
        }
    }
}

fn top(reader: Reader<'_>) -> Option<Event> {
    let mut reader = reader.object("send an object with `instance`, `instanceId` or `due`")?;
    let step = reader.text("step").and_then(|id| known_step(&mut reader, id));
    let due = reader.flag("due");
    let instance_id =
        reader.text("instanceId").and_then(|id| identifier(&mut reader, "instanceId", id));
    let instance = reader.child("instance");
    let given = [instance.is_some(), reader.has("instanceId"), due == Some(true)];
    match given.into_iter().filter(|it| *it).count() {
        1 => (),
        0 => reader
            .problem("", "names nothing to run; add `instance`, `instanceId` or `\"due\": true`"),
        _ => reader.problem(
            "",
            "names more than one thing to run; keep one of `instance`, `instanceId` and `due`",
        ),
    }
    if due == Some(true) && step.is_some() {
        reader.problem("step", "cannot be combined with `due`; name the instance to run it for");
    }
    let event = if let Some((path, value)) = instance {
        let (instance, secret) = instance_of(reader.nested(&path, value));
        instance.map(|it| Event::Instance { instance: Box::new(it), secret, step })
    } else if let Some(instance_id) = instance_id {
        Some(Event::Stored { instance_id, step })
    } else {
        (due == Some(true)).then_some(Event::Due)
    };
    reader.finish(&["step", "due", "instanceId", "instance"]);
    event
}

/// Reads a stored instance.
///
/// # Errors
///
/// Everything that is wrong with it.
pub fn stored_instance(instance: &Value) -> Result<Instance, Problems> {
    let mut problems = Vec::new();
    let (parsed, secret) = instance_of(Reader::new("/instance", instance, &mut problems));
    if secret.is_some() {
        problems.push(Problem {
            path: "/instance/config/clientSecret".to_owned(),
            message: "is stored in the open; store `{\"secretArn\": \"…\"}`".to_owned(),
        });
    }
    match parsed {
        Some(instance) if problems.is_empty() => Ok(instance),
        _ => Err(Problems(problems)),
    }
}

fn instance_of(reader: Reader<'_>) -> (Option<Instance>, Option<Secret>) {
    let Some(mut reader) = reader.object("describe the instance as an object") else {
        return (None, None);
    };
    let id = reader.required_text("id", "give the instance an id, such as a GUID");
    let id = id.and_then(|id| identifier(&mut reader, "id", id));
    let integration = reader.required_text("integration", "say `\"azure\"`");
    if let Some(integration) = integration.as_deref() {
        match integration {
            "azure" => (),
            "microsoft365" => reader.problem(
                "integration",
                "`microsoft365` is not collected by this version; say `azure`",
            ),
            other => reader.problem("integration", &format!("`{other}` is unknown; say `azure`")),
        }
    }
    let name = reader.required_text("name", "give the instance a name");
    let account_name = reader.text("accountName");
    let description = reader.text("description").unwrap_or_default();
    let interval = reader.text("pollingInterval");
    let polling_interval = interval.map_or(Some(PollingInterval::Disabled), |text| {
        let parsed = serde_json::from_value(Value::from(text.as_str())).ok();
        if parsed.is_none() {
            let names = PollingInterval::NAMES.join(", ");
            reader.problem("pollingInterval", &format!("`{text}` is unknown; say one of {names}"));
        }
        parsed
    });
    let config = reader.child("config");
    if config.is_none() {
        reader.problem("config", "is missing; say as whom to sign in and what to collect");
    }
    let (config, secret) =
        config.map_or((None, None), |(path, value)| config_of(reader.nested(&path, value)));
    if config.as_ref().is_some_and(|it| it.tag_account_name) && account_name.is_none() {
        reader.problem(
            "accountName",
            "is missing although `config.tagAccountName` is true; give one",
        );
    }
    reader.finish(&[
        "id",
        "integration",
        "name",
        "accountName",
        "description",
        "pollingInterval",
        "config",
    ]);
    let instance = || {
        Some(Instance {
            id: id?,
            integration: integration?,
            name: name?,
            account_name,
            description,
            polling_interval: polling_interval?,
            config: config?,
        })
    };
    (instance(), secret)
}

fn config_of(reader: Reader<'_>) -> (Option<Config>, Option<Secret>) {
    let Some(mut reader) = reader.object("describe the configuration as an object") else {
        return (None, None);
    };
    let directory_id = reader.required_text("directoryId", "give the directory (tenant) id");
    let directory_id = directory_id.and_then(|id| identifier(&mut reader, "directoryId", id));
    let client_id = reader.required_text("clientId", "give the application (client) id");
    let client_id = client_id.and_then(|id| identifier(&mut reader, "clientId", id));
    let (reference, secret) = secret_of(&mut reader);
    let subscription_id = reader.text("subscriptionId");
    let subscription_id =
        subscription_id.and_then(|id| identifier(&mut reader, "subscriptionId", id));
    let mut flag = |name| reader.flag(name).unwrap_or_default();
    let (ingest, configure) =
        (flag("ingestActiveDirectory"), flag("configureSubscriptionInstances"));
    let (delete, disabled, tag) = (
        flag("autoDeleteRemovedSubscriptions"),
        flag("ingestDisabledSubscriptions"),
        flag("tagAccountName"),
    );
    for (is_set, name) in
        [(delete, "autoDeleteRemovedSubscriptions"), (disabled, "ingestDisabledSubscriptions")]
    {
        if is_set && !configure {
            reader.problem(
                name,
                "has no effect unless `configureSubscriptionInstances` is true; set that or leave this out",
            );
        }
    }
    let severities = reader.text("defenderAlertsSeverities");
    for severity in severities.iter().flat_map(|it| it.split(',')).map(str::trim) {
        if !["high", "medium", "low", "informational"].contains(&severity.to_lowercase().as_str()) {
            let message = format!("`{severity}` is unknown; say high, medium, low, informational");
            reader.problem("defenderAlertsSeverities", &message);
        }
    }
    let ingestion_sources = sources_of(&mut reader);
    let cloud = reader.text("cloud").unwrap_or_else(|| "public".to_owned());
    if !["public", "usgov", "china"].contains(&cloud.as_str()) {
        reader.problem("cloud", &format!("`{cloud}` is unknown; say public, usgov or china"));
    }
    reader.finish(&[
        "directoryId",
        "clientId",
        "clientSecret",
        "subscriptionId",
        "ingestActiveDirectory",
        "configureSubscriptionInstances",
        "autoDeleteRemovedSubscriptions",
        "ingestDisabledSubscriptions",
        "tagAccountName",
        "defenderAlertsSeverities",
        "ingestionSources",
        "cloud",
    ]);
    let config = || {
        Some(Config {
            directory_id: directory_id?,
            client_id: client_id?,
            client_secret: reference?,
            subscription_id,
            ingest_active_directory: ingest,
            configure_subscription_instances: configure,
            auto_delete_removed_subscriptions: delete,
            ingest_disabled_subscriptions: disabled,
            tag_account_name: tag,
            defender_alerts_severities: severities,
            ingestion_sources,
            cloud,
        })
    };
    (config(), secret)
}

fn secret_of(reader: &mut Reader<'_>) -> (Option<SecretReference>, Option<Secret>) {
    const HELP: &str = "give the application's secret as text, or as `{\"secretArn\": \"…\"}`";
    match reader.child("clientSecret") {
        None => reader.problem("clientSecret", &format!("is missing; {HELP}")),
        Some((_, Value::String(text)))
            if !text.is_empty() && text.len() <= reader::LONGEST_TEXT =>
        {
            return (Some(SecretReference::InMemory), Some(Secret::new(text.as_str())));
        }
        Some((path, value @ Value::Object(_))) => {
            if let Some(mut reader) = reader.nested(&path, value).object(HELP) {
                let arn = reader.required_text("secretArn", "name the secret's ARN");
                reader.finish(&["secretArn"]);
                return (arn.map(SecretReference::SecretArn), None);
            }
        }
        // What it is must not be repeated here: it may be a secret all the same.
        Some(_) => reader.problem("clientSecret", &format!("is not a secret; {HELP}")),
    }
    (None, None)
}

fn sources_of(reader: &mut Reader<'_>) -> BTreeMap<String, bool> {
    let mut sources = BTreeMap::new();
    let Some((path, value)) = reader.child("ingestionSources") else { return sources };
    let Some(mut reader) = reader.nested(&path, value).object("map each source to true or false")
    else {
        return sources;
    };
    for name in reader.names() {
        if name != "*" && !steps::INGESTION_SOURCES.contains(&name.as_str()) {
            let known = steps::INGESTION_SOURCES.join(", ");
            reader.problem(&name, &format!("is an unknown source; known are *, {known}"));
        } else if let Some(is_on) = reader.flag(&name) {
            if !is_on && steps::ALWAYS_COLLECTED.contains(&name.as_str()) {
                reader.problem(
                    &name,
                    "cannot be turned off, as everything hangs on it; leave it out",
                );
            }
            sources.insert(name, is_on);
        }
    }
    sources
}

/// An id that may become part of an object's name or of an address.
fn identifier(reader: &mut Reader<'_>, name: &str, id: String) -> Option<String> {
    let is_fine = id.len() <= 64
        && !id.starts_with('.')
        && id.bytes().all(|it| it.is_ascii_alphanumeric() || b"._~-".contains(&it));
    if !is_fine {
        let message = "has other characters than letters, digits and ._~-, or more than 64; give the plain id";
        reader.problem(name, message);
    }
    is_fine.then_some(id)
}

fn known_step(reader: &mut Reader<'_>, id: String) -> Option<String> {
    let step = steps::find(&id);
    if step.is_none() {
        reader.problem("step", "is unknown; `tenantgraph plan` lists the steps there are");
    }
    step.map(|step| step.id.to_owned())
}

#[cfg(test)]
mod tests;
