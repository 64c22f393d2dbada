//! Reports of Intune that are asked for as tables.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Client, Reply};
use crate::options::{Intune, Options};

const REPORTS: &str = "graph.microsoft.com/beta/deviceManagement/reports";

fn client(devices: u32) -> Client {
    let intune = Intune { devices: Some(devices), ..Intune::default() };
    Client::new(Options { users: 100, intune, ..Options::default() })
}

fn ask(client: &Client, action: &str, body: &Value) -> Reply {
    client.post(&client.graph_token(), &format!("{REPORTS}/{action}"), body)
}

fn first(client: &Client, list: &str) -> String {
    let address = format!("graph.microsoft.com/beta/{list}");
    let reply = client.get(&client.graph_token(), &address);
    reply.items()[0]["id"].as_str().unwrap().to_owned()
}

fn columns(reply: &Reply) -> Vec<&str> {
    let schema = reply.body["Schema"].as_array().unwrap();
    schema.iter().map(|column| column["Column"].as_str().unwrap()).collect()
}

/// All rows, asked for some at a time.
fn rows(client: &Client, action: &str, filter: &str) -> Vec<Vec<Value>> {
    let mut all: Vec<Vec<Value>> = Vec::new();
    loop {
        let body = json!({ "filter": filter, "skip": all.len(), "top": 1000, "select": [] });
        let reply = ask(client, action, &body);
        assert_eq!(reply.status, 200, "{:?}", reply.body);
        let values = reply.body["Values"].as_array().unwrap();
        assert!(values.len() <= 50);
        all.extend(values.iter().map(|row| row.as_array().unwrap().clone()));
        if values.is_empty() {
            assert_eq!(reply.body["TotalRowCount"], all.len());
            return all;
        }
    }
}

#[test]
fn rows_come_fifty_at_a_time_and_add_up() {
    let client = client(300);
    let policy = first(&client, "deviceManagement/deviceConfigurations");
    let filter = format!(
        "((PolicyBaseTypeName eq 'Microsoft.Management.Services.Api.DeviceConfiguration') or \
         (PolicyBaseTypeName eq 'DeviceManagementConfigurationPolicy')) and (PolicyId eq '{policy}')"
    );
    let address = format!(
        "graph.microsoft.com/beta/deviceManagement/deviceConfigurations/{policy}/deviceStatuses"
    );
    let states = client.all(&client.graph_token(), &address).len();
    let rows = rows(&client, "getConfigurationPolicyDevicesReport", &filter);
    assert_eq!(rows.len(), states);
    let unique: BTreeSet<String> = rows.iter().map(|row| json!(row).to_string()).collect();
    assert_eq!(unique.len(), states);
}

#[test]
fn a_table_says_what_it_has() {
    let client = client(60);
    let app = first(&client, "deviceAppManagement/mobileApps");
    let body = json!({ "filter": format!("(ApplicationId eq '{app}')") });
    let reply = ask(&client, "getDeviceInstallStatusReport", &body);
    assert_eq!(reply.header("Content-Type"), Some("application/octet-stream"));
    let columns = columns(&reply);
    for name in ["DeviceId", "AppInstallState", "AppInstallState_loc", "UserPrincipalName"] {
        assert!(columns.contains(&name), "{columns:?}");
    }
    let types = reply.body["Schema"].as_array().unwrap();
    assert!(types.contains(&json!({ "Column": "ErrorCode", "PropertyType": "Int32" })));
    let values = reply.body["Values"].as_array().unwrap();
    assert!(
        !values.is_empty()
            && values.iter().all(|row| row.as_array().unwrap().len() == columns.len())
    );
    let newer = ask(&client, "microsoft.graph.retrieveDeviceAppInstallationStatusReport", &body);
    assert_eq!(newer.body, reply.body);
    let some = json!({ "filter": body["filter"], "select": ["DeviceName", "DeviceId"] });
    let some = ask(&client, "getDeviceInstallStatusReport", &some);
    assert_eq!(self::columns(&some), ["DeviceId", "DeviceName"]);
}

#[test]
fn rows_are_filtered_and_ordered() {
    let client = client(200);
    let policy = first(&client, "deviceManagement/deviceCompliancePolicies");
    let action = "getDeviceStatusByCompliacePolicyReport";
    let of_policy = format!("(PolicyId eq '{policy}')");
    let all = rows(&client, action, &of_policy);
    let bad = rows(&client, action, &format!("{of_policy} and (PolicyStatus eq '4')"));
    let reply =
        ask(&client, action, &json!({ "filter": of_policy, "orderBy": ["DeviceName desc"] }));
    let columns = columns(&reply);
    let place = |name: &str| columns.iter().position(|it| *it == name).unwrap();
    let status = place("PolicyStatus");
    assert_eq!(all.iter().filter(|row| row[status] == 4).count(), bad.len());
    assert!(!bad.is_empty() && bad.iter().all(|row| row[status] == 4));
    let names: Vec<&str> = reply.body["Values"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row[place("DeviceName")].as_str().unwrap())
        .collect();
    assert!(names.windows(2).all(|pair| pair[0] >= pair[1]), "{names:?}");
    let device = all[3][place("DeviceId")].as_str().unwrap();
    let of_device = format!(
        "(DeviceId eq '{device}') and ((PolicyPlatformType eq '6') or (PolicyPlatformType eq '4'))"
    );
    let policies = rows(&client, "getDevicePoliciesComplianceReport", &of_device);
    assert!((3..=5).contains(&policies.len()), "{}", policies.len());
    assert!(!rows(&client, "getNoncompliantDevicesAndSettingsReport", &of_policy).is_empty());
    assert!(rows(&client, action, "(PolicyId eq 'x')").is_empty());
}

#[test]
fn what_a_report_does_not_have_is_refused() {
    let client = client(10);
    for (action, body) in [
        ("getDeviceInstallStatusReport", json!({})),
        ("getDeviceInstallStatusReport", json!({ "filter": "(ApplicationId gt 'x')" })),
        ("getDeviceNonComplianceReport", json!({ "select": ["ShoeSize"] })),
        ("getDeviceNonComplianceReport", json!({ "filter": "(ShoeSize eq '44')" })),
        ("getDeviceNonComplianceReport", json!({ "search": "x" })),
        ("getDeviceNonComplianceReport", json!({ "orderBy": ["ShoeSize asc"] })),
        ("getDeviceNonComplianceReport", json!("all of it")),
        ("getShoeSizeReport", json!({})),
    ] {
        let reply = ask(&client, action, &body);
        assert_eq!((reply.status, reply.code()), (400, "BadRequest"), "{action} {body}");
    }
}

#[test]
fn a_report_in_a_batch_comes_as_a_file() {
    let client = client(30);
    let policy = first(&client, "deviceManagement/deviceConfigurations");
    let body = json!({ "filter": format!("(PolicyId eq '{policy}')") });
    let url = "/deviceManagement/reports/getConfigurationPolicyDevicesReport";
    let steps = json!({ "requests": [{ "id": "1", "method": "POST", "url": url, "body": body }] });
    let reply = client.post(&client.graph_token(), "graph.microsoft.com/beta/$batch", &steps);
    let step = &reply.body["responses"][0];
    assert_eq!((step["status"].as_u64(), &step["id"]), (Some(200), &json!("1")));
    let bytes = STANDARD.decode(step["body"].as_str().unwrap()).unwrap();
    let alone = ask(&client, "getConfigurationPolicyDevicesReport", &body);
    assert_eq!(bytes, alone.bytes);
}
