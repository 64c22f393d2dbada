//! Microsoft Intune: devices, applications and policies.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Value, json};

use super::{Client, Reply, texts, with_roles};
use crate::options::DeviceChanges;
use crate::options::{Intune, License, Options};
use crate::services::cloud::GRAPH;
use crate::world::intune::NO_ID;

const BETA: &str = "graph.microsoft.com/beta";
const V1: &str = "graph.microsoft.com/v1.0";

fn options(devices: u32) -> Options {
    let intune = Intune { devices: Some(devices), ..Intune::default() };
    Options { users: 150, resources: 0, intune, ..Options::default() }
}

fn client(devices: u32) -> Client {
    Client::new(options(devices))
}

fn all(client: &Client, path: &str) -> Vec<Value> {
    client.all(&client.graph_token(), path)
}

fn devices(client: &Client) -> Vec<Value> {
    all(client, &format!("{BETA}/deviceManagement/managedDevices"))
}

fn values<'a>(items: &'a [Value], name: &str) -> BTreeSet<&'a str> {
    items.iter().filter_map(|item| item[name].as_str()).collect()
}

#[test]
fn devices_come_by_the_thousand_and_follow_the_users() {
    let client = client(2500);
    let address = format!("{BETA}/deviceManagement/managedDevices");
    let pages = client.pages(&client.graph_token(), &address);
    let sizes: Vec<usize> = pages.iter().map(|page| page.items().len()).collect();
    assert!(sizes.contains(&1000) && sizes.iter().all(|size| *size <= 1000), "{sizes:?}");
    assert_eq!(sizes.iter().sum::<usize>(), 2500);
    assert!(pages.iter().all(|page| page.body["@odata.count"] == page.items().len()));
    let derived = Client::new(Options { users: 100, ..Options::default() });
    assert_eq!(devices(&derived).len(), 120);
}

#[test]
fn devices_have_the_odd_cases_of_real_ones() {
    let client = client(600);
    let devices = devices(&client);
    let known: HashMap<&str, &Value> =
        devices.iter().map(|device| (device["id"].as_str().unwrap(), device)).collect();
    assert_eq!(known.len(), 600);
    for (name, some) in [
        ("deviceType", &["windowsRT", "macMDM", "iPad", "linux", "chromeOS", "holoLens"][..]),
        ("operatingSystem", &["Windows", "iOS", "iPadOS", "Windows Server", "ChromeOS", "macOS"]),
        ("chassisType", &["laptop", "desktop", "enterpriseServer", "phone", "tablet", "unknown"]),
        ("ownerType", &["company", "personal", "unknown"]),
        ("managementAgent", &["mdm", "eas", "msSense", "jamf", "intuneAosp"]),
        ("complianceState", &["compliant", "noncompliant", "inGracePeriod", "unknown"]),
        ("serialNumber", &["", "Defaultstring"]),
        ("userId", &[""]),
        ("wiFiMacAddress", &[""]),
        ("azureADDeviceId", &[NO_ID]),
    ] {
        let found = values(&devices, name);
        assert!(some.iter().all(|value| found.contains(value)), "{name}: {found:?}");
    }
    let mut serials: BTreeMap<&str, u32> = BTreeMap::new();
    for serial in texts(&devices, "/serialNumber") {
        *serials.entry(serial).or_default() += 1;
    }
    let repeated = serials.iter().filter(|(serial, count)| serial.len() == 10 && **count > 1);
    assert!(repeated.count() > 0);
    let users = all(&client, &format!("{V1}/users?$select=id"));
    let users = values(&users, "id");
    let gone = values(&devices, "userId").iter().filter(|id| !users.contains(*id)).count();
    assert!((10..100).contains(&gone), "{gone}");
}

#[test]
fn most_devices_are_known_to_the_directory() {
    let client = client(100);
    let known: BTreeSet<String> = (0..client.cloud.tenant.devices)
        .map(|index| {
            let device = crate::world::directory::device::Device::new(&client.cloud.tenant, index);
            let id = crate::world::directory::Object::property(&device, "deviceId").unwrap();
            id.as_str().unwrap().to_owned()
        })
        .collect();
    let devices = devices(&client);
    let ids = texts(&devices, "/azureADDeviceId");
    let found = ids.iter().filter(|id| known.contains(**id)).count();
    assert!((70..100).contains(&found), "{found}");
}

