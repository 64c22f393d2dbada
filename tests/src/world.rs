//! Whole jobs against a simulated tenant, on one machine.

#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "what a test needs must be there"
)]

use std::collections::BTreeMap;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use collector::layout::{Job, RecordKind};
use collector::link::Difference;
use collector::ports::Store;
use collector::summary::Summary;
use collector::{Context, News, Observer, snapshot};
use microsoft::Cloud;
use serde_json::{Value, json};
use simulator::{Assignment, Options, Principal, Simulator};
use tempfile::TempDir;
use tenantgraph::machine::Machine;

#[derive(Debug)]
struct Silent;

impl Observer for Silent {
    fn observe(&self, _: &Job, _: &News<'_>) {}
}

/// A simulated tenant, and a machine that collects it.
#[derive(Debug)]
pub struct World {
    /// The tenant.
    pub simulator: Simulator,
    /// The machine.
    pub machine: Machine,
    /// Where it stores what it reads.
    pub store: Arc<TempDir>,
}

/// A small tenant, of which everything is read in a second.
#[must_use]
pub fn options() -> Options {
    Options { users: 60, subscriptions: 1, resources: 60, throttling: false, ..Options::default() }
}

impl World {
    /// A tenant, and a machine that has read nothing yet.
    pub async fn new(options: Options) -> Self {
        Self::with_store(options, Arc::new(TempDir::new().unwrap())).await
    }

    /// A tenant, and a machine that knows what is stored.
    pub async fn with_store(options: Options, store: Arc<TempDir>) -> Self {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let simulator = Simulator::start(options, address).await.unwrap();
        let cloud = Cloud::parse(&simulator.cloud().to_string()).unwrap();
        let place = store.path().to_str().unwrap();
        let machine = Machine::new(place, Some(cloud), Arc::new(Silent)).await.unwrap();
        Self { simulator, machine, store }
    }

    /// Puts something between the machine and its store.
    pub fn store_through(&mut self, wrap: impl FnOnce(Arc<dyn Store>) -> Arc<dyn Store>) {
        let context = Arc::get_mut(&mut self.machine.context).unwrap();
        context.store = wrap(context.store.clone());
    }

    /// An event that collects the directory and the first subscription in one instance, but for
    /// what would take long.
    #[must_use]
    pub fn event(&self) -> Value {
        let principal = self.simulator.principal();
        self.event_of(&principal.client_id, &principal.client_secret)
    }

    /// The same, by an application.
    #[must_use]
    pub fn event_of(&self, client_id: &str, client_secret: &str) -> Value {
        json!({ "instance": {
            "id": "00000000-0000-4000-8000-00000000000a",
            "integration": "azure",
            "name": "Test",
            "accountName": "test",
            "config": {
                "directoryId": self.simulator.directory_id(),
                "clientId": client_id,
                "clientSecret": client_secret,
                "subscriptionId": self.simulator.subscriptions()[0].id,
                "ingestActiveDirectory": true,
                "ingestionSources": QUICK.map(|it| (it, false)).into_iter().collect::<BTreeMap<_, _>>(),
            },
        } })
    }

    /// An event that collects Microsoft 365.
    #[must_use]
    pub fn microsoft365(&self) -> Value {
        let principal = self.simulator.principal();
        self.microsoft365_of(&principal.client_id, &principal.client_secret)
    }

    /// The same, by an application.
    #[must_use]
    pub fn microsoft365_of(&self, client_id: &str, client_secret: &str) -> Value {
        json!({ "instance": {
            "id": "00000000-0000-4000-8000-00000000000b",
            "integration": "microsoft365",
            "name": "Test",
            "config": {
                "tenant": self.simulator.directory_id(),
                "clientId": client_id,
                "clientSecret": client_secret,
            },
        } })
    }

    /// Starts a job.
    pub async fn start(&self, event: Value) -> Job {
        let mut answer = self.machine.run(event).await.unwrap();
        serde_json::from_value(answer["jobs"][0].take()).unwrap()
    }

    /// Brings a job to its end.
    pub async fn finish(&self, job: Job) -> Summary {
        self.machine.finish(&[job]).await.unwrap().pop().unwrap()
    }

    /// Runs a whole job.
    pub async fn job(&self, event: Value) -> Summary {
        self.finish(self.start(event).await).await
    }

    /// Every object of a snapshot, without the job in its name.
    #[must_use]
    pub fn objects(&self, job: &Job) -> BTreeMap<String, Vec<u8>> {
        let folder = self.store.path().join("graph").join(&job.instance).join(&job.id);
        let mut objects = BTreeMap::new();
        for record_kind in ["entities", "relationships"] {
            for file in fs::read_dir(folder.join(record_kind)).unwrap() {
                let path = file.unwrap().path();
                let name = format!("{record_kind}/{}", path.file_name().unwrap().to_str().unwrap());
                objects.insert(name, fs::read(path).unwrap());
            }
        }
        objects
    }

    /// How the snapshot of a job differs from the one before.
    pub async fn feed(&self, job: &Job) -> Vec<Difference> {
        let mut lines = snapshot::feed(&self.machine.context, job).await.unwrap();
        let (mut feed, mut line) = (Vec::new(), String::new());
        while lines.next(&mut line).unwrap() {
            feed.push(serde_json::from_str(&line).unwrap());
        }
        feed
    }

    /// The entities or relationships of a type.
    pub async fn items(&self, job: &Job, record_kind: RecordKind, kind: &str) -> Vec<Value> {
        items(&self.machine.context, job, record_kind, kind).await
    }
}

/// The entities or relationships of a type that a job has stored.
pub async fn items(
    context: &Context,
    job: &Job,
    record_kind: RecordKind,
    kind: &str,
) -> Vec<Value> {
    let mut lines = snapshot::lines(context, job, record_kind, kind).await.unwrap();
    let (mut items, mut line) = (Vec::new(), String::new());
    while lines.next(&mut line).unwrap() {
        items.push(serde_json::from_str(&line).unwrap());
    }
    items
}

/// The sources that are off in the events here: they may be asked for one thing in a second,
/// whatever the tenant, and a test waits for that in vain. A test of all sources turns them on.
pub const QUICK: [&str; 4] = [
    "ad-cross-tenant-access",
    "ad-user-registration-details",
    "conditional-access-policy",
    "conditional-access-policy-user-relationship",
];

/// The id of the application that [`limited`] makes.
pub const LIMITED: &str = "00000000-0000-4000-8000-0000000000ff";

/// Its secret.
pub const LIMITED_SECRET: &str = "limited~secret";

/// An application that may do no more than this in the directory and anywhere in Azure.
#[must_use]
pub fn limited(roles: &[&str], actions: &[&str]) -> Principal {
    Principal {
        client_id: LIMITED.to_owned(),
        client_secret: LIMITED_SECRET.to_owned(),
        graph_roles: roles.iter().map(|&it| it.to_owned()).collect(),
        assignments: vec![Assignment {
            scope: "/".to_owned(),
            actions: actions.iter().map(|&it| it.to_owned()).collect(),
        }],
        vaults: true,
    }
}
