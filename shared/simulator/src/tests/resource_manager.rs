//! Azure Resource Manager: lists, single resources and errors.

use std::collections::HashSet;

use serde_json::Value;

use super::{Client, Reply, texts, versioned};
use crate::options::Options;
use crate::world::resources::catalog;
use crate::world::resources::kind::{Kind, Method, Scope};

fn client() -> Client {
    Client::new(Options { subscriptions: 5, resources: 400, ..Options::default() })
}

fn subscription(client: &Client, index: u64) -> String {
    format!("management.azure.com/subscriptions/{}", client.cloud.tenant.subscription_id(index))
}

/// Every type that lists what lies in a subscription.
fn listed() -> impl Iterator<Item = &'static Kind> {
    let is_listed = |kind: &&Kind| {
        let is_below = kind.parent().is_some() || kind.is_extension();
        let is_of_groups = kind.listed_by == [Scope::ResourceGroup];
        kind.scope != Scope::Tenant
            && !is_below
            && !is_of_groups
            && !kind.name.ends_with("usageDetails")
            // Where a provider is present is the path of other lists, not a list of its own.
            && !kind.name.ends_with("/locations")
    };
    catalog::all().iter().filter(is_listed)
}

/// Lists that hold something in the third subscription too, which has no resources: its roles, its
/// settings of Defender, what policies say of it, and what Microsoft itself provides.
const IN_EVERY_SUBSCRIPTION: &[&str] = &[
    "/roleAssignments?",
    "/roleDefinitions?",
    "Microsoft.Network/bgpServiceCommunities?",
    "Microsoft.PolicyInsights/policyStates?",
    "Microsoft.Security/autoProvisioningSettings?",
    "Microsoft.Security/pricings?",
    "Microsoft.Security/secureScores?",
    "Microsoft.Security/securityContacts?",
    "Microsoft.Security/settings?",
];

/// Every list of a subscription, below its address.
fn lists() -> Vec<String> {
    let of_types = listed().map(|kind| versioned(&format!("providers/{}", kind.name), kind.name));
    let others = [
        "resourcegroups?api-version=2024-03-01",
        "providers/Microsoft.Insights/diagnosticSettings?api-version=2021-05-01-preview",
    ];
    of_types.chain(others.map(str::to_owned)).collect()
}

#[test]
fn a_subscription_can_have_some_of_the_types_only() {
    let client = Client::new(Options {
        subscriptions: 2,
        resources: 400,
        types: Some(20),
        ..Options::default()
    });
    let token = client.arm_token();
    let types_of = |index| -> HashSet<&str> {
        let kinds = listed().filter(|kind| kind.lies_in_group() && kind.method == Method::Get);
        let has_any = |kind: &&Kind| {
            let list = versioned(&format!("providers/{}", kind.name), kind.name);
            let address = format!("{}/{list}", subscription(&client, index));
            client.pages(&token, &address).iter().any(|page| !page.items().is_empty())
        };
        kinds.filter(has_any).map(|kind| kind.name).collect()
    };
    let (one, other) = (types_of(0), types_of(1));
    for types in [&one, &other] {
        assert!((12..=28).contains(&types.len()), "{types:?}");
        assert!(types.contains("Microsoft.Storage/storageAccounts"));
    }
    assert_ne!(one, other);
}

#[test]
fn pages_of_every_list_add_up_and_ids_are_unique_without_case() {
    let page_size = Some(9);
    let client =
        Client::new(Options { subscriptions: 5, resources: 400, page_size, ..Options::default() });
    let token = client.arm_token();
    let mut empty = 0;
    for index in 0..5 {
        for list in lists() {
            let address = format!("{}/{list}", subscription(&client, index));
            let pages = client.pages(&token, &address);
            let is_empty = |page: &&Reply| page.items().is_empty() && page.next_link().is_some();
            empty += pages.iter().filter(is_empty).count();
            let all: Vec<Value> = pages.iter().flat_map(Reply::items).cloned().collect();
            let ids: HashSet<String> =
                texts(&all, "/id").into_iter().map(str::to_lowercase).collect();
            assert_eq!(ids.len(), all.len(), "{address}");
            assert!(pages.iter().all(|page| page.items().len() <= 9));
            let is_everywhere = IN_EVERY_SUBSCRIPTION.iter().any(|it| list.contains(it));
            let is_empty = index == 2 && !is_everywhere;
            // Not every subscription keeps its log.
            assert!(list.contains("diagnostic") || all.is_empty() == is_empty, "{address}");
        }
    }
    assert!(empty > 5, "some lists have empty pages before their end");
}