#[test]
fn version_1_has_fewer_properties() {
    let client = client(3);
    let token = client.graph_token();
    let of = |version: &str, query: &str| {
        client.get(&token, &format!("{version}/deviceManagement/managedDevices{query}"))
    };
    assert!(of(V1, "").items()[0].get("chassisType").is_none());
    assert_eq!(of(V1, "?$select=id,chassisType").status, 400);
    let some = of(BETA, "?$select=id,chassisType&$top=2");
    assert_eq!(some.items().len(), 2);
    assert!(some.items().iter().all(|item| item.as_object().unwrap().len() == 2));
    assert!(some.next_link().unwrap().contains("$select=id%2CchassisType"));
    assert_eq!(of(BETA, "?$top=1001").status, 400);
    assert_eq!(of(BETA, "?$filter=id eq 'x'").status, 400);
}

#[test]
fn applications_and_devices_agree_in_every_view() {
    let client = client(80);
    let token = client.graph_token();
    let mut by_app: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for device in devices(&client) {
        let id = device["id"].as_str().unwrap();
        let address = format!("{BETA}/deviceManagement/manageddevices/{id}");
        let listed = client.all(&token, &format!("{address}/detectedApps"));
        let expanded = client.get(&token, &format!("{address}?$expand=detectedApps"));
        assert_eq!(expanded.body["detectedApps"].as_array().unwrap(), &listed);
        assert_eq!(expanded.body["deviceName"], device["deviceName"]);
        for app in listed {
            let app = app["id"].as_str().unwrap().to_owned();
            by_app.entry(app).or_default().insert(id.to_owned());
        }
    }
    let apps = all(&client, &format!("{V1}/deviceManagement/detectedApps"));
    assert_eq!(apps.len(), 400);
    for app in &apps {
        let id = app["id"].as_str().unwrap();
        assert_eq!(id.len(), 44);
        let on = by_app.remove(id).unwrap_or_default();
        assert_eq!(app["deviceCount"], on.len(), "{app}");
        let address = format!("{V1}/deviceManagement/detectedApps/{id}/managedDevices?$select=id");
        let found: BTreeSet<String> =
            all(&client, &address).iter().map(|it| it["id"].as_str().unwrap().to_owned()).collect();
        assert_eq!(found, on);
    }
    assert!(by_app.is_empty());
    let names: BTreeSet<(&str, &str)> =
        texts(&apps, "/displayName").into_iter().zip(texts(&apps, "/publisher")).collect();
    let versions: BTreeSet<(&str, &str, &str)> = names
        .iter()
        .flat_map(|(name, publisher)| {
            let same = apps.iter().filter(|it| it["displayName"] == *name);
            same.map(|it| (*name, *publisher, it["version"].as_str().unwrap()))
        })
        .collect();
    assert!(names.len() < versions.len() && versions.len() < apps.len());
    assert!(names.iter().any(|(name, _)| name.contains('\n')));
}

#[test]
fn policies_have_states_of_devices_that_may_be_gone() {
    let client = client(400);
    let token = client.graph_token();
    let ids: BTreeSet<String> =
        devices(&client).iter().map(|it| it["id"].as_str().unwrap().to_owned()).collect();
    for (list, count) in [("deviceCompliancePolicies", 12), ("deviceConfigurations", 20)] {
        let policies = all(&client, &format!("{V1}/deviceManagement/{list}"));
        assert_eq!((policies.len(), values(&policies, "id").len()), (count, count));
        assert!(values(&policies, "@odata.type").len() > 8);
        let mut statuses = BTreeSet::new();
        let (mut gone, mut system) = (0, 0);
        for policy in texts(&policies, "/id") {
            let address = format!("{BETA}/deviceManagement/{list}/{policy}/deviceStatuses");
            let states = client.all(&token, &address);
            assert_eq!(values(&states, "id").len(), states.len());
            for state in &states {
                let parts: Vec<&str> = state["id"].as_str().unwrap().split('_').collect();
                assert_eq!(parts[1], policy);
                let is_of_system = state["userName"] == "System account";
                assert_eq!(parts[0] == client.cloud.tenant.intune_account(), !is_of_system);
                gone += u32::from(!ids.contains(parts[2]));
                system += u32::from(state["userName"] == "System account");
                statuses.insert(state["status"].as_str().unwrap().to_owned());
            }
        }
        assert!(gone > 10 && system > 5, "{gone} gone, {system} of the system");
        assert!(statuses.contains("nonCompliant") && statuses.contains("error"));
    }
    let catalog = all(&client, &format!("{BETA}/deviceManagement/configurationPolicies"));
    assert_eq!(catalog.len(), 8);
    assert_eq!(
        client.get(&token, &format!("{V1}/deviceManagement/configurationPolicies")).status,
        400
    );
}

