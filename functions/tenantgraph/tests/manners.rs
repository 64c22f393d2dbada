//! What the commands print: of a tenant that names things to deceive, of choices that are mistaken,
//! and of what could not be read. All tests look at one store.

#![expect(clippy::unwrap_used, reason = "what a test needs must be there")]

mod program;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::{Value, json};
use simulator::{Assignment, Change, Options, Principal};
use tempfile::TempDir;

use program::{only, program, served, text};

/// A name that clears a screen, forges a line, turns the direction of text, and is a formula.
const HOSTILE: &str = "=1+1 \u{1b}[2J\u{9b}31m\r\nforged: complete\u{202e}\u{2028}";

/// The sources that are collected: few, so that this takes a second.
const SOURCES: [&str; 3] = ["key-vault", "resources", "subscriptions"];

/// What may be read in Azure: not the vaults.
const ACTIONS: [&str; 5] = [
    "Microsoft.Insights/*",
    "Microsoft.Management/*",
    "Microsoft.Authorization/*",
    "Microsoft.Resources/*",
    "Microsoft.ResourceGraph/*",
];

/// A tenant whose administrator is hostile, collected twice.
struct World {
    folder: TempDir,
    subscription: String,
    /// What the second run printed.
    ran: Output,
}

impl World {
    async fn new() -> Self {
        let options = Options {
            users: 8,
            subscriptions: 2,
            resources: 6,
            throttling: false,
            principals: vec![Principal {
                client_id: "00000000-0000-4000-8000-0000000000ff".to_owned(),
                client_secret: "secret".to_owned(),
                graph_roles: vec!["Directory.Read.All".to_owned()],
                assignments: vec![Assignment {
                    scope: "/".to_owned(),
                    actions: ACTIONS.map(str::to_owned).to_vec(),
                }],
                vaults: false,
            }],
            ..Options::default()
        };
        let (simulator, folder) = served(options).await;
        let event = json!({ "instance": {
            "id": "contoso-1",
            "integration": "azure",
            "name": HOSTILE,
            "config": {
                "directoryId": simulator.directory_id(),
                "clientId": "00000000-0000-4000-8000-0000000000ff",
                "clientSecret": "secret",
                "ingestActiveDirectory": true,
                "configureSubscriptionInstances": true,
                "ingestionSources": only(SOURCES),
            },
        } });
        fs::write(folder.path().join("event.json"), event.to_string()).unwrap();
        let subscription = simulator.subscriptions()[0].id.clone();
        let run = || run(folder.path(), &["run", "event.json", "--cloud", "cloud.json"]);
        let first = run();
        assert_eq!(first.status.code(), Some(3), "{}", text(&first));
        let _ =
            simulator.change(Change::Rename { id: subscription.clone(), name: HOSTILE.to_owned() });
        let ran = run();
        assert_eq!(ran.status.code(), Some(3), "{}", text(&ran));
        Self { folder, subscription, ran }
    }

    fn run(&self, words: &[&str]) -> Output {
        run(self.folder.path(), words)
    }

    /// What a command prints that does what it was asked, to stdout and to stderr.
    fn prints(&self, words: &[&str]) -> String {
        let output = self.run(words);
        assert!(matches!(output.status.code(), Some(0 | 3)), "{words:?}: {}", text(&output));
        text(&output)
    }

