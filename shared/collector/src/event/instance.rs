//! Reading the instance of an event.

use std::collections::BTreeMap;

use serde_json::Value;

use super::credential::{client_id_of, credential_of};
use super::fields::{AZURE_SEVERITIES, COLLECTION, CONFIG, INSTANCE, SEVERITIES, names};
use super::reader::{Reader, identifier};
use crate::Secret;
use crate::instance::{
    ANY_DIRECTORY, Collection, Config, Instance, Mode, PollingInterval, Provisioned,
};
use steps::Integration;

/// Reads an instance, and the secret that comes with it.
pub(super) fn instance_of(reader: Reader<'_>) -> (Option<Instance>, Option<Secret>) {
    let Some(mut reader) = reader.object("describe the instance as an object") else {
        return (None, None);
    };
    let id = reader.required_text("id", "give the instance an id, such as a GUID");
    let id = id.and_then(|id| identifier(&mut reader, "id", id));
    let integration = integration_of(&mut reader);
    let name = reader.required_text("name", "give the instance a name");
    let account_name = reader.text("accountName");
    let description = reader.text("description").unwrap_or_default();
    let polling_interval = interval_of(&mut reader, "pollingInterval", PollingInterval::Disabled);
    let enabled = reader.flag("enabled").unwrap_or(true);
    let provisioned = reader.child("provisioned").and_then(|(_, value)| {
        let parsed = serde_json::from_value::<Provisioned>(value.clone());
        if let Err(error) = &parsed {
            let message =
                format!("is invalid ({error}); leave it out, because only tenantgraph writes it");
            reader.problem("provisioned", &message);
        }
        parsed.ok()
    });
    if provisioned.is_none() && id.as_deref().is_some_and(Instance::is_of_subscription) {
        reader.problem(
            "id",
            "has a ~, which is reserved for the instances of subscriptions; choose another id",
        );
    }
    let config = reader.child("config");
    if config.is_none() {
        reader.problem("config", "is missing; add the configuration: the application to sign in with, and what to collect");
    }
    let (config, secret) =
        config.zip(integration).map_or((None, None), |((path, value), integration)| {
            config_of(reader.nested(&path, value), integration)
        });
    if config.as_ref().is_some_and(|it| it.tag_account_name) && account_name.is_none() {
        reader.problem(
            "accountName",
            "is missing although `config.tagAccountName` is true; give one",
        );
    }
    reader.finish(&names(INSTANCE, None));
    let instance = || {
        Some(Instance {
            id: id?,
            integration: integration?,
            name: name?,
            account_name,
            description,
            polling_interval: polling_interval?,
            enabled,
            provisioned,
            config: config?,
        })
    };
    (instance(), secret)
}

fn integration_of(reader: &mut Reader<'_>) -> Option<Integration> {
    let name = reader.required_text("integration", "give `\"azure\"` or `\"microsoft365\"`")?;
    let integration = Integration::find(&name);
    if integration.is_none() {
        let message = format!("`{name}` is unknown; expected `azure` or `microsoft365`");
        reader.problem("integration", &message);
    }
    integration
}

fn config_of(reader: Reader<'_>, integration: Integration) -> (Option<Config>, Option<Secret>) {
    let Some(mut reader) = reader.object("describe the configuration as an object") else {
        return (None, None);
    };
    // What is stored says `directoryId`, whatever the event called it.
    let directory = match integration {
        Integration::Microsoft365 if !reader.has("directoryId") => "tenant",
        Integration::Azure | Integration::Microsoft365 => "directoryId",
    };
    let directory_id = reader.required_text(directory, "give the directory (tenant) id");
    let directory_id = directory_id.and_then(|id| identifier(&mut reader, directory, id));
    let (credential, secret) = credential_of(&mut reader);
    let client_id = client_id_of(&mut reader, credential.as_ref()).ok();
    if credential.as_ref().is_some_and(|it| !it.is_of_application())
        && directory_id.as_deref() == Some(ANY_DIRECTORY)
    {
        reader.problem(
            directory,
            "has to be the id of a directory, because only an application gets one by a consent",
        );
    }
    let tag_account_name = reader.flag("tagAccountName").unwrap_or_default();
    let ingestion_sources = sources_of(&mut reader, integration);
    let cloud = reader.text("cloud").unwrap_or_else(|| "public".to_owned());
    if !["public", "usgov", "china"].contains(&cloud.as_str()) {
        reader.problem("cloud", &format!("`{cloud}` is unknown; expected public, usgov or china"));
    }
    let collection = collection_of(&mut reader);
    let config = || {
        Some(Config {
            directory_id: directory_id?,
            client_id: client_id?,
            credential: credential?,
            subscription_id: None,
            ingest_active_directory: false,
            configure_subscription_instances: false,
            auto_delete_removed_subscriptions: false,
            ingest_disabled_subscriptions: false,
            tag_account_name,
            defender_alerts_severities: None,
            vulnerability_severities: None,
            collection: collection?,
            ingestion_sources,
            cloud,
        })
    };
    let common = config();
    let config = match integration {
        Integration::Azure => azure(reader, common),
        Integration::Microsoft365 => microsoft365(reader, directory, common),
    };
    (config, secret)
}