#[test]
fn distributed_applications_can_be_filtered() {
    let client = client(10);
    let token = client.graph_token();
    let list = format!("{BETA}/deviceAppManagement/mobileApps");
    let filter = "(isAssigned eq true or microsoft.graph.managedApp/appAvailability eq \
                  'lineOfBusiness' or microsoft.graph.managedApp/appAvailability eq null)";
    let all = client.all(&token, &list);
    let some = client.all(&token, &format!("{list}?$filter={filter}"));
    let is_wanted = |app: &&Value| app["isAssigned"] == true || app["appAvailability"] != "global";
    let wanted: Vec<&Value> = all.iter().filter(is_wanted).collect();
    assert!(wanted.len() < all.len());
    assert_eq!(some.iter().collect::<Vec<_>>(), wanted);
    // The same in pages: the link repeats the filter.
    let capped = Client::new(Options { page_size: Some(7), ..options(10) });
    assert_eq!(capped.all(&capped.graph_token(), &format!("{list}?$filter={filter}")), some);
    assert_eq!(client.get(&token, &format!("{list}?$top=999")).status, 500);
}

#[test]
fn what_the_tenant_has_of_intune_shows() {
    for (license, authority) in
        [(License::Full, "intune"), (License::Basic, "office365"), (License::None, "unknown")]
    {
        let intune = Intune { license, ..Intune::default() };
        let client = Client::new(Options { intune, ..Options::default() });
        let token = client.graph_token();
        let id = client.cloud.tenant.id();
        let reply = client.get(
            &token,
            &format!("{V1}/organization/{id}?$select=mobileDeviceManagementAuthority"),
        );
        assert_eq!(reply.body["mobileDeviceManagementAuthority"], authority);
        let account = client.get(&token, &format!("{V1}/deviceManagement?$select=intuneAccountId"));
        let state = client.get(&token, &format!("{BETA}/deviceManagement/subscriptionState"));
        if license == License::None {
            for refused in [account, state] {
                assert_eq!((refused.status, refused.code()), (400, "BadRequest"));
                let text = &refused.body["error"]["message"];
                assert_eq!(text, "Request not applicable to target tenant.");
            }
            continue;
        }
        let is_full = license == License::Full;
        assert_eq!(account.body["intuneAccountId"] == NO_ID, !is_full);
        assert_eq!(state.body["value"], "active");
        assert_eq!(devices(&client).len(), 240);
        for list in ["deviceManagement/detectedApps", "deviceAppManagement/mobileApps"] {
            assert_eq!(all(&client, &format!("{BETA}/{list}")).is_empty(), !is_full, "{list}");
        }
        let job = json!({ "reportName": "DeviceCompliance" });
        let reply =
            client.post(&token, &format!("{BETA}/deviceManagement/reports/exportJobs"), &job);
        assert_eq!(reply.status, if is_full { 201 } else { 400 });
    }
    let client = client(5);
    let nobody = client.cloud.tenant.user_id(1);
    let reply = client.get(&client.graph_token(), &format!("{V1}/organization/{nobody}"));
    assert_eq!(reply.status, 404);
}

