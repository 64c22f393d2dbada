//! Each malformed event gives one message for each of its problems.

use proptest::prelude::*;
use serde_json::{Value, json};

use steps::Integration;

use super::*;
use crate::instance::{Credential, PollingInterval, SecretReference};

fn event() -> Value {
    json!({ "instance": {
        "id": "6f1c1b52-0000-4000-8000-000000000001",
        "integration": "azure",
        "name": "Contoso",
        "accountName": "contoso",
        "description": "",
        "pollingInterval": "ONE_DAY",
        "config": {
            "directoryId": "6f1c1b52-0000-4000-8000-000000000002",
            "clientId": "6f1c1b52-0000-4000-8000-000000000003",
            "clientSecret": "a~secret",
            "subscriptionId": null,
            "ingestActiveDirectory": true,
            "configureSubscriptionInstances": true,
            "autoDeleteRemovedSubscriptions": true,
            "ingestDisabledSubscriptions": false,
            "tagAccountName": true,
            "defenderAlertsSeverities": "high,medium",
            "ingestionSources": { "*": true, "ad-groups": false },
            "cloud": "public",
        },
    } })
}

/// The event with the value at a path replaced, or removed if there is none.
fn with(path: &str, value: Option<Value>) -> Value {
    let mut event = event();
    let (parent, name) = path.rsplit_once('/').unwrap();
    let parent = event.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    match value {
        Some(value) => parent.insert(name.to_owned(), value),
        None => parent.remove(name),
    };
    event
}

fn messages(event: &Value) -> Vec<String> {
    let problems = Event::parse(event).unwrap_err();
    problems.to_string().lines().map(str::to_owned).collect()
}

#[test]
fn a_whole_event_is_read() {
    let Ok(Event::Instance { instance, secret, step: None }) = Event::parse(&event()) else {
        panic!("{:?}", Event::parse(&event()));
    };
    assert_eq!(instance.config.credential, Credential::ClientSecret(SecretReference::InMemory));
    assert_eq!(secret, Some(Secret::new("a~secret")));
    assert!(!instance.config.collects("ad-groups"));
    assert!(instance.config.collects("compute"));
    assert_eq!(instance.polling_interval, PollingInterval::OneDay);
    // What is stored of it can be read again, and does not hold the secret.
    let stored = serde_json::to_string(&instance).unwrap();
    assert!(!stored.contains("a~secret"));
    assert_eq!(serde_json::from_str::<Instance>(&stored).unwrap(), *instance);
}

fn microsoft365(config: &Value) -> Value {
    json!({ "instance": {
        "id": "i", "integration": "microsoft365", "name": "Contoso", "config": config,
    } })
}

#[test]
fn an_event_of_microsoft_365_is_read() {
    let config = json!({
        "tenant": "6f1c1b52-0000-4000-8000-000000000002",
        "clientId": "6f1c1b52-0000-4000-8000-000000000003",
        "clientSecret": { "secretArn": "env:NAME" },
        "vulnerabilitySeverities": "high, Critical",
        "ingestionSources": { "devices": false },
    });
    let event = Event::parse(&microsoft365(&config));
    let Ok(Event::Instance { instance, secret: None, .. }) = event else { panic!("{event:?}") };
    assert_eq!(instance.integration, Integration::Microsoft365);
    assert_eq!(instance.config.directory_id, "6f1c1b52-0000-4000-8000-000000000002");
    let view = instance.view("", "");
    assert_eq!(view.vulnerability_severities, ["high", "critical"]);
    // What is stored of it is an instance, too.
    let stored = serde_json::to_value(&instance).unwrap();
    assert_eq!(stored_instance(&stored).unwrap(), *instance);
}

#[test]
fn a_problem_of_microsoft_365_names_its_field() {
    let config = json!({
        "clientId": "a/b",
        "clientSecret": 7,
        "subscriptionId": "s",
        "vulnerabilitySeverities": "high,grave",
        "ingestionSources": { "ad-groups": false },
    });
    let expected = [
        "/instance/config/tenant: is missing; give the directory (tenant) id",
        "/instance/config/clientSecret: is not a secret",
        "/instance/config/clientId: is invalid: expected at most",
        "/instance/config/ingestionSources/ad-groups: is an unknown source; expected one of *, applications",
        "/instance/config/vulnerabilitySeverities: `grave` is unknown; expected informational, low",
        "/instance/config/subscriptionId: is unknown; expected one of tenant, clientId",
    ];
    let found = messages(&microsoft365(&config));
    assert_eq!(found.len(), expected.len(), "{found:?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.starts_with(expected), "{found} should be {expected}");
    }
    let both = json!({
        "tenant": "t", "directoryId": "t", "clientId": "c", "clientSecret": { "secretArn": "env:NAME" },
    });
    let found = messages(&microsoft365(&both));
    assert!(found[0].starts_with("/instance/config/tenant: is unknown"), "{found:?}");
}