#[test]
fn every_resource_is_found_by_the_id_that_its_list_gives() {
    let client = client();
    let token = client.arm_token();
    for kind in listed().filter(|kind| kind.lies_in_group()) {
        let list = format!("{}/providers/{}", subscription(&client, 0), kind.name);
        let all = client.all(&token, &versioned(&list, kind.name));
        for resource in &all {
            let id = resource["id"].as_str().unwrap();
            for id in [id.to_owned(), id.to_lowercase(), id.to_uppercase()] {
                let address = versioned(&format!("management.azure.com/{id}"), kind.name);
                let reply = client.get(&token, &address);
                assert_eq!((reply.status, &reply.body), (200, resource), "{id}");
            }
        }
    }
}

#[test]
fn a_resource_is_listed_in_its_own_group_only() {
    let client = client();
    let token = client.arm_token();
    let version = "api-version=2024-03-01";
    let base = subscription(&client, 0);
    let mut found = 0;
    for group in client.all(&token, &format!("{base}/resourcegroups?{version}")) {
        let id = group["id"].as_str().unwrap();
        let reply = client.get(&token, &format!("management.azure.com{id}?{version}"));
        assert_eq!((reply.status, &reply.body), (200, &group));
        let disks = "providers/Microsoft.Compute/disks?api-version=2024-03-02";
        let list = format!("management.azure.com{id}/{disks}");
        found += client.all(&token, &list).len();
    }
    let disks = format!("{base}/providers/Microsoft.Compute/disks?api-version=2024-03-02");
    assert_eq!(found, client.all(&token, &disks).len());
}

#[test]
fn subscriptions_differ() {
    let client = client();
    let token = client.arm_token();
    let address = "management.azure.com/subscriptions?api-version=2022-12-01";
    let all = client.all(&token, address);
    assert_eq!(texts(&all, "/state"), ["Enabled", "Enabled", "Enabled", "Enabled", "Disabled"]);
    assert!(all.iter().any(|subscription| subscription["tags"].is_object()));
    for (index, listed) in (0..).zip(&all) {
        let address = format!("{}?api-version=2022-12-01", subscription(&client, index));
        let reply = client.get(&token, &address);
        assert_eq!(reply.body, *listed);
        assert_eq!(reply.body["tenantId"], client.cloud.tenant.id());
    }
}

#[test]
fn what_does_not_exist_is_refused_in_azures_words() {
    let client = client();
    let token = client.arm_token();
    let base = subscription(&client, 0);
    let nobody = client.cloud.tenant.subscription_id(99);
    let group = crate::world::resources::group::ResourceGroup::new(
        &client.cloud.tenant,
        &client.cloud.tenant.inventories()[0],
        0,
    );
    let group = format!("{base}/resourceGroups/{}", group.name());
    let version = "?api-version=2024-03-01";
    let disks = "?api-version=2024-03-02";
    let roles = "?api-version=2022-04-01";
    let cases = [
        (format!("{base}/resourcegroups"), 400, "MissingApiVersionParameter"),
        (format!("{base}/resourcegroups?api-version="), 400, "MissingApiVersionParameter"),
        (
            format!("management.azure.com/subscriptions/{nobody}?api-version=2022-12-01"),
            404,
            "SubscriptionNotFound",
        ),
        (format!("management.azure.com/subscriptions/mine{version}"), 400, "InvalidSubscriptionId"),
        (
            format!("{base}/providers/Microsoft.Shoes/boots{version}"),
            404,
            "InvalidResourceNamespace",
        ),
        (
            format!("{base}/providers/Microsoft.Compute/snapshots{version}"),
            404,
            "InvalidResourceType",
        ),
        (format!("{base}/resourceGroups/nowhere{version}"), 404, "ResourceGroupNotFound"),
        (format!("{group}/providers/Microsoft.Compute/disks/none{disks}"), 404, "ResourceNotFound"),
        (
            format!("{base}/providers/Microsoft.Compute/disks{disks}&$skipToken=50"),
            400,
            "InvalidSkipToken",
        ),
        (
            format!("{base}/providers/Microsoft.Authorization/roleAssignments{roles}&$filter=x"),
            400,
            "UnsupportedQuery",
        ),
        (format!("management.azure.com/nowhere{version}"), 404, "MissingSubscription"),
    ];
    for (address, status, code) in cases {
        let reply = client.get(&token, &address);
        assert_eq!((reply.status, reply.code()), (status, code), "{address}");
        assert!(reply.body["error"]["message"].is_string());
    }
}

