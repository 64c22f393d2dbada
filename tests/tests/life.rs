//! The life of a tenant: its subscriptions come, are told to be left alone, are stopped, and go.
//! Their instances follow, and nothing is taken for gone that may still be there.

#![expect(clippy::unwrap_used, reason = "what a test needs must be there")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use collector::Context;
use collector::instance::{Instance, Standing};
use collector::instances;
use collector::layout::{Job, RecordKind};
use collector::ledger::Status;
use collector::summary::{JobStatus, Summary};
use collector::tenant::Tenant;
use serde_json::{Value, json};
use simulator::{Change, Options, Permanent, State};
use tests::world::{World, items, options};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

const TENANT: &str = "contoso";

struct Life {
    world: World,
}

impl Life {
    async fn begin() -> Self {
        let options = Options { subscriptions: 3, page_size: Some(2), ..options() };
        let life = Self { world: World::new(options).await };
        let event = json!({ "action": "store", "instance": life.instance()["instance"] });
        life.world.machine.run(event).await.unwrap();
        life
    }

    /// The instance of the tenant. Its secret is in a file, as it is to be stored.
    fn instance(&self) -> Value {
        let secret = self.world.store.path().join("#secret");
        fs::write(&secret, &self.world.simulator.principal().client_secret).unwrap();
        let mut event = self.world.event();
        let instance = &mut event["instance"];
        instance["id"] = TENANT.into();
        instance["pollingInterval"] = "ONE_DAY".into();
        let config = &mut instance["config"];
        config["clientSecret"] = json!({ "secretArn": format!("file:{}", secret.display()) });
        config["subscriptionId"] = Value::Null;
        config["configureSubscriptionInstances"] = true.into();
        config["autoDeleteRemovedSubscriptions"] = true.into();
        // Enough for what these tests look at.
        config["ingestionSources"] = json!({
            "*": false, "authorization": true, "key-vault": true, "management-groups": true,
            "resources": true, "subscriptions": true,
        });
        event
    }

    /// A job of the tenant, and those that follow from it.
    async fn job(&self) -> Summary {
        self.world.job(json!({ "instanceId": TENANT })).await
    }

    /// What is known of each subscription that has an instance: what it is, and why.
    async fn standings(&self) -> BTreeMap<String, String> {
        let context = &self.world.machine.context;
        let instances = instances::list(context).await.unwrap();
        let standing = |it: &Instance| {
            let provisioned = it.provisioned.as_ref()?;
            assert_eq!(provisioned.by, TENANT);
            let standing = match &provisioned.subscription {
                Standing::Listed => "listed".to_owned(),
                Standing::Skipped { reason } => format!("skipped: {reason}"),
                Standing::Missing { .. } => "missing".to_owned(),
                Standing::Removed { .. } => "removed".to_owned(),
            };
            Some((it.config.subscription_id.clone()?, standing))
        };
        instances.iter().filter_map(standing).collect()
    }

    async fn tenant(&self) -> Tenant {
        Tenant::read(&self.world.machine.context, TENANT).await.unwrap()
    }

    /// The subscriptions that the graph of the tenant holds machines, groups and so on of.
    async fn collected(&self) -> BTreeSet<String> {
        let (_, graph) = self.graph().await;
        let groups = graph.entities("azure_resource_group").await;
        let of = |it: &Value| it["_key"].as_str().unwrap().split('/').nth(2).unwrap().to_owned();
        groups.iter().map(of).collect()
    }

    async fn graph(&self) -> (Summary, Merged) {
        let folder = tempfile::TempDir::new().unwrap();
        let store = aws::store(&folder.path().to_string_lossy()).await.unwrap();
        let context = &self.world.machine.context;
        let into = Context::new(
            store,
            context.queue.clone(),
            context.secrets.clone(),
            context.microsoft.clone(),
        );
        let summary = self.tenant().await.graph(context, &into).await.unwrap();
        let job = summary.job.clone();
        (summary, Merged { into, job, _folder: folder })
    }

    /// Lets it be two days ago that a subscription was first missing.
    fn age(&self, subscription: &str) {
        let name = format!("instances/{TENANT}~{subscription}.json");
        let path = self.world.store.path().join(name);
        let mut instance: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        let since = OffsetDateTime::now_utc() - Duration::days(2);
        instance["provisioned"]["subscription"]["missing"]["since"] =
            since.format(&Rfc3339).unwrap().into();
        fs::write(&path, instance.to_string()).unwrap();
    }

    /// Every object of every snapshot of the instance of a subscription.
    fn snapshots(&self, subscription: &str) -> BTreeSet<String> {
        let folder = self.world.store.path().join("graph").join(format!("{TENANT}~{subscription}"));
        let jobs = fs::read_dir(folder).unwrap().map(|it| it.unwrap().file_name());
        jobs.map(|it| it.to_string_lossy().into_owned()).collect()
    }
}

/// The graph of a tenant.
struct Merged {
    into: Context,
    job: Job,
    _folder: tempfile::TempDir,
}

