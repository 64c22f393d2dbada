//! What the doctor finds out, compared with what has been granted in a simulated tenant.

#![expect(clippy::unwrap_used, reason = "a test ends where anything is amiss")]

use std::collections::BTreeSet;
use std::fs;

use collector::doctor::{self, Finding, Report, VaultRefusal};
use collector::event::Event;
use collector::layout;
use collector::ledger::Entry;
use collector::plan::Plan;
use serde::Deserialize as _;
use serde_json::{Value, json};
use simulator::{Assignment, Intune, Options, Principal};
use steps::permission::{other_action, suffices};
use steps::{Permission, Step};
use tests::Problems;
use tests::world::{World, options};

/// What the doctor says of an event.
async fn examine(world: &World, event: &Value) -> Report {
    let event = Event::parse(event).unwrap();
    doctor::run(&world.machine.context, event).await.unwrap()
}

/// An event that collects everything of a tenant and its subscriptions.
fn whole(world: &World, client_id: &str) -> Value {
    let mut event = world.event_of(client_id, "secret");
    let config = &mut event["instance"]["config"];
    config["configureSubscriptionInstances"] = json!(true);
    config["ingestionSources"] = json!({});
    event
}

/// The steps that an event enables.
fn enabled(event: &Value) -> Vec<&'static Step> {
    let Event::Instance { instance, .. } = Event::parse(event).unwrap() else { unreachable!() };
    let planned = Plan::steps_of(&instance, None);
    let enabled = planned.iter().filter(|it| it.disabled.is_none());
    enabled.filter_map(|it| steps::find(&it.id)).collect()
}

/// Every permission of Microsoft Graph, and every action, that the steps of an event need.
fn needed(event: &Value) -> (BTreeSet<&'static str>, BTreeSet<String>) {
    let (mut graph, mut actions) = (BTreeSet::new(), BTreeSet::new());
    for permission in enabled(event).into_iter().flat_map(Step::permissions) {
        match permission {
            Permission::Graph(name) => drop(graph.insert(name)),
            Permission::Action(name) => drop(actions.insert(name.into_owned())),
            Permission::DataAction(_) => (),
        }
    }
    (graph, actions)
}

fn principal(number: usize, graph: &[&str], actions: &[&str]) -> Principal {
    Principal {
        client_id: format!("00000000-0000-4000-9000-{number:012}"),
        client_secret: "secret".to_owned(),
        graph_roles: graph.iter().map(|&it| it.to_owned()).collect(),
        assignments: vec![Assignment {
            scope: "/".to_owned(),
            actions: actions.iter().map(|&it| it.to_owned()).collect(),
        }],
        vaults: false,
    }
}

/// Everything that a report says is not granted.
fn missing(report: &Report) -> Vec<&str> {
    let named = report.findings.iter().flat_map(|finding| match finding {
        Finding::GraphPermissionMissing { permission, .. } => vec![*permission],
        Finding::ActionsMissing { actions, .. } | Finding::RootRoleMissing { actions, .. } => {
            actions.iter().map(String::as_str).collect()
        }
        _ => Vec::new(),
    });
    named.collect()
}

/// Somebody who lacks one permission of those that an event needs.
struct Limited {
    event: Value,
    /// The permission.
    lacks: String,
    principal: Principal,
}