#[test]
fn a_version_that_there_is_not_is_refused_in_azures_words() {
    let client = client();
    let token = client.arm_token();
    let base = subscription(&client, 0);
    let disks = format!("{base}/providers/Microsoft.Compute/disks");
    let disk = client.all(&token, &format!("{disks}?api-version=2024-03-02"));
    let disk = format!("management.azure.com{}", texts(&disk, "/id")[0]);
    for (address, status, code, text) in [
        (&base, 400, "InvalidApiVersionParameter", "The supported versions are '2022-12-01'"),
        (&disks, 404, "InvalidResourceType", "for api version '2024-07-01'. The supported"),
        (
            &disk,
            400,
            "NoRegisteredProviderFound",
            "'2023-10-02, 2024-03-02, 2025-01-02, 2026-03-02'",
        ),
    ] {
        let reply = client.get(&token, &format!("{address}?api-version=2024-07-01"));
        assert_eq!((reply.status, reply.code()), (status, code), "{address}");
        let message = reply.body["error"]["message"].as_str().unwrap();
        assert!(message.contains(text), "{message}");
    }
}

#[test]
fn a_subscription_is_told_of_its_resource_providers() {
    let client = client();
    let token = client.arm_token();
    let address = format!("{}/providers?api-version=2021-04-01", subscription(&client, 0));
    let all = client.all(&token, &address);
    assert!(texts(&all, "/namespace").contains(&"Microsoft.KeyVault"));
    let names: HashSet<String> = all
        .iter()
        .flat_map(|provider| {
            let types = provider["resourceTypes"].as_array().unwrap();
            let namespace = provider["namespace"].as_str().unwrap();
            texts(types, "/resourceType").into_iter().map(move |it| format!("{namespace}/{it}"))
        })
        .collect();
    assert_eq!(names, catalog::all().iter().map(|kind| kind.name.to_owned()).collect());
}

#[test]
fn what_lies_below_is_listed_and_found() {
    let client = client();
    let token = client.arm_token();
    let networks =
        format!("{}/providers/Microsoft.Network/virtualNetworks", subscription(&client, 0));
    let version = "api-version=2024-05-01";
    for network in client.all(&token, &format!("{networks}?{version}")) {
        let id = network["id"].as_str().unwrap();
        let list = format!("management.azure.com{id}/subnets?{version}");
        let subnets = client.all(&token, &list);
        assert_eq!(Value::from(subnets.clone()), network["properties"]["subnets"]);
        for subnet in &subnets {
            let id = subnet["id"].as_str().unwrap();
            let reply = client.get(&token, &format!("management.azure.com{id}?{version}"));
            assert_eq!(reply.body, *subnet);
        }
    }
}

