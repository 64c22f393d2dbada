//! Runs that do not come to their end: the real program against a simulated tenant, killed and
//! stopped at moments that follow from what it has done so far.

#![expect(clippy::unwrap_used, reason = "what a test needs must be there")]

mod program;

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use simulator::{Options, Simulator};
use tempfile::TempDir;

use program::{only, program, served, text};

/// The instance of the tenant.
const TENANT: &str = "contoso";

/// The sources that are on besides those that always are: enough for every way in which one step
/// follows from others, and few enough for a run to take a second.
const SOURCES: [&str; 2] = ["ad-groups", "key-vault"];

/// How often a run is killed, in how many stores at once.
const KILLS: u64 = 100;
const STORES: u64 = 5;

/// A tenant that is served, and what the program is told of it.
struct World {
    simulator: Simulator,
    folder: TempDir,
}

impl World {
    async fn new() -> Self {
        let options = Options {
            users: 8,
            subscriptions: 2,
            resources: 6,
            page_size: Some(4),
            throttling: false,
            ..Options::default()
        };
        let (simulator, folder) = served(options).await;
        let principal = simulator.principal();
        let event = json!({ "instance": {
            "id": TENANT,
            "integration": "azure",
            "name": "Contoso",
            "config": {
                "directoryId": simulator.directory_id(),
                "clientId": principal.client_id,
                "clientSecret": principal.client_secret,
                "ingestActiveDirectory": true,
                "configureSubscriptionInstances": true,
                "ingestionSources": only(SOURCES),
            },
        } });
        fs::write(folder.path().join("event.json"), event.to_string()).unwrap();
        Self { simulator, folder }
    }