#[test]
fn the_events_that_can_be_sent_by_hand_make_sense() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events");
    let mut read = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        // The schema of events lies in a folder of its own.
        if path.is_dir() {
            continue;
        }
        let name = path.to_string_lossy();
        // What a queue hands over, what a browser asks for, and what the functions `ask` and
        // `watch` take.
        let file = path.file_name().unwrap().to_string_lossy();
        let is_of_another = ["ask-", "watch-"].iter().any(|start| file.starts_with(start));
        if is_of_another || ["-message.json", "-request.json"].iter().any(|end| name.ends_with(end))
        {
            continue;
        }
        let event: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let parsed = Event::parse_sample(&event);
        assert!(parsed.is_ok(), "{}: {parsed:?}", path.display());
        read += 1;
        let Some(instance) = instance_in(parsed.unwrap()) else { continue };
        assert!(!instance.config.auto_delete_removed_subscriptions, "{}", path.display());
        for problem in Event::parse(&event).unwrap_err().0 {
            assert!(problem.message.starts_with("still is the sample's"), "{problem:?}");
        }
    }
    assert!(read >= 9, "{read} events were read");
}

fn instance_in(event: Event) -> Option<Instance> {
    match event {
        Event::Instance { instance, .. } | Event::Manage(Action::Store { instance, .. }) => {
            Some(*instance)
        }
        _ => None,
    }
}