/// The items of a list of a type below something, each of which is found by its id.
fn found_below(client: &Client, id: &str, list: &str, kind: &str) -> Vec<Value> {
    let token = client.arm_token();
    let items = client.all(&token, &versioned(&format!("management.azure.com{id}/{list}"), kind));
    for item in &items {
        let own = item["id"].as_str().unwrap();
        assert!(own.starts_with(&format!("{id}/{list}/")), "{own}");
        assert_eq!(item["type"], kind);
        let reply = client.get(&token, &versioned(&format!("management.azure.com{own}"), kind));
        assert_eq!(reply.body, *item);
    }
    items
}

#[test]
fn children_and_extensions_need_no_more_than_a_file() {
    let client = client();
    let token = client.arm_token();
    let identities = "Microsoft.ManagedIdentity/userAssignedIdentities";
    let address = format!("{}/providers/{identities}", subscription(&client, 0));
    for identity in client.all(&token, &versioned(&address, identities)) {
        let (id, list) = (identity["id"].as_str().unwrap(), "federatedIdentityCredentials");
        let found = found_below(&client, id, list, &format!("{identities}/{list}"));
        assert!((1..=2).contains(&found.len()));
    }
    let (kind, list) = ("Microsoft.Authorization/locks", "providers/Microsoft.Authorization/locks");
    let base = subscription(&client, 0);
    let mut found =
        found_below(&client, base.trim_start_matches("management.azure.com"), list, kind);
    let of_subscription = found.len();
    let groups = format!("{base}/resourcegroups?api-version=2024-03-01");
    for group in client.all(&token, &groups) {
        found.extend(found_below(&client, group["id"].as_str().unwrap(), list, kind));
    }
    assert!(found.len() > of_subscription + 3);
    let disks = format!("{base}/providers/Microsoft.Compute/disks?api-version=2024-03-02");
    let disk = client.all(&token, &disks)[0]["id"].as_str().unwrap().to_owned();
    let refused =
        client.get(&token, &versioned(&format!("management.azure.com{disk}/{list}"), kind));
    assert_eq!((refused.status, refused.code()), (400, "ResourceTypeNotSupported"));
}

#[test]
fn parts_of_networks_and_security_groups_are_lists_of_their_own() {
    let client = client();
    let token = client.arm_token();
    for (kind, list, property) in [
        ("networkSecurityGroups", "securityRules", "securityRules"),
        ("networkSecurityGroups", "defaultSecurityRules", "defaultSecurityRules"),
        ("virtualNetworks", "virtualNetworkPeerings", "virtualNetworkPeerings"),
        ("virtualNetworks", "subnets", "subnets"),
    ] {
        let kind = format!("Microsoft.Network/{kind}");
        let parents = versioned(
            &format!("{}/providers/{kind}", subscription(&client, 0)),
            &format!("{kind}/{list}"),
        );
        let mut found = 0;
        for parent in client.all(&token, &parents) {
            let id = parent["id"].as_str().unwrap();
            let items = found_below(&client, id, list, &format!("{kind}/{list}"));
            found += items.len();
            assert_eq!(parent["properties"][property], Value::from(items), "{id}");
        }
        assert!(found > 0, "{list}");
    }
}

#[test]
fn resources_of_all_types_are_in_one_list() {
    let client = client();
    let token = client.arm_token();
    let base = subscription(&client, 0);
    let version = "api-version=2021-04-01";
    let all = client.all(&token, &format!("{base}/resources?{version}"));
    let ids: HashSet<String> = texts(&all, "/id").into_iter().map(str::to_lowercase).collect();
    assert_eq!(ids.len(), all.len());
    let mut expected = 0;
    for kind in listed().filter(|kind| kind.lies_in_group()) {
        let list = versioned(&format!("{base}/providers/{}", kind.name), kind.name);
        for resource in client.all(&token, &list) {
            assert!(ids.contains(&resource["id"].as_str().unwrap().to_lowercase()), "{resource}");
            expected += 1;
        }
    }
    // Some types have lists by resource group only.
    let is_of_groups = |it: &&Value| {
        let kind = catalog::find(it["type"].as_str().unwrap()).unwrap();
        kind.listed_by == [Scope::ResourceGroup]
    };
    assert_eq!(all.len(), expected + all.iter().filter(is_of_groups).count());
    let disks = "resourceType eq 'Microsoft.Compute/disks'";
    let disks = client.all(&token, &format!("{base}/resources?{version}&$filter={disks}"));
    assert!(!disks.is_empty() && disks.iter().all(|it| it["type"] == "Microsoft.Compute/disks"));
    let mut in_groups = 0;
    for group in client.all(&token, &format!("{base}/resourcegroups?{version}")) {
        let id = group["id"].as_str().unwrap();
        let list = format!("management.azure.com{id}/resources?{version}");
        in_groups += client.all(&token, &list).len();
    }
    assert_eq!(in_groups, all.len());
}

