//! Reports of Intune that are prepared for downloading.

#[path = "../../tests/support/archive.rs"]
mod archive;

use std::collections::BTreeMap;
use std::time::Duration;

use archive::unzip;
use serde_json::{Value, json};

use super::{Client, Reply, request};
use crate::options::Faults;
use crate::options::{AppReports, Intune, Options};
use crate::services::answer::Answer;
use crate::services::request::Request;

const JOBS: &str = "graph.microsoft.com/beta/deviceManagement/reports/exportJobs";

fn options(devices: u32) -> Options {
    let intune = Intune { devices: Some(devices), ..Intune::default() };
    Options { users: 100, intune, ..Options::default() }
}

fn begin(client: &Client, body: &Value) -> Reply {
    client.post(&client.graph_token(), JOBS, body)
}

/// The job when it has ended.
fn wait(client: &Client, job: &Reply) -> Reply {
    let id = job.body["id"].as_str().unwrap();
    client.clock.advance(Duration::from_mins(1));
    client.get(&client.graph_token(), &format!("{JOBS}('{id}')"))
}

fn download(client: &Client, url: &str, bearer: Option<&str>) -> Answer {
    let address = url.strip_prefix("https://").unwrap();
    let bearer = bearer.map(str::to_owned);
    client.router.answer(&Request { bearer, ..request("", address) })
}

fn bytes(client: &Client, answer: Answer) -> Vec<u8> {
    let mut archive = answer.download.expect("a download").archive();
    std::iter::from_fn(|| client.cloud.next_chunk(&mut archive)).flatten().collect()
}

/// The rows of a table, each with its values by the names of their columns.
fn rows(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut rows: Vec<Vec<String>> = vec![vec![String::new()]];
    let mut is_quoted = false;
    let mut rest = text.chars().peekable();
    while let Some(next) = rest.next() {
        let row = rows.last_mut().unwrap();
        match next {
            '"' if is_quoted && rest.peek() == Some(&'"') => {
                rest.next();
                row.last_mut().unwrap().push('"');
            }
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => row.push(String::new()),
            '\r' if !is_quoted => {}
            '\n' if !is_quoted => rows.push(vec![String::new()]),
            other => row.last_mut().unwrap().push(other),
        }
    }
    assert_eq!(rows.pop(), Some(vec![String::new()]), "the last line has an end");
    let head = rows.remove(0);
    let named = |row: Vec<String>| {
        assert_eq!(row.len(), head.len());
        head.iter().cloned().zip(row).collect()
    };
    rows.into_iter().map(named).collect()
}

fn export(client: &Client, body: &Value) -> Vec<BTreeMap<String, String>> {
    let job = begin(client, body);
    assert_eq!(job.status, 201, "{:?}", job.body);
    let done = wait(client, &job);
    let url = done.body["url"].as_str().unwrap();
    let (name, text) = unzip(&bytes(client, download(client, url, None))).expect("an archive");
    assert_eq!(name, format!("{}.csv", job.body["id"].as_str().unwrap()));
    rows(&text)
}

#[test]
fn a_job_waits_works_and_ends() {
    let client = Client::new(options(20));
    let token = client.graph_token();
    let job = begin(&client, &json!({ "reportName": "DevicesWithInventory", "format": "csv" }));
    let id = job.body["id"].as_str().unwrap();
    assert!(id.starts_with("DevicesWithInventory_"));
    assert_eq!((&job.body["status"], &job.body["url"]), (&json!("notStarted"), &Value::Null));
    let mut seen = vec!["notStarted".to_owned()];
    for _ in 0..400 {
        client.clock.advance(Duration::from_millis(10));
        let now = client.get(&token, &format!("{JOBS}/{id}"));
        let status = now.body["status"].as_str().unwrap().to_owned();
        assert_eq!(now.body["url"].is_string(), status == "completed");
        if seen.last() != Some(&status) {
            seen.push(status);
        }
    }
    assert_eq!(seen, ["notStarted", "inProgress", "completed"]);
    let other = begin(&client, &json!({ "reportName": "DevicesWithInventory", "format": "csv" }));
    assert_ne!(other.body["id"], job.body["id"]);
}

#[test]
fn what_is_downloaded_is_what_the_lists_say() {
    let client = Client::new(options(60));
    let token = client.graph_token();
    let found = export(&client, &json!({ "reportName": "AppInvRawData" }));
    let devices =
        client.all(&token, "graph.microsoft.com/beta/deviceManagement/managedDevices?$select=id");
    let mut expected = Vec::new();
    for device in &devices {
        let id = device["id"].as_str().unwrap();
        let address =
            format!("graph.microsoft.com/beta/deviceManagement/managedDevices/{id}/detectedApps");
        for app in client.all(&token, &address) {
            let text = |name: &str| app[name].as_str().unwrap().to_owned();
            expected.push((id.to_owned(), text("id"), text("displayName"), text("publisher")));
        }
    }
    let rows: Vec<_> = found
        .iter()
        .map(|row| {
            let text = |name: &str| row[name].clone();
            (
                text("DeviceId"),
                text("ApplicationKey"),
                text("ApplicationName"),
                text("ApplicationPublisher"),
            )
        })
        .collect();
    assert_eq!(rows, expected);
    assert!(
        rows.iter().any(|row| row.2.contains('\n')) && rows.iter().any(|row| row.2.contains('"'))
    );
    let apps = export(&client, &json!({ "reportName": "AppInvAggregate" }));
    assert_eq!(apps.len(), 400);
    let counts: usize = apps.iter().map(|app| app["DeviceCount"].parse::<usize>().unwrap()).sum();
    assert_eq!(counts, expected.len());
}

