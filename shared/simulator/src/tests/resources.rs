//! What resources say about one another.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::{Client, texts, versioned};
use crate::options::Options;

fn client() -> Client {
    Client::new(Options { subscriptions: 2, resources: 600, ..Options::default() })
}

fn list(client: &Client, kind: &str) -> Vec<Value> {
    let id = client.cloud.tenant.subscription_id(0);
    let address = format!("management.azure.com/subscriptions/{id}/providers/{kind}");
    client.all(&client.arm_token(), &versioned(&address, kind))
}

fn lower(ids: &[&str]) -> HashSet<String> {
    ids.iter().map(|id| id.to_lowercase()).collect()
}

/// The elements of the lists at a path of all items.
fn inner(items: &[Value], pointer: &str) -> Vec<Value> {
    let lists = items.iter().filter_map(|item| item.pointer(pointer)?.as_array());
    lists.flatten().cloned().collect()
}

#[test]
fn machines_interfaces_and_disks_refer_to_one_another() {
    let client = client();
    let machines = list(&client, "Microsoft.Compute/virtualMachines");
    let disks = list(&client, "Microsoft.Compute/disks");
    let interfaces = list(&client, "Microsoft.Network/networkInterfaces");
    let machine_ids = lower(&texts(&machines, "/id"));
    let attached = inner(&machines, "/properties/networkProfile/networkInterfaces");
    let owners = texts(&interfaces, "/properties/virtualMachine/id");
    assert_eq!(lower(&owners), machine_ids);
    assert!(owners.len() > machines.len() && owners.len() < interfaces.len());
    let with_owner: Vec<Value> = interfaces
        .iter()
        .filter(|interface| interface.pointer("/properties/virtualMachine").is_some())
        .cloned()
        .collect();
    assert_eq!(lower(&texts(&attached, "/id")), lower(&texts(&with_owner, "/id")));
    // The two sides spell the same id in different ways.
    assert_ne!(texts(&machines, "/id")[0], owners[0]);

    let mut used = texts(&machines, "/properties/storageProfile/osDisk/managedDisk/id");
    let data = inner(&machines, "/properties/storageProfile/dataDisks");
    used.extend(texts(&data, "/managedDisk/id"));
    let held: Vec<Value> =
        disks.iter().filter(|disk| disk.get("managedBy").is_some()).cloned().collect();
    assert_eq!(lower(&used), lower(&texts(&held, "/id")));
    assert!(lower(&texts(&held, "/managedBy")).is_subset(&machine_ids));
    let states: HashSet<&str> = texts(&disks, "/properties/diskState").into_iter().collect();
    assert_eq!(states, HashSet::from(["Attached", "Reserved", "Unattached"]));
}

#[test]
fn unmanaged_disks_are_blobs_of_a_storage_account() {
    let client = client();
    let machines = list(&client, "Microsoft.Compute/virtualMachines");
    let accounts = list(&client, "Microsoft.Storage/storageAccounts");
    let names: HashSet<&str> = texts(&accounts, "/name").into_iter().collect();
    let blobs = texts(&machines, "/properties/storageProfile/osDisk/vhd/uri");
    assert!(!blobs.is_empty() && blobs.len() < machines.len() / 4);
    for blob in blobs {
        let host = blob.strip_prefix("https://").unwrap().split('/').next().unwrap();
        assert!(names.contains(host.strip_suffix(".blob.core.windows.net").unwrap()), "{blob}");
    }
}

#[test]
fn identities_of_machines_are_service_principals() {
    let client = client();
    let token = client.graph_token();
    let all = client.all(&token, "graph.microsoft.com/v1.0/servicePrincipals?$top=999");
    let managed: HashMap<&str, &Value> = all
        .iter()
        .filter(|principal| principal["servicePrincipalType"] == "ManagedIdentity")
        .map(|principal| (principal["id"].as_str().unwrap(), principal))
        .collect();
    let machines = list(&client, "Microsoft.Compute/virtualMachines");
    let mut found = 0;
    for machine in &machines {
        let Some(id) = machine.pointer("/identity/principalId").and_then(Value::as_str) else {
            continue;
        };
        let principal = managed[id];
        assert_eq!(principal["displayName"], machine["name"]);
        let resource = principal["alternativeNames"][1].as_str().unwrap();
        assert_eq!(resource.to_lowercase(), machine["id"].as_str().unwrap().to_lowercase());
        found += 1;
    }
    assert!(found >= machines.len() / 5);
    let shared = machines.iter().filter_map(|machine| {
        machine.pointer("/identity/userAssignedIdentities")?.as_object()?.values().next()
    });
    let shared: HashSet<&str> = shared.filter_map(|it| it["principalId"].as_str()).collect();
    assert!(shared.len() == 2 && shared.iter().all(|id| managed.contains_key(id)));
}