#[test]
fn roles_and_their_assignments_are_found_by_id_and_by_filter() {
    let client = client();
    let token = client.arm_token();
    let list = format!("{}/providers/Microsoft.Authorization", subscription(&client, 0));
    let version = "api-version=2022-04-01";
    let get =
        |kind: &str, filter: &str| client.all(&token, &format!("{list}/{kind}?{version}{filter}"));
    let (assignments, roles) = (get("roleAssignments", ""), get("roleDefinitions", ""));
    for item in assignments.iter().chain(&roles) {
        let id = item["id"].as_str().unwrap();
        let reply = client.get(&token, &format!("management.azure.com{id}?{version}"));
        assert_eq!((reply.status, &reply.body), (200, item), "{id}");
    }
    for principal in texts(&assignments, "/properties/principalId") {
        let found = get("roleAssignments", &format!("&$filter=principalId eq '{principal}'"));
        let expected = assignments.iter().filter(|it| it["properties"]["principalId"] == principal);
        assert!(found.iter().eq(expected), "{principal}");
    }
    for kind in ["BuiltInRole", "CustomRole"] {
        let found = get("roleDefinitions", &format!("&$filter=type eq '{kind}'"));
        let expected = roles.iter().filter(|it| it["properties"]["type"] == kind);
        assert!(!found.is_empty() && found.iter().eq(expected), "{kind}");
    }
}

#[test]
fn accounts_of_cosmos_db_speak_one_api_each() {
    let client = client();
    let token = client.arm_token();
    let kind = "Microsoft.DocumentDB/databaseAccounts";
    let lists = [
        ("sql", "sqlDatabases"),
        ("mongodb", "mongodbDatabases"),
        ("cassandra", "cassandraKeyspaces"),
        ("gremlin", "gremlinDatabases"),
        ("table", "tables"),
    ];
    let mut spoken = HashSet::new();
    for index in [0, 1] {
        let accounts = format!("{}/providers/{kind}", subscription(&client, index));
        for account in client.all(&token, &versioned(&accounts, kind)) {
            let id = account["id"].as_str().unwrap();
            let speaks = lists.iter().filter(|(api, list)| {
                let list = versioned(&format!("management.azure.com{id}/{list}"), kind);
                let reply = client.get(&token, &list);
                let text = format!("Requests for API {api} are not supported for this account.");
                assert!(
                    reply.status == 200
                        || (reply.status, reply.code()) == (405, "MethodNotAllowed")
                            && reply.body["error"]["message"] == text
                );
                reply.status == 200
            });
            let speaks: Vec<&str> = speaks.map(|(api, _)| *api).collect();
            assert_eq!(speaks.len(), 1, "{account}");
            assert_eq!(speaks == ["mongodb"], account["kind"] == "MongoDB");
            spoken.insert(speaks[0]);
        }
    }
    assert!(spoken.len() > 3, "{spoken:?}");
}

