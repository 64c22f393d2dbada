//! What the commands that read a store say of one that is damaged: one message that names the
//! object, and nothing is written.

#![expect(clippy::unwrap_used, reason = "what a test needs must be there")]

mod program;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::{Value, json};
use simulator::Options;
use tempfile::TempDir;

use program::{only, program, served, text};

/// The sources that are collected: few, so that this takes a second.
const SOURCES: [&str; 3] = ["key-vault", "resources", "subscriptions"];

/// The commands that read a store. `out` is a folder that is not there.
const COMMANDS: [&[&str]; 6] = [
    &["show", "--type", "azure_subscription", "--json"],
    &["query", "FIND azure_subscription THAT HAS azure_resource_group"],
    &["diff", "--summary"],
    &["export", "--format", "ndjson", "--out", "out"],
    &["export", "--format", "parquet", "--out", "out"],
    &["job", "list"],
];

/// What an object may be instead of what it should be.
#[derive(Clone, Copy, Debug)]
enum Damage {
    Missing,
    CutOff,
    OtherJson,
    Folder,
}

const DAMAGES: [Damage; 4] = [Damage::Missing, Damage::CutOff, Damage::OtherJson, Damage::Folder];

impl Damage {
    fn apply(self, object: &Path) {
        let mut bytes = fs::read(object).unwrap();
        let middle = bytes.len() / 2;
        fs::remove_file(object).unwrap();
        match self {
            Self::Missing => return,
            Self::Folder => return fs::create_dir(object).unwrap(),
            Self::CutOff => bytes.truncate(middle),
            Self::OtherJson => bytes = br#"{"job":7,"ledger":{}}"#.to_vec(),
        }
        fs::write(object, bytes).unwrap();
    }
}

/// A collected subscription.
struct World {
    folder: TempDir,
}

impl World {
    async fn new() -> Self {
        let options = Options {
            users: 4,
            subscriptions: 1,
            resources: 6,
            throttling: false,
            ..Options::default()
        };
        let (simulator, folder) = served(options).await;
        let principal = simulator.principal();
        let event = json!({ "instance": {
            "id": "contoso-1",
            "integration": "azure",
            "name": "Contoso",
            "config": {
                "directoryId": simulator.directory_id(),
                "clientId": principal.client_id,
                "clientSecret": principal.client_secret,
                "subscriptionId": simulator.subscriptions()[0].id,
                "ingestionSources": only(SOURCES),
            },
        } });
        fs::write(folder.path().join("event.json"), event.to_string()).unwrap();
        let world = Self { folder };
        let ran = world.run(&["run", "event.json", "--cloud", "cloud.json"]);
        assert_eq!(ran.status.code(), Some(0), "{}", text(&ran));
        world
    }

    fn run(&self, words: &[&str]) -> Output {
        program().args(words).current_dir(self.folder.path()).output().unwrap()
    }

    fn store(&self) -> PathBuf {
        self.folder.path().join(".tenantgraph")
    }

    /// An object of each kind that the latest snapshot and its job consist of, and whether a
    /// command must complain if it is damaged: nothing else says what it says.
    fn objects(&self) -> Vec<(PathBuf, bool)> {
        let graph = self.store().join("graph/contoso-1");
        let latest: Value =
            serde_json::from_slice(&fs::read(graph.join("latest.json")).unwrap()).unwrap();
        let id = latest["job"]["id"].as_str().unwrap();
        let snapshot = graph.join(id);
        let job = self.store().join("jobs/contoso-1");
        vec![
            (graph.join("latest.json"), true),
            (snapshot.join("summary.json"), false),
            (snapshot.join("feed.ndjson.zst"), true),
            (snapshot.join("entities/azure_subscription.ndjson.zst"), true),
            (first_in(&snapshot.join("relationships")), true),
            (snapshot.join("tables/manifest.json"), false),
            (snapshot.join("tables/core/rows.parquet"), false),
            (snapshot.join("tables/edges/rows.parquet"), false),
            (snapshot.join("tables/entities/azure_subscription/rows.parquet"), true),
            (job.join("lease.json"), false),
            (job.join(id).join("plan.json"), false),
            (job.join(id).join("summary.json"), false),
        ]
    }
}

/// The first file of a folder by its name.
fn first_in(folder: &Path) -> PathBuf {
    fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()).min().unwrap()
}

/// Every file below a folder with its bytes, but for those that mark who is at work.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut contents = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                if !path.ends_with("#scratch") {
                    folders.push(path);
                }
            } else {
                contents.insert(path.clone(), fs::read(path).unwrap());
            }
        }
    }
    contents
}

/// What is wrong with how a command takes a damaged object, and whether it complains of it.
fn look(world: &World, command: &[&str], object: &Path) -> (Vec<&'static str>, bool) {
    let output = world.run(command);
    // 0 and 3: what is damaged is not what the command needs.
    let complains = !matches!(output.status.code(), Some(0 | 3));
    let said = text(&output);
    let mut problems = Vec::new();
    let mut unless = |is_fine: bool, problem| {
        if !is_fine {
            problems.push(problem);
        }
    };
    unless(matches!(output.status.code(), Some(0 | 1 | 3)), "ends with another code");
    unless(!said.contains("panicked"), "panics");
    if complains {
        let name = object.file_name().unwrap().to_str().unwrap();
        // Where nothing says that there is a snapshot, there is none.
        let is_named = said.contains(name) || said.contains("no snapshot");
        unless(is_named, "does not name the object");
        unless(output.stdout.is_empty(), "prints a part of an answer");
        unless(said.trim_end().lines().count() == 1, "says more than one thing");
    }
    let out = world.folder.path().join("out");
    unless(out.exists() == (command.contains(&"out") && !complains), "leaves a part of an export");
    let _ = fs::remove_dir_all(out);
    (problems, complains)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_store_is_told_in_one_message_and_left_as_it_is() {
    let world = World::new().await;
    let mut problems = Vec::new();
    for (object, is_needed) in world.objects() {
        let whole = fs::read(&object).unwrap();
        let name = object.strip_prefix(world.store()).unwrap().display().to_string();
        let mut complaints = 0_u32;
        for damage in DAMAGES {
            damage.apply(&object);
            let before = contents(&world.store());
            for command in COMMANDS {
                let (found, complains) = look(&world, command, &object);
                complaints += u32::from(complains);
                problems
                    .extend(found.iter().map(|it| format!("{damage:?} {name}: {command:?} {it}")));
            }
            if contents(&world.store()) != before {
                problems.push(format!("{damage:?} {name}: the store is changed"));
            }
            if object.is_dir() {
                fs::remove_dir(&object).unwrap();
            }
            fs::write(&object, &whole).unwrap();
        }
        if is_needed && complaints == 0 {
            problems.push(format!("{name}: nothing complains of it"));
        }
    }
    assert!(problems.is_empty(), "{problems:#?}");
}