fn sample(name: &str) -> Value {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events").join(name);
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

#[test]
fn what_still_is_the_samples_has_to_be_replaced() {
    let found = messages(&sample("start-azure-subscription.json"));
    let expected = [
        "/instance/config/directoryId: still is the sample's; replace it with the id of your directory",
        "/instance/config/clientId: still is the sample's; replace it with the id of your application",
        "/instance/config/subscriptionId: still is the sample's; replace it with the id of your",
        "/instance/config/clientSecret/secretArn: still is the sample's; replace it with the ARN",
    ];
    assert_eq!(found.len(), expected.len(), "{found:?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.starts_with(expected), "{found} should be {expected}");
    }
    let found = messages(&sample("microsoft365-start.json"));
    assert!(found[0].starts_with("/instance/config/tenant: still is the sample's"), "{found:?}");
    // Other problems are told as well.
    let mut event = sample("start-azure-subscription.json");
    event["instance"]["config"]["nonsense"] = true.into();
    assert_eq!(messages(&event).len(), expected.len() + 1);
}

#[test]
fn the_samples_of_whole_tenants_collect_everything() {
    for name in ["start-azure-tenant.json", "instance-store.json", "microsoft365-start.json"] {
        let instance = instance_in(Event::parse_sample(&sample(name)).unwrap()).unwrap();
        let mut of_subscription = instance.clone();
        of_subscription.config.subscription_id = Some("s".to_owned());
        let run: std::collections::BTreeSet<String> = [&instance, &of_subscription]
            .into_iter()
            .flat_map(|it| crate::plan::Plan::steps_of(it, None))
            .filter(|planned| planned.disabled.is_none())
            .map(|planned| planned.id)
            .collect();
        let of_integration =
            steps::STEPS.iter().filter(|step| step.integration == instance.integration);
        let left_out: Vec<&str> =
            of_integration.map(|step| step.id).filter(|id| !run.contains(*id)).collect();
        assert!(left_out.is_empty(), "{name} leaves out {left_out:?}");
        assert_eq!(instance.config.defender_alerts_severities, None);
        assert_eq!(instance.config.vulnerability_severities, None);
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "it is a table")]
fn each_problem_has_one_message_with_its_path() {
    let table = [
        ("/instance/id", None, "/instance/id: is missing; give the instance an id"),
        ("/instance/id", Some(json!(7)), "/instance/id: is a number; write it as text"),
        ("/instance/id", Some(json!("../x")), "/instance/id: is invalid: expected at most"),
        (
            "/instance/integration",
            None,
            "/instance/integration: is missing; give `\"azure\"` or `\"microsoft365\"`",
        ),
        ("/instance/integration", Some(json!("gcp")), "/instance/integration: `gcp` is unknown"),
        (
            "/instance/name",
            Some(json!(" ")),
            "/instance/name: is missing; give the instance a name",
        ),
        (
            "/instance/name",
            Some(json!("n".repeat(5000))),
            "/instance/name: is longer than 4096 bytes",
        ),
        (
            "/instance/accountName",
            None,
            "/instance/accountName: is missing although `config.tagAccountName`",
        ),
        (
            "/instance/pollingInterval",
            Some(json!("DAILY")),
            "/instance/pollingInterval: `DAILY` is unknown; expected one of DISABLED",
        ),
        (
            "/instance/colour",
            Some(json!("red")),
            "/instance/colour: is unknown; expected one of id, integration",
        ),
        ("/instance/config", None, "/instance/config: is missing"),
        ("/instance/config", Some(json!([])), "/instance/config: is a list, not an object"),
        ("/instance/config/directoryId", None, "/instance/config/directoryId: is missing"),
        (
            "/instance/config/clientId",
            Some(json!("a/b")),
            "/instance/config/clientId: is invalid: expected at most",
        ),
        (
            "/instance/config/clientSecret",
            None,
            "/instance/config/clientSecret: is missing; give the application's secret as text, or as `{\"secretArn\": \"…\"}`, or another credential: one of clientCertificate, federatedCredential",
        ),
        (
            "/instance/config/clientSecret",
            Some(json!(5)),
            "/instance/config/clientSecret: is not a secret",
        ),
        (
            "/instance/config/clientSecret",
            Some(json!({})),
            "/instance/config/clientSecret/secretArn: is missing",
        ),
        (
            "/instance/config/clientSecret",
            Some(json!({ "secretArn": "a", "x": 1 })),
            "/instance/config/clientSecret/x: is unknown",
        ),
        (
            "/instance/config/managedIdentity",
            Some(json!("userAssigned")),
            "/instance/config/managedIdentity: is a second credential beside `clientSecret`; give only one",
        ),
        (
            "/instance/config/ingestActiveDirectory",
            Some(json!("true")),
            "/instance/config/ingestActiveDirectory: is text; write true or false",
        ),
        (
            "/instance/config/configureSubscriptionInstances",
            Some(json!(false)),
            "/instance/config/autoDeleteRemovedSubscriptions: has no effect unless",
        ),
        (
            "/instance/config/defenderAlertsSeverities",
            Some(json!("high,bad")),
            "/instance/config/defenderAlertsSeverities: `bad` is unknown",
        ),
        (
            "/instance/config/ingestionSources",
            Some(json!([])),
            "/instance/config/ingestionSources: is a list",
        ),
        (
            "/instance/config/ingestionSources",
            Some(json!({ "a/b": true })),
            "/instance/config/ingestionSources/a~1b: is an unknown source",
        ),
        (
            "/instance/config/ingestionSources",
            Some(json!({ "compute": 1 })),
            "/instance/config/ingestionSources/compute: is a number",
        ),
        (
            "/instance/config/ingestionSources",
            Some(json!({ "ad-generals": false })),
            "/instance/config/ingestionSources/ad-generals: cannot be turned off",
        ),
        (
            "/instance/config/cloud",
            Some(json!("mars")),
            "/instance/config/cloud: `mars` is unknown",
        ),
        (
            "/instance/config/collection",
            Some(json!("incremental")),
            "/instance/config/collection: `incremental` is unknown; expected full or delta",
        ),
        ("/step", Some(json!("no-such-step")), "/step: is unknown"),
        ("/instanceId", Some(json!("a")), "the event: names more than one thing to run"),
        ("/due", Some(json!(1)), "/due: is a number; write true or false"),
        ("/other", Some(json!(1)), "/other: is unknown"),
        ("/instance", None, "the event: names nothing to run"),
        ("/instance", Some(json!("x")), "/instance: is text, not an object"),
    ];
    for (path, value, expected) in table {
        let found = messages(&with(path, value.clone()));
        assert_eq!(found.len(), 1, "{path} {value:?}: {found:?}");
        assert!(found[0].starts_with(expected), "{path} {value:?}: {found:?}");
    }
}

/// The event with another credential in the place of the secret.
fn signed_in_by(name: &str, value: Value) -> Value {
    let mut event = with("/instance/config/clientSecret", None);
    event["instance"]["config"][name] = value;
    event
}

#[test]
fn each_credential_is_read_and_stored() {
    for (name, value, is_of_application) in [
        ("clientSecret", json!({ "secretArn": "arn" }), true),
        ("clientCertificate", json!({ "secretArn": "arn" }), true),
        (
            "clientCertificate",
            json!({ "secretArn": "arn", "password": { "secretArn": "other" } }),
            true,
        ),
        ("federatedCredential", json!("aws"), true),
        ("federatedCredential", json!("githubActions"), true),
        ("federatedCredential", json!("kubernetes"), true),
        ("federatedCredential", json!({ "tokenFile": "/run/token" }), true),
        ("managedIdentity", json!("userAssigned"), true),
        ("managedIdentity", json!("systemAssigned"), false),
        ("developerTool", json!("azureCli"), false),
        ("developerTool", json!("azureDeveloperCli"), false),
    ] {
        let mut event = signed_in_by(name, value.clone());
        if !is_of_application {
            let messages = messages(&event);
            assert!(
                messages[0].starts_with("/instance/config/clientId: does not go"),
                "{messages:?}"
            );
            event["instance"]["config"]["clientId"].take();
        }
        let Ok(Event::Instance { instance, secret: None, .. }) = Event::parse(&event) else {
            panic!("{:?}", Event::parse(&event));
        };
        let stored = serde_json::to_value(&instance).unwrap();
        assert_eq!(stored["config"][name], value);
        assert_eq!(stored_instance(&stored).unwrap(), *instance);
        assert_eq!(serde_json::from_value::<Instance>(stored).unwrap(), *instance);
    }
}

#[test]
fn each_problem_of_a_credential_names_its_field() {
    for (name, value, expected) in [
        ("clientCertificate", json!("hunter2"), "clientCertificate: is text, not an object; say"),
        ("clientCertificate", json!({}), "clientCertificate/secretArn: is missing"),
        (
            "clientCertificate",
            json!({ "secretArn": "a", "x": 1 }),
            "clientCertificate/x: is unknown",
        ),
        (
            "clientCertificate",
            json!({ "secretArn": "a", "password": "hunter2" }),
            "clientCertificate/password: is text, not an object; say where the password is",
        ),
        ("federatedCredential", json!("hunter2"), "federatedCredential: is unknown; expected aws"),
        ("federatedCredential", json!({}), "federatedCredential/tokenFile: is missing"),
        (
            "federatedCredential",
            json!({ "tokenFile": "a", "x": 1 }),
            "federatedCredential/x: is unknown; expected one of tokenFile",
        ),
        ("managedIdentity", json!(true), "managedIdentity: is true or false; write it as text"),
        (
            "managedIdentity",
            json!("hunter2"),
            "managedIdentity: is unknown; expected systemAssigned",
        ),
        ("developerTool", json!("hunter2"), "developerTool: is unknown; expected azureCli"),
    ] {
        let messages = messages(&signed_in_by(name, value.clone()));
        let expected = format!("/instance/config/{expected}");
        assert!(messages[0].starts_with(&expected), "{value} {messages:?}");
        assert!(!messages.concat().contains("hunter2"), "{messages:?}");
    }
    let mut event = signed_in_by("managedIdentity", json!("userAssigned"));
    event["instance"]["config"]["directoryId"] = json!("organizations");
    let messages = messages(&event);
    assert!(
        messages[0].starts_with("/instance/config/directoryId: has to be the id"),
        "{messages:?}"
    );
}

#[test]
fn several_problems_are_reported_together() {
    let mut event = with("/instance/name", None);
    event["instance"]["config"]["cloud"] = json!("mars");
    event["instance"]["config"]["clientId"] = json!(null);
    assert_eq!(messages(&event).len(), 3);
}

#[test]
fn a_secret_in_the_wrong_place_is_not_repeated() {
    let event = with("/instance/config/clientSecret", Some(json!(["hunter2"])));
    assert!(!messages(&event).concat().contains("hunter2"));
    let event = with("/instance/config/ingestActiveDirectory", Some(json!("hunter2")));
    assert!(!messages(&event).concat().contains("hunter2"));
}

#[test]
fn the_other_triggers_are_read() {
    assert_eq!(Event::read(br#"{"due":true}"#), Ok(Event::Due));
    let stored = Event::Stored { instance_id: "a".to_owned(), step: None };
    assert_eq!(Event::read(br#"{"instanceId":"a"}"#), Ok(stored));
    // The reference misspells an id; it is taken as what was meant.
    let event = json!({ "instanceId": "a", "step": "rm-compute-virutal-machine-disks" });
    let step = Some("rm-compute-virtual-machine-disks".to_owned());
    let stored = Event::Stored { instance_id: "a".to_owned(), step };
    assert_eq!(Event::parse(&event), Ok(stored));
}

#[test]
fn what_is_no_event_is_refused() {
    for text in ["", "[]", "7", "{", "null"] {
        assert!(Event::read(text.as_bytes()).is_err(), "{text}");
    }
    assert!(Event::read(&vec![b' '; LARGEST_EVENT + 1]).is_err());
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".*".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(".*", inner, 0..4)
                .prop_map(|it| Value::Object(it.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_event_panics(value in any_json(), at in 0..12_usize) {
        const PATHS: [&str; 12] = [
            "/instance", "/step", "/due", "/instanceId", "/instance/id", "/instance/config",
            "/instance/pollingInterval", "/instance/config/clientSecret",
            "/instance/config/ingestionSources", "/instance/config/subscriptionId",
            "/instance/config/tagAccountName", "/instance/config/defenderAlertsSeverities",
        ];
        let _ = Event::parse(&with(PATHS[at], Some(value.clone())));
        let _ = Event::parse(&value);
    }

    #[test]
    fn no_text_panics(text: Vec<u8>) {
        let _ = Event::read(&text);
    }
}