#[test]
fn storage_accounts_have_the_services_that_they_have_addresses_of() {
    let client = client();
    let token = client.arm_token();
    let kind = "Microsoft.Storage/storageAccounts";
    let lists = [
        ("Blob", "blobServices", "containers"),
        ("File", "fileServices", "shares"),
        ("Queue", "queueServices", "queues"),
        ("Table", "tableServices", "tables"),
    ];
    let accounts = format!("{}/providers/{kind}", subscription(&client, 0));
    let mut refused = 0;
    for account in client.all(&token, &versioned(&accounts, kind)) {
        let id = account["id"].as_str().unwrap();
        for (name, service, items) in lists {
            let own = account["properties"]["primaryEndpoints"].get(name.to_lowercase());
            let service_kind = format!("{kind}/{service}");
            let lists = [
                versioned(&format!("management.azure.com{id}/{service}"), &service_kind),
                versioned(
                    &format!("management.azure.com{id}/{service}/default/{items}"),
                    &format!("{service_kind}/{items}"),
                ),
            ];
            for list in lists {
                let reply = client.get(&token, &list);
                if own.is_some() {
                    assert_eq!(reply.status, 200, "{list}");
                } else {
                    assert_eq!(
                        (reply.status, reply.code()),
                        (400, "FeatureNotSupportedForAccount")
                    );
                    let text = format!("{name} is not supported for the account.");
                    assert_eq!(reply.body["error"]["message"], text);
                    refused += 1;
                }
            }
        }
    }
    assert!(refused > 0, "some accounts are of a kind with fewer services");
}

#[test]
fn flexible_scale_sets_have_no_instances_of_their_own() {
    let client = client();
    let token = client.arm_token();
    let kind = "Microsoft.Compute/virtualMachineScaleSets";
    let sets = format!("{}/providers/{kind}", subscription(&client, 0));
    let mut modes = HashSet::new();
    for set in client.all(&token, &versioned(&sets, kind)) {
        let id = set["id"].as_str().unwrap();
        let list = versioned(&format!("management.azure.com{id}/virtualMachines"), kind);
        let mode = set["properties"]["orchestrationMode"].as_str().unwrap().to_owned();
        assert_eq!(client.all(&token, &list).is_empty(), mode == "Flexible");
        let first = versioned(&format!("management.azure.com{id}/virtualMachines/0"), kind);
        let status = if mode == "Flexible" { 404 } else { 200 };
        assert_eq!(client.get(&token, &first).status, status);
        modes.insert(mode);
    }
    assert_eq!(modes.len(), 2);
}

#[test]
fn a_list_is_filtered_and_cut_only_as_its_type_allows() {
    let client = client();
    let token = client.arm_token();
    let disks = format!(
        "{}/providers/Microsoft.Compute/disks?api-version=2024-03-02",
        subscription(&client, 0)
    );
    let reply = client.get(&token, &format!("{disks}&$filter=name eq 'x'"));
    assert_eq!((reply.status, reply.code()), (400, "UnsupportedQuery"));
    let pages = client.pages(&token, &format!("{disks}&$top=3"));
    assert!(pages.iter().all(|page| page.items().len() <= 3));
    let all: usize = pages.iter().map(|page| page.items().len()).sum();
    assert_eq!(all, client.all(&token, &disks).len());
    assert_eq!(client.get(&token, &format!("{disks}&$top=none")).status, 400);
}

#[test]
fn a_doubled_slash_does_no_harm() {
    let client = client();
    let address = subscription(&client, 0).replace("com/", "com//");
    let address = format!(
        "{address}/providers/Microsoft.Insights/diagnosticSettings?api-version=2021-05-01-preview"
    );
    assert_eq!(client.get(&client.arm_token(), &address).status, 200);
}

#[test]
fn states_are_listed_without_anything_else() {
    let client = client();
    let token = client.arm_token();
    let list = format!("{}/providers/Microsoft.Compute/virtualMachines", subscription(&client, 0));
    let all = client.all(&token, &format!("{list}?api-version=2024-07-01&statusOnly=true"));
    let full = client.all(&token, &format!("{list}?api-version=2024-07-01"));
    assert_eq!(texts(&all, "/id"), texts(&full, "/id"));
    let mut states = HashSet::new();
    for machine in &all {
        assert_eq!(machine["properties"].as_object().unwrap().len(), 1);
        let statuses = machine["properties"]["instanceView"]["statuses"].as_array().unwrap();
        let state =
            texts(statuses, "/code").into_iter().find(|code| code.starts_with("PowerState"));
        states.insert(state);
    }
    assert_eq!(states.len(), 8, "seven states, and none: {states:?}");
    let address = format!(
        "management.azure.com{}?api-version=2024-07-01&$expand=instanceView",
        all[0]["id"].as_str().unwrap()
    );
    let single = client.get(&token, &address).body;
    assert_eq!(single["properties"]["instanceView"], all[0]["properties"]["instanceView"]);
    let view = address.replace("?api-version=2024-07-01&$expand=", "/");
    let view = client.get(&token, &format!("{view}?api-version=2024-07-01"));
    assert_eq!(view.body, single["properties"]["instanceView"]);
}

