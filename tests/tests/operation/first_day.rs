//! The first day of a new tenant: nothing is granted; the doctor says what is missing; what `setup`
//! writes is run; the doctor is satisfied, and a job reads everything.

use std::fs;

use collector::doctor::{self, Finding, Report};
use collector::event::Event;
use collector::ledger::Status;
use serde_json::{Value, json};
use simulator::{Assignment, Options, Principal};
use tests::world::{World, options};

use crate::setup::Tried;

/// The application that the `az` of `tests/setup` creates.
const CLIENT: &str = "11111111-aaaa-4000-8000-000000000001";
const SECRET: &str = "first~day";
const KEY_VAULT_READER: &str = "21090545-7ca7-4776-b22c-e363652d74d2";

fn principal(graph_roles: Vec<String>, assignments: Vec<Assignment>, vaults: bool) -> Principal {
    let (client_id, client_secret) = (CLIENT.to_owned(), SECRET.to_owned());
    Principal { client_id, client_secret, graph_roles, assignments, vaults }
}

async fn world(principal: Principal) -> World {
    World::new(Options { principals: vec![principal], ..options() }).await
}

/// An event that collects the tenant, but for what would take long.
fn event(world: &World) -> Value {
    let mut event = world.event_of(CLIENT, SECRET);
    let config = &mut event["instance"]["config"];
    config["configureSubscriptionInstances"] = json!(true);
    config["subscriptionId"] = Value::Null;
    event
}

async fn examine(world: &World) -> Report {
    let event = Event::parse(&event(world)).unwrap();
    doctor::run(&world.machine.context, event).await.unwrap()
}

/// What the script of `setup` has granted, as the simulated tenant knows it.
fn granted(tried: &Tried) -> Principal {
    let names = steps::STEPS.iter().flat_map(|it| it.permissions());
    let names = names.filter_map(|it| match it {
        steps::Permission::Graph(name) => Some(name),
        _ => None,
    });
    let ids = tried.kept("granted");
    let is_granted = |name: &&str| {
        let id = steps::docs::graph_role_id(name);
        ids.lines().any(|it| Some(it) == id)
    };
    let roles = names.filter(is_granted).map(str::to_owned).collect();
    let role: Value = serde_json::from_str(&tried.kept("role.json")).unwrap();
    let actions: Vec<String> = serde_json::from_value(role["Actions"].clone()).unwrap();
    let assigned = tried.kept("assignments");
    let assigned: Vec<(&str, &str)> =
        assigned.lines().filter_map(|it| it.rsplit_once(' ')).collect();
    let own = assigned.iter().filter(|(name, _)| *name != KEY_VAULT_READER);
    let assignments =
        own.map(|(_, scope)| Assignment { scope: (*scope).to_owned(), actions: actions.clone() });
    let vaults = assigned.iter().any(|(name, _)| *name == KEY_VAULT_READER);
    principal(roles, assignments.collect(), vaults)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_setup_grants_is_what_the_doctor_and_a_job_need() {
    let begun = world(principal(Vec::new(), Vec::new(), false)).await;
    let report = examine(&begun).await;
    assert!(report.findings.contains(&Finding::NoSubscriptions), "{:#?}", report.findings);
    let lacking = report.findings.iter().filter(|it| {
        matches!(it, Finding::GraphPermissionMissing { .. } | Finding::RootRoleMissing { .. })
    });
    assert!(lacking.count() > 10, "{:#?}", report.findings);

    let tried = Tried::new();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("event.json");
    let mut stored = event(&begun);
    stored["instance"]["config"]["clientSecret"] = json!({ "secretArn": "env:SECRET" });
    fs::write(&path, stored.to_string()).unwrap();
    let tenant = begun.simulator.directory_id();
    let variables = [("TENANT", tenant), ("AWS_SECRET_NAME", "tenantgraph/test")];
    let output = tried.run(&[path.to_str().unwrap()], &variables).await;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    let ready = world(granted(&tried)).await;
    let report = examine(&ready).await;
    assert!(!report.is_missing_something(), "{:#?}", report.findings);
    let summary = ready.job(event(&ready)).await;
    let left: Vec<_> = summary.ledger.iter().filter(|it| it.status == Status::Forbidden).collect();
    assert!(left.is_empty(), "{left:#?}");
    assert!(summary.incomplete.is_empty(), "{:#?}", summary.incomplete);
}