#[test]
fn permissions_decide_by_path_and_are_told_in_the_way_of_intune() {
    let principals: Vec<_> = ["ManagedDevices", "Configuration", "Apps", "ServiceConfig"]
        .map(|area| with_roles(area, &[&format!("DeviceManagement{area}.Read.All")]))
        .into();
    let client = Client::new(Options { principals: principals.clone(), ..options(20) });
    let device = devices(&client)[0]["id"].as_str().unwrap().to_owned();
    let apps = format!("deviceManagement/managedDevices/{device}/detectedApps");
    let paths = [
        ("deviceManagement/managedDevices", "ManagedDevices"),
        ("deviceManagement/detectedApps", "ManagedDevices"),
        (apps.as_str(), "ManagedDevices"),
        ("deviceManagement/deviceCompliancePolicies", "Configuration"),
        ("deviceManagement/deviceConfigurations", "Configuration"),
        ("deviceManagement/configurationPolicies", "Configuration"),
        ("deviceAppManagement/mobileApps", "Apps"),
        ("deviceManagement/subscriptionState", "ServiceConfig"),
    ];
    for principal in &principals {
        let token = client.token(principal, GRAPH);
        for (path, area) in paths {
            let reply: Reply = client.get(&token, &format!("{BETA}/{path}"));
            if principal.client_id == area {
                assert_eq!(reply.status, 200, "{path} for {area}");
                continue;
            }
            assert_eq!((reply.status, reply.code()), (403, "Forbidden"), "{path}");
            let message = reply.body["error"]["message"].as_str().unwrap();
            let inner: Value = serde_json::from_str(message).unwrap();
            assert_eq!(inner["_version"], 3);
            let text = inner["Message"].as_str().unwrap();
            assert!(text.contains(&format!("DeviceManagement{area}.Read.All")), "{text}");
        }
        assert_eq!(client.get(&token, &format!("{V1}/deviceManagement")).status, 200);
    }
}

#[test]
fn what_there_is_not_is_not_found() {
    let client = client(5);
    let token = client.graph_token();
    let user = client.cloud.tenant.user_id(0);
    for path in [
        format!("managedDevices/{user}"),
        format!("managedDevices/{user}/detectedApps"),
        "detectedApps/0006/managedDevices".to_owned(),
        format!("deviceConfigurations/{user}/deviceStatuses"),
        "reports/exportJobs('x')".to_owned(),
    ] {
        let reply = client.get(&token, &format!("{BETA}/deviceManagement/{path}"));
        assert_eq!((reply.status, reply.code()), (404, "ResourceNotFound"), "{path}");
    }
    assert_eq!(client.get(&token, &format!("{BETA}/deviceManagement/nothing")).status, 400);
    assert_eq!(
        client.get(&token, &format!("{BETA}/deviceManagement/reports/exportJobs")).status,
        405
    );
}

#[test]
fn devices_appear_change_and_vanish() {
    let client = client(500);
    let by_id = |client: &Client| -> BTreeMap<String, Value> {
        let id = |device: &Value| device["id"].as_str().unwrap().to_owned();
        devices(client).into_iter().map(|device| (id(&device), device)).collect()
    };
    let fleet = &client.cloud.tenant.fleet;
    let before = by_id(&client);
    let changes = DeviceChanges { appear: 3, change: 5, vanish: 4 };
    assert_eq!(fleet.change(client.cloud.tenant.seed, changes), changes);
    let after = by_id(&client);
    let vanished = before.keys().filter(|id| !after.contains_key(*id)).count();
    let appeared = after.keys().filter(|id| !before.contains_key(*id)).count();
    let changed = after.iter().filter(|(id, it)| before.get(*id).is_some_and(|was| was != *it));
    assert_eq!((vanished, appeared, changed.count()), (4, 3, 5));
    // Again, with the same seed, it would be the same ones.
    let again = self::client(500);
    again.cloud.tenant.fleet.change(again.cloud.tenant.seed, changes);
    assert_eq!(by_id(&again), after);
    let most = DeviceChanges { appear: 0, change: 9, vanish: 10_000 };
    let done = fleet.change(client.cloud.tenant.seed, most);
    assert_eq!((done.vanish, done.change), (499, 0));
    assert!(by_id(&client).is_empty());
}

#[test]
fn little_is_kept_of_fifty_thousand_devices() {
    let intune = Intune {
        devices: Some(50_000),
        detected_apps: 100_000,
        apps_per_device: 80,
        ..Intune::default()
    };
    let client = Client::new(Options { users: 40_000, intune, ..Options::default() });
    let token = client.graph_token();
    let select = format!("{BETA}/deviceManagement/managedDevices?$select=id,userId");
    assert_eq!(client.all(&token, &select).len(), 50_000);
    let apps = client.get(&token, &format!("{V1}/deviceManagement/detectedApps?$top=1000"));
    assert_eq!(apps.items().len(), 1000);
    assert!(size_of::<crate::world::intune::fleet::Fleet>() <= 512);
}