    fn store(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The program, told to collect the tenant into a store.
    fn run(&self, store: &Path) -> Command {
        let mut command = program();
        command.arg("run").arg(self.folder.path().join("event.json"));
        command.arg("--cloud").arg(self.folder.path().join("cloud.json"));
        command.arg("--store").arg(store);
        command
    }

    fn requests(&self) -> u64 {
        self.simulator.counters().requests
    }
}

/// Waits until the program has done something so often, or has ended.
fn wait_for(child: &mut Child, count: impl Fn() -> u64, moment: u64) {
    while child.try_wait().unwrap().is_none() && count() < moment {
        thread::sleep(Duration::from_millis(1));
    }
}

/// Every object of the latest snapshot of every instance, without the jobs in their names.
fn snapshots(store: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut objects = BTreeMap::new();
    for instance in fs::read_dir(store.join("graph")).unwrap() {
        let instance = instance.unwrap().path();
        let latest: Value =
            serde_json::from_slice(&fs::read(instance.join("latest.json")).unwrap()).unwrap();
        let snapshot = instance.join(latest["job"]["id"].as_str().unwrap());
        for sort in ["entities", "relationships"] {
            for object in fs::read_dir(snapshot.join(sort)).unwrap() {
                let path = object.unwrap().path();
                let name = [instance.file_name(), path.file_name()]
                    .map(|it| it.unwrap().to_string_lossy().into_owned());
                objects.insert(format!("{}/{sort}/{}", name[0], name[1]), fs::read(path).unwrap());
            }
        }
    }
    objects
}

/// How many objects a store has.
fn count(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    let count = |entry: fs::DirEntry| match entry.file_type() {
        Ok(kind) if kind.is_dir() && entry.file_name() != "#scratch" => count(&entry.path()),
        Ok(kind) if kind.is_file() => 1,
        _ => 0,
    };
    entries.filter_map(Result::ok).map(count).sum()
}

/// A number that follows from another, and looks like any.
fn mixed(seed: u64) -> u64 {
    let mixed = (seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 16
}

/// Kills runs at moments that follow from seeds, and returns how many of them were gone on with.
fn kill(world: &World, seeds: impl Iterator<Item = u64>) -> u64 {
    let calm = world.store("calm");
    let output = world.run(&calm).output().unwrap();
    assert!(output.status.success(), "{}", text(&output));
    let expected = snapshots(&calm);
    assert!(expected.keys().any(|it| it.starts_with("contoso~")), "subscriptions are collected");
    let (requests, objects) = (world.requests(), count(&calm));

    let mut interrupted = 0;
    for seed in seeds {
        let store = world.store("store");
        let mut child = world.run(&store).spawn().unwrap();
        if seed % 2 == 0 {
            let before = world.requests();
            let moment = mixed(seed) % requests;
            wait_for(&mut child, || world.requests() - before, moment);
        } else {
            wait_for(&mut child, || count(&store), mixed(seed) % objects);
        }
        child.kill().unwrap();
        child.wait().unwrap();

        let output = world.run(&store).output().unwrap();
        let said = text(&output);
        assert!(output.status.success(), "seed {seed}: {said}");
        assert!(!said.contains("as the service asks"), "seed {seed}: {said}");
        assert!(!said.contains("starting over"), "seed {seed}: {said}");
        interrupted += u64::from(said.contains("was interrupted; resuming it"));
        let snapshots = snapshots(&store);
        let names = |it: &BTreeMap<String, Vec<u8>>| it.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&snapshots), names(&expected), "seed {seed}: {said}");
        for (name, object) in snapshots {
            assert!(object == expected[&name], "seed {seed}: {name} differs: {said}");
        }
        fs::remove_dir_all(&store).unwrap();
    }
    interrupted
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_killed_is_gone_on_with_by_the_same_command() {
    let mut stores = Vec::new();
    for store in 0..STORES {
        let world = World::new().await;
        let seeds = (0..KILLS).filter(move |seed| seed % STORES == store);
        stores.push(tokio::task::spawn_blocking(move || kill(&world, seeds)));
    }
    let mut interrupted = 0;
    for store in stores {
        interrupted += store.await.unwrap();
    }
    // A kill before the first lease, or after the last summary, interrupts nothing.
    assert!(interrupted > KILLS / 2, "only {interrupted} runs were interrupted");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_stopped_says_what_happens_next() {
    let world = World::new().await;
    for (signal, name) in [("-INT", "Ctrl-C"), ("-TERM", "SIGTERM")] {
        let store = world.store(name);
        let mut child = world.run(&store).spawn().unwrap();
        let before = world.requests();
        wait_for(&mut child, || world.requests() - before, 10);

        // Meanwhile nobody else collects the instance.
        let second = world.run(&store).output().unwrap();
        if child.try_wait().unwrap().is_none() {
            let holder = format!("process {} is collecting instance {TENANT}", child.id());
            assert!(text(&second).contains(&holder), "{}", text(&second));
            assert_eq!(second.status.code(), Some(1));
        }
        Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
        let output = child.wait_with_output().unwrap();
        let said = text(&output);
        assert_eq!(output.status.code(), Some(130), "{said}");
        assert!(
            said.contains(&format!("stopped by {name}; what the run read is stored")),
            "{said}"
        );

        let mut jobs = program();
        jobs.args(["job", "list", "--store"]).arg(&store);
        let listed = text(&jobs.output().unwrap());
        assert!(listed.contains("interrupted; the next run resumes it or starts over"), "{listed}");
        let mut abandon = program();
        abandon.args(["job", "abandon", TENANT, "--store"]).arg(&store);
        let abandoned = abandon.output().unwrap();
        assert!(abandoned.status.success(), "{}", text(&abandoned));
        let listed = text(&jobs.output().unwrap());
        assert!(listed.contains("failed: it was given up by hand"), "{listed}");

        let output = world.run(&store).output().unwrap();
        assert!(output.status.success(), "{}", text(&output));
        let goes_on = format!("{TENANT}  the run of");
        assert!(!text(&output).contains(&goes_on), "{}", text(&output));
    }
}

/// What was configured since then counts, and so does nothing that was read for something else.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_was_configured_in_another_way_begins_anew() {
    let world = World::new().await;
    let store = world.store("store");
    let mut child = world.run(&store).spawn().unwrap();
    let before = world.requests();
    wait_for(&mut child, || world.requests() - before, 20);
    child.kill().unwrap();
    child.wait().unwrap();

    let path = world.folder.path().join("event.json");
    let mut event: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    event["instance"]["config"]["ingestionSources"]["key-vault"] = false.into();
    fs::write(&path, event.to_string()).unwrap();
    let output = world.run(&store).output().unwrap();
    let said = text(&output);
    assert!(output.status.success(), "{said}");
    assert!(
        said.contains("starting over, because the configuration of the instance has changed"),
        "{said}"
    );
}

/// What is printed is for whoever listens. That nobody does, or that there is no room for it, is no
/// reason to stop collecting.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_goes_on_when_nobody_listens() {
    let world = World::new().await;
    let store = world.store("closed");
    let mut child = world.run(&store).spawn().unwrap();
    drop(child.stdout.take());
    let mut line = String::new();
    BufReader::new(child.stderr.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.contains("steps"), "{line}");
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(!snapshots(&store).is_empty());

    if let Ok(full) = fs::OpenOptions::new().write(true).open("/dev/full") {
        let store = world.store("full");
        let mut child = world.run(&store).stderr(full).spawn().unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(0));
        assert!(!snapshots(&store).is_empty());
    }
}