/// Adds what only Microsoft 365 knows.
fn microsoft365(
    mut reader: Reader<'_>,
    directory: &'static str,
    common: Option<Config>,
) -> Option<Config> {
    let severities = severities_of(&mut reader, "vulnerabilitySeverities", SEVERITIES);
    let mut known = names(CONFIG, Some(Integration::Microsoft365));
    // The directory has two names, and is named once.
    known.retain(|it| *it == directory || !["directoryId", "tenant"].contains(it));
    reader.finish(&known);
    Some(Config { vulnerability_severities: severities, ..common? })
}

/// Adds what only Azure knows.
fn azure(mut reader: Reader<'_>, common: Option<Config>) -> Option<Config> {
    let subscription_id = reader.text("subscriptionId");
    let subscription_id =
        subscription_id.and_then(|id| identifier(&mut reader, "subscriptionId", id));
    let mut flag = |name| reader.flag(name).unwrap_or_default();
    let (ingest, configure) =
        (flag("ingestActiveDirectory"), flag("configureSubscriptionInstances"));
    let (delete, disabled) =
        (flag("autoDeleteRemovedSubscriptions"), flag("ingestDisabledSubscriptions"));
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
    let severities = severities_of(&mut reader, "defenderAlertsSeverities", AZURE_SEVERITIES);
    reader.finish(&names(CONFIG, Some(Integration::Azure)));
    Some(Config {
        subscription_id,
        ingest_active_directory: ingest,
        configure_subscription_instances: configure,
        auto_delete_removed_subscriptions: delete,
        ingest_disabled_subscriptions: disabled,
        defender_alerts_severities: severities,
        ..common?
    })
}

/// An interval by its name.
fn interval_of(
    reader: &mut Reader<'_>,
    name: &str,
    default: PollingInterval,
) -> Option<PollingInterval> {
    let Some(text) = reader.text(name) else { return Some(default) };
    let interval = serde_json::from_value(Value::from(text.as_str())).ok();
    if interval.is_none() {
        let names = PollingInterval::NAMES.join(", ");
        reader.problem(name, &format!("`{text}` is unknown; expected one of {names}"));
    }
    interval
}

/// Severities, separated by commas.
fn severities_of(reader: &mut Reader<'_>, name: &str, known: &[&str]) -> Option<String> {
    let severities = reader.text(name);
    for severity in severities.iter().flat_map(|it| it.split(',')).map(str::trim) {
        if !known.contains(&severity.to_lowercase().as_str()) {
            let message = format!("`{severity}` is unknown; expected {}", known.join(", "));
            reader.problem(name, &message);
        }
    }
    severities
}

/// How lists are read: `"delta"`, or `{"mode": "delta", "index": false}`.
fn collection_of(reader: &mut Reader<'_>) -> Option<Collection> {
    const HELP: &str = "give full or delta, or an object with `mode`, `index` and `slowInterval`";
    if let Some((path, value @ Value::Object(_))) = reader.child("collection") {
        let mut reader = reader.nested(&path, value).object(HELP)?;
        let (mode, index) = (mode_of(&mut reader, "mode"), reader.flag("index"));
        let slow = interval_of(&mut reader, "slowInterval", PollingInterval::OneDay);
        reader.finish(&names(COLLECTION, None));
        return Some(Collection {
            mode: mode?,
            index: index.unwrap_or(true),
            slow_interval: slow?,
        });
    }
    let mode = mode_of(reader, "collection")?;
    Some(Collection { mode, ..Collection::default() })
}

fn mode_of(reader: &mut Reader<'_>, name: &str) -> Option<Mode> {
    match reader.text(name).as_deref() {
        None | Some("full") => Some(Mode::Full),
        Some("delta") => Some(Mode::Delta),
        Some(other) => {
            reader.problem(name, &format!("`{other}` is unknown; expected full or delta"));
            None
        }
    }
}

fn sources_of(reader: &mut Reader<'_>, integration: Integration) -> BTreeMap<String, bool> {
    let known = integration.ingestion_sources();
    let mut sources = BTreeMap::new();
    let Some((path, value)) = reader.child("ingestionSources") else { return sources };
    let Some(mut reader) = reader.nested(&path, value).object("map each source to true or false")
    else {
        return sources;
    };
    for name in reader.names() {
        if name != "*" && !known.contains(&name.as_str()) {
            let known = known.join(", ");
            reader.problem(&name, &format!("is an unknown source; expected one of *, {known}"));
        } else if let Some(is_on) = reader.flag(&name) {
            if !is_on && steps::ALWAYS_COLLECTED.contains(&name.as_str()) {
                reader.problem(
                    &name,
                    "cannot be turned off, because other sources depend on it; leave it out",
                );
            }
            sources.insert(name, is_on);
        }
    }
    sources
}