#[test]
fn columns_and_rows_can_be_chosen() {
    let client = Client::new(options(100));
    let select = json!(["DeviceName", "AppInstallState", "DeviceId"]);
    let apps = client
        .get(&client.graph_token(), "graph.microsoft.com/beta/deviceAppManagement/mobileApps");
    let id = apps.items()[0]["id"].as_str().unwrap();
    let filter = format!("(ApplicationId eq '{id}')");
    let mut body =
        json!({ "reportName": "DeviceInstallStatusByApp", "select": select, "filter": filter });
    let rows = export(&client, &body);
    let columns: Vec<&str> = rows[0].keys().map(String::as_str).collect();
    assert_eq!(columns, ["AppInstallState", "AppInstallState_loc", "DeviceId", "DeviceName"]);
    assert!(
        rows.iter()
            .any(|row| row["AppInstallState"] == "1" && row["AppInstallState_loc"] == "Installed")
    );
    body["localizationType"] = json!("ReplaceLocalizableValues");
    let replaced = export(&client, &body);
    assert!(replaced.iter().any(|row| row["AppInstallState"] == "Installed"));
    assert_eq!(replaced.len(), rows.len());
    let inventory = export(
        &client,
        &json!({
            "reportName": "DevicesWithInventory", "select": ["DeviceId", "ComplianceState", "OS"],
        }),
    );
    let columns: Vec<&str> = inventory[0].keys().map(String::as_str).collect();
    assert_eq!((inventory.len(), columns), (100, vec!["Compliance", "Device ID", "OS"]));
    let bad = export(&client, &json!({ "reportName": "DeviceNonCompliance" }));
    assert!(!bad.is_empty() && bad.len() < 100);
}

#[test]
fn the_tenant_decides_which_names_there_are() {
    for (app_reports, known) in [
        (AppReports::AppInv, "AppInvRawData"),
        (AppReports::Detected, "DetectedAppsRawData"),
        (AppReports::Discovered, "DiscoveredAppsRawData"),
    ] {
        let intune = Intune { app_reports, ..Intune::default() };
        let client = Client::new(Options { intune, ..Options::default() });
        for name in ["AppInvRawData", "DetectedAppsRawData", "DiscoveredAppsRawData"] {
            let reply = begin(&client, &json!({ "reportName": name }));
            assert_eq!(reply.status, if name == known { 201 } else { 400 }, "{name}");
            if name != known {
                let message = reply.body["error"]["message"].as_str().unwrap();
                let inner: Value = serde_json::from_str(message).unwrap();
                let text = format!("PostExportJobAsync not supported for reportType {name}");
                assert!(inner["Message"].as_str().unwrap().starts_with(&text));
            }
        }
    }
}

#[test]
fn a_download_is_refused_with_authorization_and_when_it_has_expired() {
    let client = Client::new(options(5));
    let job = begin(&client, &json!({ "reportName": "DeviceCompliance" }));
    let url = wait(&client, &job).body["url"].as_str().unwrap().to_owned();
    let token = client.graph_token();
    let refused = download(&client, &url, Some(&token));
    assert_eq!(refused.status, 400);
    assert!(
        String::from_utf8(refused.body).unwrap().contains("<Code>InvalidAuthenticationInfo</Code>")
    );
    let (unsigned, _) = url.split_once("sig=").unwrap();
    assert_eq!(download(&client, unsigned, None).status, 403);
    assert_eq!(download(&client, &url.replace(".zip", ".csv"), None).status, 404);
    assert_eq!(download(&client, &url, None).status, 200);
    client.clock.advance(Duration::from_hours(6));
    assert_eq!(download(&client, &url, None).status, 403);
}

#[test]
fn a_report_that_fails_is_prepared_when_it_is_asked_for_again() {
    for (kind, status) in [
        ("export-failed", "failed"),
        ("export-stuck", "inProgress"),
        ("export-broken", "completed"),
        ("export-slow", "inProgress"),
    ] {
        let faults = Faults { density: 1.0, only: vec![kind], ..Faults::default() };
        let client = Client::new(Options { faults: Some(faults), ..options(900) });
        let order = json!({ "reportName": "AppInvRawData", "select": ["ApplicationKey"] });
        let job = begin(&client, &order);
        client.clock.advance(Duration::from_secs(4));
        let id = job.body["id"].as_str().unwrap();
        let ended = client.get(&client.graph_token(), &format!("{JOBS}('{id}')"));
        assert_eq!(ended.body["status"], status, "{kind}");
        assert_eq!(client.cloud.recorder.read().faults[kind], 1);
        if kind == "export-broken" {
            let url = ended.body["url"].as_str().unwrap();
            let half = bytes(&client, download(&client, url, None));
            assert_eq!(&half[..4], b"PK\x03\x04");
            let whole = export(&client, &order);
            assert!(whole.len() > 10_000 && half.len() > 10_000);
            assert_eq!(unzip(&half), None);
        } else if kind != "export-slow" {
            assert!(!export(&client, &order).is_empty());
        }
    }
}