impl Merged {
    async fn entities(&self, kind: &str) -> Vec<Value> {
        items(&self.into, &self.job, RecordKind::Entities, kind).await
    }

    async fn relationships(&self, kind: &str) -> Vec<Value> {
        items(&self.into, &self.job, RecordKind::Relationships, kind).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn subscriptions_come_and_go_and_their_instances_follow() {
    let life = Life::begin().await;
    let simulator = &life.world.simulator;
    let [one, two, three] = &simulator.subscriptions()[..] else { panic!() };
    let all = |standings: &[(&str, &str)]| -> BTreeMap<String, String> {
        standings.iter().map(|(id, it)| ((*id).to_owned(), (*it).to_owned())).collect()
    };

    // Each subscription gets an instance, and each instance a graph.
    let summary = life.job().await;
    assert_eq!(summary.status, JobStatus::Complete);
    assert_eq!(summary.subscriptions.len(), 3);
    let listed = [(&*one.id, "listed"), (&*two.id, "listed"), (&*three.id, "listed")];
    assert_eq!(life.standings().await, all(&listed));
    let tenant = life.tenant().await;
    for (instance, summary) in &tenant.subscriptions {
        let summary = summary.as_ref().unwrap();
        assert_eq!(summary.status, JobStatus::Complete, "{}", instance.name);
        // The directory is read once, for the tenant.
        assert!(!summary.graph.entities.contains_key("azure_user"));
    }

    // One more appears.
    let four = &simulator.change(Change::Appear).unwrap();
    let before = life.snapshots(&one.id);
    life.job().await;
    let mut expected = all(&listed);
    expected.insert(four.id.clone(), "listed".to_owned());
    assert_eq!(life.standings().await, expected);
    assert!(life.collected().await.contains(&four.id));
    assert_eq!(life.snapshots(&one.id).len(), before.len() + 1);

    // One is told to be left alone: its instance rests, what was known of it stays, and the
    // tenant's graph says why there is no more of it.
    let tag =
        |name: &str| Change::Tag { id: two.id.clone(), name: name.into(), value: "SKIP".into() };
    simulator.change(tag("JupiterOne")).unwrap();
    let before = life.snapshots(&two.id);
    let summary = life.job().await;
    let reason = "it has the tag JupiterOne=SKIP";
    expected.insert(two.id.clone(), format!("skipped: {reason}"));
    assert_eq!(life.standings().await, expected);
    assert_eq!(summary.subscriptions[&two.id].skipped.as_deref(), Some(reason));
    assert_eq!(life.snapshots(&two.id), before);
    assert!(!life.collected().await.contains(&two.id));
    let skipped = life.world.items(&summary.job, RecordKind::Entities, "azure_subscription").await;
    assert_eq!(skipped.len(), 1);
    assert_eq!(skipped[0]["skipReason"], reason);

    // One is stopped.
    simulator.change(Change::SetState { id: four.id.clone(), state: State::Disabled }).unwrap();
    life.job().await;
    expected.insert(four.id.clone(), "skipped: it is disabled".to_owned());
    assert_eq!(life.standings().await, expected);

    // One is not on the pages that could be read. That says nothing of it.
    let before = life.standings().await;
    let path = "/subscriptions".to_owned();
    simulator.set_permanent(vec![Permanent::ForbiddenFromPage { path, page: 2 }]);
    let summary = life.job().await;
    assert_eq!(summary.status, JobStatus::Incomplete);
    let entry = summary.ledger.iter().find(|it| it.step == "rm-skipped-subscription").unwrap();
    assert_eq!(entry.status, Status::Partial);
    assert_eq!(life.standings().await, before);
    simulator.set_permanent(Vec::new());

    // One really goes. The first listing without it is no proof, the second is.
    let gone = &three.id;
    simulator.change(Change::Vanish { id: gone.clone() }).unwrap();
    let kept = life.snapshots(gone);
    life.job().await;
    expected.insert(gone.clone(), "missing".to_owned());
    assert_eq!(life.standings().await, expected);
    // A second listing right after the first says no more.
    life.job().await;
    assert_eq!(life.standings().await, expected);
    life.age(gone);
    life.job().await;
    expected.insert(gone.clone(), "removed".to_owned());
    assert_eq!(life.standings().await, expected);
    assert_eq!(life.snapshots(gone), kept, "it is kept for a while");
    let (graph, _) = life.graph().await;
    assert_eq!(graph.status, JobStatus::Complete);

    // The tenant's instance is turned off: nothing is started by itself any more, and nothing is
    // lost.
    let due = json!({ "due": true });
    life.world.machine.run(json!({ "action": "disable", "instanceId": TENANT })).await.unwrap();
    assert_eq!(life.world.machine.run(due).await.unwrap(), json!({ "jobs": [] }));
    assert_eq!(life.standings().await, expected);
    assert_eq!(life.snapshots(gone), kept);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_instances_of_a_tenant_make_one_graph() {
    let life = Life::begin().await;
    life.job().await;
    let tenant = life.tenant().await;
    let (summary, graph) = life.graph().await;
    assert_eq!(summary.status, JobStatus::Complete);
    // What an instance can only describe, as another one collects it, is found here.
    let parts: Vec<&Summary> = tenant.summaries().collect();
    let count = |kind: &str| -> u64 {
        parts.iter().filter_map(|it| it.graph.relationships.get(kind)).sum()
    };
    let mapped = "mapping_source_assigned_azure_user";
    let direct = "azure_role_assignment_assigned_user";
    let assigned = graph.relationships(direct).await;
    let users = graph.entities("azure_user").await;
    let users: BTreeSet<&str> = users.iter().map(|it| it["_key"].as_str().unwrap()).collect();
    assert!(assigned.iter().all(|it| users.contains(it["_toEntityKey"].as_str().unwrap())));
    // What is left is assigned to users that were deleted.
    let left = graph.relationships(mapped).await;
    let target = |it: &Value| it["_mapping"]["targetEntity"]["_key"].as_str().unwrap().to_owned();
    assert!(left.iter().all(|it| !users.contains(&*target(it))));
    assert!((left.len() as u64) < count(mapped));
    // An assignment at the tenant's root is seen by the instances of all its subscriptions.
    let keys = |items: &[Value]| -> BTreeSet<String> {
        items.iter().map(|it| it["_key"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(keys(&assigned).len(), assigned.len());
    assert!((assigned.len() + left.len()) as u64 <= count(mapped) + count(direct));
    // So are subscriptions by their management groups.
    let kind = "azure_management_group_has_subscription";
    let held = graph.relationships(kind).await;
    assert_eq!(held.len(), 3);
    assert!(held.iter().all(|it| it.get("_mapping").is_none()), "{held:?}");
    // The instances' own snapshots are as they were: whoever takes them alone maps them.
    assert_eq!(tenant.directory.graph.mapped[kind], 3);
    // The tenant has one account, on which hangs what hangs on those of its instances.
    assert_eq!(summary.graph.entities["azure_account"], 1);
    let vaults = graph.relationships("azure_account_has_keyvault_service").await;
    assert!(!vaults.is_empty() && vaults.iter().all(|it| it["_fromEntityKey"] == TENANT));
    // Every entity of every instance is there, once.
    for (kind, count) in &summary.graph.entities {
        let keys: BTreeSet<String> =
            graph.entities(kind).await.iter().map(|it| it["_key"].to_string()).collect();
        assert_eq!(keys.len() as u64, *count, "{kind}");
    }
    // It is the same each time, to the byte.
    let (again, _) = life.graph().await;
    assert_eq!(again, summary);
}

#[tokio::test(flavor = "multi_thread")]
async fn instances_are_stored_changed_and_removed() {
    let life = Life::begin().await;
    let run = |event: Value| life.world.machine.run(event);
    let stored = run(json!({ "action": "show", "instanceId": TENANT })).await.unwrap();
    assert_eq!(stored["managed"]["instances"][0]["id"], TENANT);

    // A secret that comes with an instance is not stored, and the answer says what to do.
    let secret = "not~to~be~stored";
    let mut event = life.instance();
    event["instance"]["id"] = "open".into();
    event["instance"]["config"]["clientSecret"] = secret.into();
    event["action"] = "store".into();
    let answer = run(event).await.unwrap();
    let warning = answer["managed"]["stored"]["warnings"][0].as_str().unwrap();
    assert!(warning.contains("secretArn"), "{warning}");
    let object = fs::read_to_string(life.world.store.path().join("instances/open.json")).unwrap();
    assert!(!object.contains(secret), "{object}");
    let error = run(json!({ "instanceId": "open" })).await.unwrap_err().to_string();
    assert!(error.contains("secretArn"), "{error}");
    run(json!({ "action": "remove", "instanceId": "open" })).await.unwrap();

    // A change counts from the next job on.
    life.job().await;
    let mut event = life.instance();
    event["instance"]["config"]["ingestionSources"] = json!({ "storage": false });
    event["action"] = "store".into();
    run(event).await.unwrap();
    life.job().await;
    for (_, summary) in life.tenant().await.subscriptions {
        let steps = summary.unwrap().steps;
        let storage = steps.iter().find(|it| it.id == "rm-storage-resources").unwrap();
        assert!(storage.disabled.is_some());
    }

    // The instances of subscriptions go with that of their tenant, and snapshots stay.
    let removed = run(json!({ "action": "remove", "instanceId": TENANT })).await.unwrap();
    assert_eq!(removed["managed"]["removed"].as_array().unwrap().len(), 4);
    assert_eq!(run(json!({ "action": "list" })).await.unwrap()["managed"]["instances"], json!([]));
    assert!(life.world.store.path().join("graph").join(TENANT).exists());
    let error = run(json!({ "action": "enable", "instanceId": TENANT })).await.unwrap_err();
    assert!(error.to_string().contains("there is no instance"), "{error}");
    let error = run(json!({ "action": "forget" })).await.unwrap_err().to_string();
    assert!(error.contains("/action: is unknown"), "{error}");
}