#[test]
fn networks_groups_and_addresses_refer_to_what_exists() {
    let client = client();
    let networks = list(&client, "Microsoft.Network/virtualNetworks");
    let groups = list(&client, "Microsoft.Network/networkSecurityGroups");
    let interfaces = list(&client, "Microsoft.Network/networkInterfaces");
    let addresses = list(&client, "Microsoft.Network/publicIPAddresses");
    let subnets = inner(&networks, "/properties/subnets");
    let subnet_ids = lower(&texts(&subnets, "/id"));
    let group_ids = lower(&texts(&groups, "/id"));
    let configurations = inner(&interfaces, "/properties/ipConfigurations");
    assert!(lower(&texts(&configurations, "/properties/subnet/id")).is_subset(&subnet_ids));
    let mut in_subnets = inner(&subnets, "/properties/ipConfigurations");
    in_subnets.retain(|it| !it["id"].as_str().unwrap().contains("/virtualNetworkGateways/"));
    assert_eq!(lower(&texts(&in_subnets, "/id")), lower(&texts(&configurations, "/id")));
    // Both sides of the protection say the same.
    for (side, pointer) in
        [(&subnets, "/properties/subnets"), (&interfaces, "/properties/networkInterfaces")]
    {
        let protectors = texts(side, "/properties/networkSecurityGroup/id");
        assert!(lower(&protectors).is_subset(&group_ids));
        let is_protected = |it: &&Value| it.pointer("/properties/networkSecurityGroup").is_some();
        let protected: Vec<Value> = side.iter().filter(is_protected).cloned().collect();
        let listed = inner(&groups, pointer);
        assert_eq!(lower(&texts(&listed, "/id")), lower(&texts(&protected, "/id")));
    }
    let used = texts(&configurations, "/properties/publicIPAddress/id");
    let users = texts(&addresses, "/properties/ipConfiguration/id");
    assert_eq!(used.len(), users.len());
    assert!(users.len() < addresses.len());
    assert!(lower(&used).is_subset(&lower(&texts(&addresses, "/id"))));
    let private = texts(&configurations, "/properties/privateIPAddress");
    assert_eq!(private.iter().collect::<HashSet<_>>().len(), private.len());
}

#[test]
fn rules_have_every_way_to_name_an_end() {
    let client = client();
    let groups = list(&client, "Microsoft.Network/networkSecurityGroups");
    let networks = list(&client, "Microsoft.Network/virtualNetworks");
    let subnets = inner(&networks, "/properties/subnets");
    let rules = inner(&groups, "/properties/securityRules");
    let ends: HashSet<&str> = texts(&rules, "/properties/sourceAddressPrefix")
        .into_iter()
        .chain(texts(&rules, "/properties/destinationAddressPrefix"))
        .collect();
    for end in ["Internet", "*", "VirtualNetwork", "Sql.WestEurope", "198.51.100.7/32", "0.0.0.0/0"]
    {
        assert!(ends.contains(end), "{end}");
    }
    assert!(texts(&subnets, "/properties/addressPrefix").iter().any(|range| ends.contains(range)));
    assert!(!inner(&rules, "/properties/sourceAddressPrefixes").is_empty());
    assert!(!inner(&rules, "/properties/destinationPortRanges").is_empty());
    assert!(
        groups.iter().any(|group| group["properties"]["securityRules"] == serde_json::json!([]))
    );
    let defaults = groups.iter().map(|group| &group["properties"]["defaultSecurityRules"]);
    assert!(defaults.into_iter().all(|rules| rules.as_array().unwrap().len() == 6));
}

#[test]
fn accounts_and_vaults_have_every_kind_of_protection() {
    let client = client();
    let accounts = list(&client, "Microsoft.Storage/storageAccounts");
    let vaults = list(&client, "Microsoft.KeyVault/vaults");
    let uris: HashSet<&str> = texts(&vaults, "/properties/vaultUri").into_iter().collect();
    assert_eq!(uris.len(), vaults.len());
    for uri in texts(&accounts, "/properties/encryption/keyvaultproperties/keyvaulturi") {
        assert!(uris.contains(format!("{uri}/").as_str()), "{uri}");
    }
    let sources: HashSet<&str> =
        texts(&accounts, "/properties/encryption/keySource").into_iter().collect();
    assert_eq!(sources, HashSet::from(["Microsoft.Storage", "Microsoft.Keyvault"]));
    let actions: HashSet<&str> =
        texts(&accounts, "/properties/networkAcls/defaultAction").into_iter().collect();
    assert_eq!(actions, HashSet::from(["Allow", "Deny"]));
    let by_roles = |vault: &&Value| vault["properties"]["enableRbacAuthorization"] == true;
    let with_roles = vaults.iter().filter(by_roles).count();
    assert!(with_roles > 0 && with_roles < vaults.len());
    assert!(!inner(&vaults, "/properties/accessPolicies").is_empty());
}

#[test]
fn tags_are_there_or_not_and_are_always_texts() {
    let client = client();
    let disks = list(&client, "Microsoft.Compute/disks");
    let tagged: Vec<&Value> = disks.iter().filter_map(|disk| disk.get("tags")).collect();
    assert!(tagged.len() > disks.len() / 3 && tagged.len() < disks.len());
    let values: HashSet<&str> = tagged
        .iter()
        .flat_map(|tags| tags.as_object().unwrap().values())
        .map(|value| value.as_str().unwrap())
        .collect();
    for value in ["true", "false", "4711", "1.5", ""] {
        assert!(values.contains(value), "{value:?}");
    }
    assert!(tagged.iter().any(|tags| tags["environment"].is_string()));
    assert!(tagged.iter().any(|tags| tags.as_object().unwrap().is_empty()));
}
