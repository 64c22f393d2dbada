//! What the doctor finds out, compared with what has been granted in a simulated tenant.

#![expect(clippy::unwrap_used, reason = "a test ends where anything is amiss")]

use std::collections::BTreeSet;

use collector::doctor::{self, Finding, Report, VaultRefusal};
use collector::event::Event;
use collector::plan::Plan;
use serde_json::{Value, json};
use simulator::{Assignment, Options, Principal};
use steps::permission::suffices;
use steps::{Permission, Step};
use tests::Problems;
use tests::world::{World, options};

/// What the doctor says of an event.
async fn examine(world: &World, event: &Value) -> Report {
    let event = Event::parse(event).unwrap();
    doctor::run(&world.machine.context, event).await.unwrap()
}

/// An event that collects everything of a tenant.
fn whole(world: &World, client_id: &str) -> Value {
    let mut event = world.event_of(client_id, "secret");
    let config = &mut event["instance"]["config"];
    config["configureSubscriptionInstances"] = json!(true);
    config["ingestionSources"] = json!({});
    event
}

/// Every permission of the steps that an event enables, with the steps that need it.
fn needed(event: &Value) -> (BTreeSet<&'static str>, BTreeSet<String>) {
    let Event::Instance { instance, .. } = Event::parse(event).unwrap() else { unreachable!() };
    let planned = Plan::steps_of(&instance, None);
    let enabled = planned.iter().filter(|it| it.disabled.is_none());
    let enabled: Vec<&Step> = enabled.filter_map(|it| steps::find(&it.id)).collect();
    let (mut graph, mut actions) = (BTreeSet::new(), BTreeSet::new());
    for permission in enabled.into_iter().flat_map(Step::permissions) {
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

#[tokio::test(flavor = "multi_thread")]
async fn every_permission_that_is_missing_is_named_and_no_other() {
    // What is needed depends on the event only.
    let world = World::new(options()).await;
    let (graph, actions) = needed(&whole(&world, "c"));
    assert!(graph.len() > 15 && actions.len() > 150, "{} {}", graph.len(), actions.len());
    let mut principals = Vec::new();
    let mut lacking: Vec<(&str, Vec<&str>)> = Vec::new();
    for &name in &graph {
        let granted = graph.iter().copied().filter(|it| !suffices(it, name));
        let granted: Vec<&str> = granted.collect();
        principals.push(principal(principals.len(), &granted, &["*/read", "*/action"]));
        let expected = graph.iter().filter(|it| !granted.iter().any(|has| suffices(has, it)));
        lacking.push((name, expected.copied().collect()));
    }
    let all: Vec<&str> = graph.iter().copied().collect();
    for name in &actions {
        let granted: Vec<&str> =
            actions.iter().filter(|it| *it != name).map(String::as_str).collect();
        principals.push(principal(principals.len(), &all, &granted));
        lacking.push((name, vec![name]));
    }
    let mut problems = Problems::default();
    let all: Vec<_> = principals.into_iter().zip(lacking).collect();
    // Few at a time: they share what Microsoft lets one ask in a second.
    for some in all.chunks(30) {
        let principals = some.iter().map(|(principal, _)| principal.clone()).collect();
        let options = Options { principals, users: 5, resources: 10, ..options() };
        examine_each(&World::new(options).await, some, &graph, &mut problems).await;
    }
    problems.report();
}

/// Examines a tenant as each of some principals, of which it is known what they lack.
async fn examine_each(
    world: &World,
    principals: &[(Principal, (&str, Vec<&str>))],
    graph: &BTreeSet<&str>,
    problems: &mut Problems,
) {
    for (principal, (name, expected)) in principals {
        let mut event = whole(world, &principal.client_id);
        // Who lacks an action has all that the directory takes.
        let is_of_directory = graph.contains(name);
        event["instance"]["config"]["ingestActiveDirectory"] = json!(is_of_directory);
        let report = examine(world, &event).await;
        let mut missing = missing(&report);
        missing.sort_unstable();
        problems.unless(&missing == expected, || format!("without {name}: {missing:?}"));
        // Some actions merely spare requests.
        let is_optional = steps::STEPS.iter().any(|it| it.needs.optional_actions.contains(name));
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