    /// What a command says that fails.
    fn fails(&self, words: &[&str]) -> String {
        let output = self.run(words);
        assert_eq!(output.status.code(), Some(1), "{words:?}: {}", text(&output));
        assert!(output.stdout.is_empty(), "{words:?}: {}", text(&output));
        text(&output)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

fn run(folder: &Path, words: &[&str]) -> Output {
    program().args(words).current_dir(folder).output().unwrap()
}

/// Whether text acts on a terminal, or has a line that nobody but the tenant wrote.
fn deceives(text: &str) -> bool {
    let acts = |it: char| (it.is_control() && it != '\n') || matches!(it, '\u{2028}'..='\u{202e}');
    text.contains(acts) || text.lines().any(|it| it.trim_start().starts_with("forged"))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_has_manners() {
    let world = World::new().await;
    nothing_that_a_tenant_names_acts_on_a_terminal(&world);
    what_could_not_be_read_is_told_by_its_causes(&world);
    instances_are_chosen_by_what_people_know(&world);
    what_is_mistyped_is_an_error(&world);
    lists_are_cut_where_people_read_them(&world);
    snapshots_are_compared(&world);
    exports_are_whole_or_not_there(&world);
}

fn nothing_that_a_tenant_names_acts_on_a_terminal(world: &World) {
    let rules = "name: \"a \\e[2J\"\nquery: FIND azure_subscription\nonFirstRun: fire\n";
    fs::write(world.path("rule.yaml"), rules).unwrap();
    let printed = text(&world.ran);
    assert!(printed.contains(r"=1+1 \u{1b}[2J\u{9b}31m\u{d}\u{a}forged"), "{printed}");
    assert!(!deceives(&printed), "{printed}");
    let subscription = format!("/subscriptions/{}", world.subscription);
    let groups = ["show", "--type", "azure_resource_group", "--matching", &subscription];
    let groups = world.prints(&groups);
    let group = groups.lines().next().unwrap();
    let commands: &[&[&str]] = &[
        &["show"],
        &["show", "--instance", "contoso-1"],
        &["show", "--type", "azure_subscription"],
        &["show", "--type", "azure_subscription", "--json"],
        &["show", "--json"],
        &["diff"],
        &["diff", "--json"],
        &["diff", "--summary"],
        &["job", "list"],
        &["instance", "list"],
        &["instance", "list", "--json"],
        &["instance", "show", &world.subscription],
        &["plan", "event.json"],
        &["query", "FIND azure_subscription"],
        &["query", "FIND azure_subscription AS s RETURN s.displayName, s.name"],
        &["query", "FIND azure_subscription", "--json"],
        &["query", "FIND azure_subscription THAT HAS * RETURN TREE", "--tree"],
        &["query", "FIND azure_subscription THAT HAS * RETURN TREE", "--tree=mermaid"],
        &["query", "--all-questions"],
        &["neighbours", &subscription],
        &["path", &subscription, group],
        &["rules", "check", "rule.yaml"],
        &["rules", "run", "rule.yaml"],
        &["rules", "list"],
        &["store", "check"],
    ];
    for words in commands {
        let printed = world.prints(words);
        assert!(!deceives(&printed), "{words:?}: {printed}");
        assert!(!printed.is_empty(), "{words:?} prints nothing");
    }
    for words in [
        &["show", "--instance", HOSTILE, "--type", HOSTILE][..],
        &["neighbours", "\u{1b}[2J"],
        &["neighbours", HOSTILE],
        &["path", "\u{1b}[2J\r\nforged", "x"],
        &["query", "FIND \u{1b}[2J"],
        &["job", "abandon", "\u{1b}[2J"],
        &["run", "\u{1b}[2J.json"],
        &["export", "--format", "ndjson", "--out", "x", "--instance", "\u{1b}\nforged"],
    ] {
        let said = world.fails(words);
        assert!(!deceives(&said), "{words:?}: {said}");
    }
    // A spreadsheet would take the name for a formula.
    let query = "FIND azure_subscription AS s RETURN s.displayName ORDER BY s.displayName";
    let csv = world.prints(&["query", query, "--csv"]);
    assert!(csv.contains("\"'=1+1 "), "{csv}");
}

fn what_could_not_be_read_is_told_by_its_causes(world: &World) {
    for printed in [text(&world.ran), world.prints(&["show"])] {
        let lines: Vec<&str> = printed.lines().collect();
        let told: Vec<usize> =
            (1..lines.len()).filter(|it| lines[*it].contains("the role lacks")).collect();
        let [at] = told[..] else { panic!("{printed}") };
        assert!(lines[at - 1].contains(" lists of 2 subscriptions ("), "{printed}");
        assert!(lines[at].contains("lacks Microsoft.KeyVault/vaults/read"), "{printed}");
        assert!(printed.contains("`tenantgraph setup` grants what is lacking"), "{printed}");
        assert!(!printed.contains("forbidden: forbidden"), "{printed}");
    }
    let printed = text(&world.ran);
    assert!(printed.contains("\nTo see all of it: tenantgraph show\n"), "{printed}");
}

fn instances_are_chosen_by_what_people_know(world: &World) {
    // The store has one tenant, which need not be named.
    let whole = world.prints(&["show", "--tenant", "contoso-1"]);
    assert_eq!(world.prints(&["show"]), whole);
    assert_eq!(world.prints(&["show", "--tenant", "CONT"]), whole);
    // Two are called alike.
    let said = world.fails(&["show", "--tenant", HOSTILE]);
    assert!(said.contains("may be any of these instances"), "{said}");
    let development = world.prints(&["show", "--instance", "nordlicht logistik development"]);
    assert!(development.contains("azure_subscription"), "{development}");
    let own = world.prints(&["show", "--instance", "contoso-1"]);
    assert_ne!(own, whole);
    assert_eq!(world.prints(&["show", "--instance", "c"]), own);
    let of_subscription = format!("contoso-1~{}", world.subscription);
    let shown = world.prints(&["show", "--instance", &of_subscription]);
    assert_eq!(world.prints(&["show", "--instance", &world.subscription[..12]]), shown);
    let said = world.fails(&["diff", "--instance", "contosso-1"]);
    assert!(
        said.contains("there is no snapshot of instance \"contosso-1\"; did you mean contoso-1?")
    );
    assert!(said.contains(&of_subscription), "{said}");
    let said = world.fails(&["show", "--instance", ""]);
    assert!(said.contains(&of_subscription), "{said}");

    let other = world.path("other");
    let store = other.to_str().unwrap();
    for id in ["alpha", "alpine"] {
        let path = world.path("event.json");
        let event = fs::read_to_string(path).unwrap().replace("contoso-1", id);
        let event = event.replace("\"secret\"", "{\"secretArn\":\"env:NOTHING\"}");
        fs::write(world.path("stored.json"), event).unwrap();
        world.prints(&["instance", "store", "stored.json", "--store", store]);
    }
    let said = world.fails(&["instance", "disable", "alp", "--store", store]);
    assert!(said.contains("may be any of these instances"), "{said}");
    assert!(said.contains("  alpha") && said.contains("  alpine"), "{said}");
    let said = world.prints(&["instance", "disable", "alpi", "--store", store]);
    assert!(said.contains("\"enabled\": false"), "{said}");
    let said = world.fails(&["show", "--store", store]);
    assert!(said.contains("has no snapshot yet"), "{said}");
}

fn what_is_mistyped_is_an_error(world: &World) {
    let rule = "name: Never\nquery: FIND azure_subscripton\n";
    fs::write(world.path("mistyped.yaml"), rule).unwrap();
    for (words, said) in [
        (&["show", "--type", "azure_subscripton"][..], "did you mean azure_subscription?"),
        (&["diff", "--type", "azure_subscripton"], "did you mean azure_subscription?"),
        (
            &["run", "event.json", "--step", "rm-keyvault-valuts"],
            "did you mean rm-keyvault-vaults?",
        ),
        (&["query", "--question", "identity-administrator-without-mfaa"], "did you mean identity-"),
        (&["query", "FIND azure_subscripton"], "did you mean azure_subscription?"),
        (&["path", "a", "b", "--without", "azure_uzer"], "did you mean azure_user?"),
        (&["show", "--store", "nowhere"], "there is no store nowhere"),
        (&["job", "list", "--store", "nowhere"], "there is no store nowhere"),
        (&["instance", "list", "--store", "nowhere"], "there is no store nowhere"),
        (&["store", "check", "--store", "nowhere"], "there is no store nowhere"),
        (&["diff", "--store", "nowhere"], "there is no store nowhere"),
        (&["query", "FIND *", "--store", "nowhere"], "there is no store nowhere"),
        (&["rules", "list", "--store", "nowhere"], "there is no store nowhere"),
        (&["rules", "check", "--store", "nowhere"], "there is no store nowhere"),
        (&["rules", "check"], "no rules are stored in"),
        (&["rules", "run"], "no rules are stored in"),
        (&["show", "--store", "s3:/bucket"], "invalid store"),
        (
            &["export", "--format", "ndjson", "--out", "y", "--store", "nowhere"],
            "there is no store",
        ),
        (
            &["diff", "--instance", "contoso-1", "--from", "2001"],
            "no snapshot of a job begins with",
        ),
    ] {
        let printed = world.fails(words);
        assert!(printed.contains(said), "{words:?}: {printed}");
    }
    assert!(!world.path("nowhere").exists());
    for command in ["check", "run"] {
        let output = world.run(&["rules", command, "mistyped.yaml"]);
        let printed = text(&output);
        assert_eq!(output.status.code(), Some(1), "{printed}");
        assert!(printed.contains("can never fire"), "{printed}");
        assert!(printed.contains("did you mean azure_subscription?"), "{printed}");
    }
    let output = world.run(&["show", "--instanec", "contoso-1"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output).contains("'--instance'"), "{}", text(&output));
    // A type that there could be is none that is mistyped.
    let said = world.prints(&["show", "--type", "azure_vm"]);
    assert!(said.contains("the snapshot has none of type azure_vm"), "{said}");
    let output = world.run(&["show", "--type", "azure_keyvault_service"]);
    assert_eq!(output.status.code(), Some(3), "{}", text(&output));
    assert!(text(&output).contains("azure_keyvault_service was not read: forbidden"));
}

fn lists_are_cut_where_people_read_them(world: &World) {
    let all = world.run(&["show", "--type", "azure_app_role", "--json"]);
    let count = String::from_utf8(all.stdout).unwrap().lines().count();
    assert!(count > 20, "there are only {count}");
    let cut = world.prints(&["show", "--type", "azure_app_role"]);
    assert!(cut.contains(&format!("20 of {count}; --limit shows more")), "{cut}");
    let cut = world.run(&["show", "--type", "azure_app_role", "--json", "--limit", "3"]);
    assert_eq!(String::from_utf8(cut.stdout).unwrap().lines().count(), 3);
    let quiet = world.prints(&["-q", "show", "--type", "azure_app_role"]);
    assert!(!quiet.contains("--limit shows more"), "{quiet}");
}

fn snapshots_are_compared(world: &World) {
    let renamed = r"displayName: ";
    let latest = world.prints(&["diff", "--type", "azure_subscription"]);
    assert!(latest.contains(renamed) && latest.contains(" → "), "{latest}");
    assert!(latest.contains("updated"), "{latest}");
    let summary = world.prints(&["diff", "--summary"]);
    assert!(summary.contains("azure_subscription"), "{summary}");
    assert!(!summary.contains(" → "), "{summary}");

    let instance = format!("contoso-1~{}", world.subscription);
    let mut jobs: Vec<String> = fs::read_dir(world.path(".tenantgraph/graph").join(&instance))
        .unwrap()
        .map(|it| it.unwrap().file_name().into_string().unwrap())
        .filter(|it| it != "latest.json")
        .collect();
    jobs.sort();
    let [first, second] = &jobs[..] else { panic!("{jobs:?}") };
    let diff = |from: &str, to: &str| {
        let words = ["diff", "--instance", &instance, "--from", from, "--to", to, "--json"];
        let output = world.run(&words);
        let lines = String::from_utf8(output.stdout).unwrap();
        lines.lines().map(|it| serde_json::from_str::<Value>(it).unwrap()).collect::<Vec<_>>()
    };
    // Between two snapshots is what the later one tells of the earlier.
    let between = diff(first, second);
    let output = world.run(&["diff", "--instance", &instance, "--json"]);
    let told = String::from_utf8(output.stdout).unwrap();
    let told: Vec<Value> = told.lines().map(|it| serde_json::from_str(it).unwrap()).collect();
    assert_eq!(between, told);
    let of = |it: &Value| it["type"] == "azure_subscription" && it["change"] == "updated";
    let values = &between.iter().find(|it| of(it)).unwrap()["values"];
    let name = values["displayName"]["new"].as_str().or(values["name"]["new"].as_str()).unwrap();
    assert_eq!(name, HOSTILE);
    let back = diff(second, first);
    assert_eq!(back.len(), between.len());
    let back = &back.iter().find(|it| of(it)).unwrap()["values"];
    assert_eq!(back["displayName"]["old"], values["displayName"]["new"]);
    assert!(diff(first, first).is_empty());
}

fn exports_are_whole_or_not_there(world: &World) {
    let said = world.prints(&["export", "--format", "ndjson", "--out", "export"]);
    assert!(said.contains(" entities and ") && said.contains(" files"), "{said}");
    assert!(world.path("export/entities/azure_subscription.ndjson").is_file());
    let said = world.fails(&["export", "--format", "ndjson", "--out", "export"]);
    assert!(said.contains("is not empty"), "{said}");

    // An object of the snapshot is damaged, so there is no export, nor a part of one.
    let graph = world.path(".tenantgraph/graph/contoso-1");
    let latest = fs::read(graph.join("latest.json")).unwrap();
    let latest: Value = serde_json::from_slice(&latest).unwrap();
    let snapshot = graph.join(latest["job"]["id"].as_str().unwrap());
    let object = snapshot.join("entities/azure_subscription.ndjson.zst");
    let object =
        if object.exists() { object } else { snapshot.join("entities/azure_account.ndjson.zst") };
    fs::write(&object, b"damaged").unwrap();
    for format in ["jupiterone", "ndjson", "parquet"] {
        world.fails(&["export", "--instance", "contoso-1", "--format", format, "--out", "broken"]);
        assert!(!world.path("broken").exists());
    }
    let left = fs::read_dir(world.folder.path()).unwrap();
    let names = left.map(|it| it.unwrap().file_name().into_string().unwrap());
    assert_eq!(names.filter(|it| it.starts_with(".tenantgraph-export")).count(), 0);
}

/// How the README shows the demo: the words of a command line after the prompt, and what it prints.
const SCREEN: [&str; 2] = ["```text\n$ tenantgraph ", "```\n"];

/// With UPDATE=1, the README is made to show what the demo prints.
#[test]
fn the_readme_shows_what_the_demo_prints() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md");
    let readme = fs::read_to_string(&path).unwrap();
    let (before, rest) = readme.split_once(SCREEN[0]).unwrap();
    let (screen, after) = rest.split_once(SCREEN[1]).unwrap();
    let (command, shown) = screen.split_once('\n').unwrap();
    let folder = TempDir::new().unwrap();
    let output = run(folder.path(), &command.split(' ').collect::<Vec<_>>());
    assert_eq!(output.status.code(), Some(3), "{}", text(&output));
    let printed = String::from_utf8(output.stdout).unwrap();
    let lines = |text: &str| text.lines().map(lasting).collect::<Vec<_>>();
    if std::env::var_os("UPDATE").is_some() && lines(&printed) != lines(shown) {
        let [start, end] = SCREEN;
        let readme = format!("{before}{start}{command}\n{printed}{end}{after}");
        fs::write(&path, readme).unwrap();
        return;
    }
    assert_eq!(lines(&printed), lines(shown), "if this is right, run the test with UPDATE=1");
    assert!(printed.lines().count() <= 48, "the summary fits a screen");
}

/// What is the same each time of a line: not how long it took, nor how many requests it took when
/// answers came in another order.
fn lasting(line: &str) -> String {
    if line.contains(" requests, ") {
        return "requests".to_owned();
    }
    let mut words: Vec<&str> = line.split_whitespace().collect();
    if let [.., requests, "complete" | "incomplete"] = &mut words[..] {
        *requests = "";
    }
    words.join(" ")
}