/// One for each permission of the registry.
fn limited(events: &[Value]) -> Vec<Limited> {
    let mut all: Vec<Limited> = Vec::new();
    let mut add = |event: &Value, lacks: &str, graph: &[&str], actions: &[&str]| {
        let principal = principal(all.len(), graph, actions);
        let mut event = event.clone();
        event["instance"]["config"]["clientId"] = json!(principal.client_id);
        all.push(Limited { event, lacks: lacks.to_owned(), principal });
    };
    // Of a tenant, the doctor examines the subscriptions as well.
    let everything: BTreeSet<String> = events.iter().flat_map(|it| needed(it).1).collect();
    for event in events {
        let (graph, actions) = needed(event);
        for &name in &graph {
            let granted = graph.iter().copied().filter(|it| !suffices(it, name));
            add(event, name, &granted.collect::<Vec<_>>(), &["*/read", "*/action"]);
        }
        let graph: Vec<&str> = graph.into_iter().collect();
        // Who lacks one that another makes up for lacks nothing.
        for name in actions.iter().filter(|it| other_action(it).is_none()) {
            let granted = everything.iter().filter(|it| *it != name).map(String::as_str);
            add(event, name, &graph, &granted.collect::<Vec<_>>());
        }
    }
    assert!(all.len() > 200, "{}", all.len());
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn every_permission_that_is_missing_is_named_and_no_other() {
    // What is needed depends on the event only.
    let begun = World::new(options()).await;
    let mut problems = Problems::default();
    // Few at a time: they share what Microsoft lets one ask in a second.
    for some in limited(&events(&begun, "c", "secret")).chunks(30) {
        let principals = some.iter().map(|it| it.principal.clone()).collect();
        let options = Options { principals, users: 5, resources: 10, ..options() };
        examine_each(&World::new(options).await, some, &mut problems).await;
    }
    problems.report();
}

/// Examines a tenant as each of some principals, of which it is known what they lack.
async fn examine_each(world: &World, principals: &[Limited], problems: &mut Problems) {
    for Limited { event, lacks: name, principal } in principals {
        let report = examine(world, event).await;
        let mut missing = missing(&report);
        missing.sort_unstable();
        let (graph, _) = needed(event);
        let is_granted = |it: &&str| principal.graph_roles.iter().any(|has| suffices(has, it));
        let mut expected: Vec<&str> = graph.into_iter().filter(|it| !is_granted(it)).collect();
        if expected.is_empty() {
            expected.push(name);
        }
        problems.unless(missing == expected, || format!("without {name}: {missing:?}"));
        // Some actions merely spare requests.
        let is_optional =
            steps::STEPS.iter().any(|it| it.needs.optional_actions.contains(&name.as_str()));
        problems.unless(report.is_missing_something() != is_optional, || {
            format!("without {name}: {:#?}", report.findings)
        });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_read_everything_lacks_nothing() {
    let world = World::new(options()).await;
    let (graph, actions) = needed(&whole(&world, "c"));
    let graph: Vec<&str> = graph.into_iter().collect();
    let actions: Vec<&str> = actions.iter().map(String::as_str).collect();
    let principal = Principal { vaults: true, ..principal(0, &graph, &actions) };
    let client = principal.client_id.clone();
    let options =
        Options { principals: vec![principal], subscriptions: 2, resources: 300, ..options() };
    let world = World::new(options).await;
    let mut event = whole(&world, &client);
    let report = examine(&world, &event).await;
    assert_eq!(missing(&report), [""; 0]);
    assert!(!report.is_missing_something(), "{:#?}", report.findings);
    assert_eq!(report.subscriptions.len(), 2);
    assert!(report.requests_left.is_some_and(|it| it > 0.0), "{report:#?}");
    assert!(report.object_id.is_some() && report.steps > 150, "{report:#?}");
    // Their keys and secrets are read in another way.
    let vaults = report.findings.iter().filter_map(|finding| match finding {
        Finding::VaultsRefuse { because, affects, .. } => Some((*because, affects.is_nothing())),
        _ => None,
    });
    let vaults: Vec<(VaultRefusal, bool)> = vaults.collect();
    assert!(vaults.iter().all(|(_, is_nothing)| *is_nothing), "{vaults:?}");
    assert!(vaults.contains(&(VaultRefusal::Role, true)), "{vaults:?}");

    // A subscription that is not there cannot be read.
    let mut elsewhere = event.clone();
    elsewhere["instance"]["config"]["configureSubscriptionInstances"] = json!(false);
    elsewhere["instance"]["config"]["subscriptionId"] =
        json!("574fbb86-0000-4000-8000-000000000000");
    let report = examine(&world, &elsewhere).await;
    let is_it = |it: &Finding| matches!(it, Finding::SubscriptionNotFound { .. });
    assert!(report.findings.iter().any(is_it), "{:#?}", report.findings);
    assert!(report.is_missing_something());

    // Certificates cannot.
    let certificates = json!({ "key-vault-certificates": true });
    event["instance"]["config"]["ingestionSources"] = certificates;
    let report = examine(&world, &event).await;
    let lost = report.findings.iter().find(|it| it.loses()).unwrap();
    let Finding::VaultsRefuse { affects, .. } = lost else { panic!("{lost:?}") };
    assert!(affects.steps.contains(&"rm-keyvault-certificates"), "{affects:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_else_stands_in_the_way_is_named() {
    let mut nobody = principal(0, &["Organization.Read.All"], &[]);
    nobody.assignments.clear();
    let client = nobody.client_id.clone();
    let options = Options { principals: vec![nobody], is_premium: false, ..options() };
    let world = World::new(options).await;

    let mut event = whole(&world, &client);
    event["instance"]["config"]["clientSecret"] = json!("wrong");
    let refused = examine(&world, &event).await;
    let [Finding::SignInRefused { reason }] = refused.findings.as_slice() else {
        panic!("{refused:?}")
    };
    assert!(reason.contains("secret"), "{reason}");

    event["instance"]["config"]["clientSecret"] = json!("secret");
    let report = examine(&world, &event).await;
    assert!(report.findings.contains(&Finding::NoSubscriptions), "{report:#?}");
    let licences = report.findings.iter().filter_map(|finding| match finding {
        Finding::LicenceMissing { licence, affects } => Some((licence.as_str(), affects)),
        _ => None,
    });
    let licences: Vec<_> = licences.collect();
    assert_eq!(licences.len(), 2, "{licences:?}");
    assert!(licences[0].1.steps.contains(&"ad-user-registration-details"), "{licences:?}");
    // What hangs on a list that cannot be read is missing, too.
    let group = report.findings.iter().find_map(|finding| match finding {
        Finding::GraphPermissionMissing { permission: "Group.Read.All", affects, .. } => {
            Some(affects)
        }
        _ => None,
    });
    let group = group.unwrap();
    assert!(group.steps.contains(&"ad-group-members"), "{group:?}");
    assert!(group.types.iter().any(|it| it == "azure_user_group"), "{group:?}");
}

/// Runs whatever needs a permission as somebody who lacks it alone, for each permission of the
/// registry. It must be incomplete, unless nothing was asked for.
#[tokio::test(flavor = "multi_thread")]
async fn every_permission_that_is_missing_is_in_the_ledger() {
    let begun = World::new(options()).await;
    let limited = limited(&events(&begun, "c", "secret"));
    // Intune takes few requests for reports in a minute.
    let intune = Intune { managed_apps: 2, detected_apps: 20, ..Intune::default() };
    let principals = limited.iter().map(|it| it.principal.clone()).collect();
    let world = World::new(Options { principals, users: 20, intune, ..options() }).await;
    let everything = world.simulator.principal();
    for event in events(&world, &everything.client_id, &everything.client_secret) {
        world.job(event).await;
    }
    let mut problems = Problems::default();
    for it in limited {
        collect_without(&world, it.event, &it.lacks, &mut problems).await;
    }
    problems.report();
}

/// Events that run every step there is: of the directory, of a subscription and of Microsoft 365.
fn events(world: &World, client_id: &str, secret: &str) -> [Value; 3] {
    let mut tenant = world.event_of(client_id, secret);
    tenant["instance"]["config"]["configureSubscriptionInstances"] = json!(true);
    tenant["instance"]["config"]["subscriptionId"] = Value::Null;
    let mut subscription = world.event_of(client_id, secret);
    subscription["instance"]["id"] = json!("00000000-0000-4000-8000-00000000000c");
    subscription["instance"]["config"]["ingestActiveDirectory"] = json!(false);
    let mut events = [tenant, subscription, world.microsoft365_of(client_id, secret)];
    for event in &mut events {
        event["instance"]["config"]["ingestionSources"] = json!({ "*": true });
    }
    events
}

/// Steps that the simulated tenant lets be read although a permission is missing that they
/// declare, with the reason.
const READ_ALL_THE_SAME: &[(&str, &[&str], &str)] = &[
    (
        "Application.Read.All",
        &["ad-group-service-principal-owners", "group-service-principal-members"],
        "`Group.Read.All` suffices for the ids, and relationships need no more",
    ),
    ("Group.Read.All", &["ad-groups", "groups"], "`GroupMember.Read.All` suffices to list groups"),
    (
        "Organization.Read.All",
        &["ad-account", "account", "account-mobile-device-management"],
        "`Directory.Read.All` and `User.Read.All` suffice",
    ),
    (
        "RoleManagement.Read.Directory",
        &["ad-administrative-unit-role-assignments"],
        "`Directory.Read.All` suffices",
    ),
    (
        "Microsoft.Resources/subscriptions/read",
        &["rm-skipped-subscription"],
        "the list of subscriptions is never refused: it shows those that the caller may read",
    ),
    (
        "Microsoft.Authorization/policyDefinitions/read",
        &["rm-policy-built-in-definitions"],
        "everybody may read what Microsoft has defined",
    ),
    (
        "Microsoft.Authorization/policySetDefinitions/read",
        &["rm-policy-built-in-set-definitions"],
        "everybody may read what Microsoft has defined",
    ),
    (
        "Microsoft.Network/privateDnsZones/recordsets/read",
        &["rm-private-dns-record-sets"],
        "the list is called `ALL`, and documents do not agree on its action; this is the other one",
    ),
    (
        "Microsoft.PolicyInsights/policyStates/queryResults/action",
        &["rm-policy-states-for-subscription"],
        "`Microsoft.PolicyInsights/policyStates/queryResults/read` suffices",
    ),
    ("DeviceManagementApps.Read.All", &["managed-application-assignments"], REPORTS),
    (
        "DeviceManagementConfiguration.Read.All",
        &["compliance-policies-and-findings", "device-configurations-and-findings"],
        REPORTS,
    ),
    (
        "DeviceManagementManagedDevices.Read.All",
        &["detected-application-installations", "detected-applications"],
        REPORTS,
    ),
    (
        "DeviceManagementConfiguration.Read.All",
        &["account-intune"],
        "any permission of Intune's suffices",
    ),
    (
        "DeviceManagementServiceConfig.Read.All",
        &["account-mobile-device-management"],
        "the authority that manages devices is a property of the organization",
    ),
];

/// Microsoft documents one set of permissions for all reports, each of which suffices.
const REPORTS: &str = "any permission that reports take suffices for each of them";

fn is_read_all_the_same(name: &str, step: &Step) -> bool {
    READ_ALL_THE_SAME.iter().any(|it| it.0 == name && it.1.contains(&step.id))
}

/// Runs each step that needs a permission, as somebody who lacks it, and looks into its ledger.
async fn collect_without(world: &World, mut event: Value, name: &str, problems: &mut Problems) {
    let needs = |step: &&Step| step.permissions().iter().any(|it| it.name() == name);
    let (mut is_named, mut is_asked) = (false, false);
    for step in enabled(&event).into_iter().filter(needs) {
        let is_optional = step.needs.optional_actions.contains(&name);
        if is_optional || is_read_all_the_same(name, step) {
            continue;
        }
        // The steps of others find its items as they were.
        let instance = event["instance"]["id"].as_str().unwrap();
        let latest = world.store.path().join(layout::latest_step(instance, step.id));
        let before = fs::read(&latest).unwrap();
        event["step"] = json!(step.id);
        let answer = world.machine.run(event.clone()).await.unwrap();
        fs::write(&latest, before).unwrap();
        let ledger = &answer["step"]["manifest"]["ledger"][0];
        let entry = Entry::deserialize(ledger).unwrap();
        is_asked |= entry.requests > 0;
        is_named |= !entry.status.is_complete();
        problems.unless(!entry.status.is_complete() || entry.requests == 0, || {
            format!("without {name}: {ledger}")
        });
    }
    problems.unless(is_named || !is_asked, || format!("without {name}: nothing is incomplete"));
}