#[test]
fn assignments_reach_from_everything_to_one_resource() {
    let client = client();
    let token = client.arm_token();
    let list = format!("{}/providers/Microsoft.Authorization", subscription(&client, 0));
    let assignments = client.all(&token, &format!("{list}/roleAssignments?api-version=2022-04-01"));
    let definitions = client.all(&token, &format!("{list}/roleDefinitions?api-version=2022-04-01"));
    let known: HashSet<&str> = texts(&definitions, "/id").into_iter().collect();
    let used = texts(&assignments, "/properties/roleDefinitionId");
    assert!(used.iter().all(|id| known.contains(id)));
    let scopes = texts(&assignments, "/properties/scope");
    assert_eq!(scopes[0], "/");
    assert!(scopes[1].starts_with("/providers/Microsoft.Management/managementGroups/"));
    assert!(scopes.iter().any(|scope| scope.split('/').count() == 3));
    assert!(scopes.iter().any(|scope| scope.split('/').count() == 5));
    assert!(scopes.iter().any(|scope| scope.split('/').count() == 9));
    let conditions = texts(&assignments, "/properties/conditionVersion");
    assert!(!conditions.is_empty() && conditions.len() < assignments.len());
    let kinds: HashSet<&str> =
        texts(&assignments, "/properties/principalType").into_iter().collect();
    assert_eq!(kinds, HashSet::from(["User", "Group", "ServicePrincipal"]));
    let custom = texts(&definitions, "/properties/type");
    assert_eq!(custom.iter().filter(|kind| **kind == "CustomRole").count(), 3);
    let at_scope = client
        .all(&token, &format!("{list}/roleAssignments?api-version=2022-04-01&$filter=atScope()"));
    assert!(at_scope.len() < assignments.len());
    let is_above = |scope: &&str| !scope.to_lowercase().contains("/resourcegroups/");
    assert!(texts(&at_scope, "/properties/scope").iter().all(is_above));
}

#[test]
fn diagnostic_settings_hang_on_resources_and_subscriptions() {
    let client = client();
    let token = client.arm_token();
    let settings = "providers/microsoft.insights/diagnosticSettings?api-version=2021-05-01-preview";
    let address = format!("{}/{settings}", subscription(&client, 0));
    let of_subscription = client.all(&token, &address);
    assert!(texts(&of_subscription, "/id")[0].starts_with("subscriptions/"));
    let vaults = format!("{}/providers/Microsoft.KeyVault/vaults", subscription(&client, 0));
    let vaults = client.all(&token, &format!("{vaults}?api-version=2026-02-01"));
    let mut found = 0;
    for vault in texts(&vaults, "/id") {
        let list = client.all(&token, &format!("management.azure.com{vault}/{settings}"));
        assert!(texts(&list, "/id").iter().all(|id| id.starts_with(&vault.to_lowercase())));
        found += list.len();
    }
    assert!(found > vaults.len() / 2);
    let disks = format!("{}/providers/Microsoft.Compute/disks", subscription(&client, 0));
    let disks = client.all(&token, &format!("{disks}?api-version=2024-03-02"));
    let id = texts(&disks, "/id")[0];
    let reply = client.get(&token, &format!("management.azure.com{id}/{settings}"));
    assert_eq!((reply.status, reply.code()), (400, "ResourceTypeNotSupported"));
}
