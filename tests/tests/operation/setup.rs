//! What `tenantgraph setup` writes: no more and no less than the steps need, in every format. The
//! script is run as well, against programs of `tests/setup` that imitate those that it calls.
//! `tests/infra/lint-setup` reads the files as the tools do that they are for.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};
use steps::{Integration, Permission, STEPS, Step};
use tempfile::TempDir;
use tests::{Problems, difference};

const MICROSOFT_GRAPH: &str = "00000003-0000-0000-c000-000000000000";
const KEY_VAULT_READER: &str = "21090545-7ca7-4776-b22c-e363652d74d2";

/// The tenant of the `az` of `tests/setup`.
const TENANT: &str = "11111111-aaaa-4000-8000-000000000000";
const SUBSCRIPTION: &str = "/subscriptions/22222222-bbbb-4000-8000-000000000000";

/// What the application may be allowed, by format.
const FORMATS: [(&str, &str); 4] = [
    ("az", "setup.sh"),
    ("terraform", "main.tf"),
    ("bicep", "role.bicep"),
    ("manifest", "manifest.json"),
];

/// Everything that the command writes, one file after the other, in a folder of its own.
async fn written(arguments: &[&str]) -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let given = ["tenantgraph", "setup", "--out"].into_iter().map(OsString::from);
    let given = given.chain([folder.path().into()]);
    let _ = tenantgraph::run(given.chain(arguments.iter().map(OsString::from))).await;
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder.path()).unwrap().map(|it| it.unwrap().path()).collect();
    paths.sort();
    let texts = paths.iter().map(|it| fs::read_to_string(it).unwrap());
    let text = texts.collect::<Vec<_>>().join("\n");
    (folder, text)
}

/// An event with a configuration, as a file in a folder.
fn event(folder: &Path, config: &Value) -> String {
    let mut all = json!({
        "directoryId": TENANT,
        "clientId": "33333333-cccc-4000-8000-000000000000",
        "clientSecret": { "secretArn": "env:SECRET" },
    });
    for (name, value) in config.as_object().unwrap() {
        all[name] = value.clone();
    }
    let event = json!({ "instance": {
        "id": "contoso", "integration": "azure", "name": "Contoso", "config": all,
    } });
    let path = folder.join("event.json");
    fs::write(&path, event.to_string()).unwrap();
    path.to_str().unwrap().to_owned()
}

/// Configurations that need little, so that what is written for them is short: the directory alone,
/// the vaults of a subscription, and those of a tenant.
fn cases() -> [(&'static str, &'static str, Value); 3] {
    let sources = |on: &str| json!({ "*": false, on: true });
    let subscription = SUBSCRIPTION.trim_start_matches("/subscriptions/");
    [
        (
            "directory",
            "federated",
            json!({ "ingestActiveDirectory": true, "ingestionSources": sources("ad-devices") }),
        ),
        (
            "subscription",
            "certificate",
            json!({ "subscriptionId": subscription, "ingestionSources": sources("key-vault") }),
        ),
        (
            "tenant",
            "secret",
            json!({
                "ingestActiveDirectory": true,
                "configureSubscriptionInstances": true,
                "ingestionSources": sources("key-vault"),
            }),
        ),
    ]
}

#[tokio::test]
async fn what_is_written_is_as_it_was() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("setup");
    let scratch = tempfile::tempdir().unwrap();
    let mut problems = Problems::default();
    for (name, credential, config) in cases() {
        let event = event(scratch.path(), &config);
        for (format, file) in FORMATS {
            let arguments = [&event, "--format", format, "--credential", credential];
            let (_folder, text) = written(&arguments).await;
            // The directory needs no role, so there is nothing to deploy.
            if (name, format) == ("directory", "bicep") {
                assert_eq!(text, "");
                continue;
            }
            let extension = file.rsplit('.').next().unwrap();
            problems.note(difference(&golden.join(format!("{name}.{extension}")), &text));
        }
    }
    problems.report();
}

/// What steps need to be granted, as names of actions and ids of app roles.
fn needed(steps: &[&Step]) -> (BTreeSet<String>, BTreeSet<String>, BTreeSet<String>) {
    let (mut app_roles, mut actions, mut data) = Default::default();
    for permission in steps.iter().flat_map(|step| step.permissions()) {
        let (set, name): (&mut BTreeSet<String>, _) = match permission {
            Permission::Graph(name) => (&mut app_roles, steps::docs::graph_role_id(name).unwrap()),
            Permission::Action(ref name) => (&mut actions, name.as_ref()),
            Permission::DataAction(name) => (&mut data, name),
        };
        set.insert(name.to_owned());
    }
    (app_roles, actions, data)
}

/// The texts in quotes that look like actions.
fn actions_in(text: &str) -> BTreeSet<String> {
    let quoted = text.lines().map(str::trim).filter_map(|line| {
        let line = line.trim_end_matches(',');
        let inner = line.strip_prefix(['"', '\''])?.strip_suffix(['"', '\''])?;
        (inner.starts_with("Microsoft.") && inner.contains('/')).then(|| inner.to_owned())
    });
    quoted.collect()
}

/// The ids in a text.
fn ids_in(text: &str) -> BTreeSet<String> {
    let words = text.split(|it: char| !it.is_ascii_hexdigit() && it != '-');
    let is_id = |word: &&str| word.len() == 36 && word.matches('-').count() == 4;
    words.filter(is_id).map(str::to_owned).collect()
}

fn of(integration: Integration, with_off: bool) -> Vec<&'static Step> {
    let steps = STEPS.iter().copied().filter(|step| step.integration == integration);
    steps.filter(|step| with_off || !step.is_off_by_default()).collect()
}

#[tokio::test]
async fn just_what_the_steps_need_is_granted() {
    let sample = format!("{}/../events/start-azure-tenant.json", env!("CARGO_MANIFEST_DIR"));
    let selections = [
        (vec!["--integration", "azure"], of(Integration::Azure, false)),
        (vec!["--integration", "microsoft365"], of(Integration::Microsoft365, false)),
        (vec![sample.as_str()], of(Integration::Azure, true)),
    ];
    let mut problems = Problems::default();
    for (selection, steps) in &selections {
        let (app_roles, actions, data) = needed(steps);
        for scope in ["tenant-root", SUBSCRIPTION] {
            for (format, _) in FORMATS {
                let arguments = [&selection[..], &["--format", format, "--scope", scope]].concat();
                let (_folder, text) = written(&arguments).await;
                let is_of_graph = format != "bicep";
                let has_role = format != "manifest" && !actions.is_empty();
                let is_root = scope == "tenant-root";

                let mut allowed = actions.clone();
                if !is_root {
                    allowed.extend(data.iter().cloned());
                }
                let expected = if has_role { allowed } else { BTreeSet::new() };
                let found = actions_in(&text);
                let missing: Vec<_> = expected.symmetric_difference(&found).collect();
                problems.unless(missing.is_empty(), || format!("{arguments:?}: {missing:?}"));

                let mut expected = BTreeSet::new();
                if is_of_graph {
                    expected.extend(app_roles.iter().cloned());
                }
                let mut found = ids_in(&text);
                for id in [MICROSOFT_GRAPH, SUBSCRIPTION.trim_start_matches("/subscriptions/")] {
                    found.remove(id);
                }
                let has_reader =
                    found.remove(KEY_VAULT_READER) || text.contains("\"Key Vault Reader\"");
                let missing: Vec<_> = expected.symmetric_difference(&found).collect();
                problems.unless(missing.is_empty(), || format!("{arguments:?}: {missing:?}"));
                let needs_reader = has_role && is_root && !data.is_empty();
                problems.unless(has_reader == needs_reader, || {
                    format!("{arguments:?}: the role for vaults is wrong")
                });
            }
        }
    }
    problems.report();
}

/// A machine on which the script is run, and what it did there.
pub(crate) struct Tried {
    folder: TempDir,
    state: PathBuf,
}

impl Tried {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("state");
        fs::create_dir(&state).unwrap();
        Self { folder, state }
    }

    /// Writes the script for some arguments, and runs it.
    pub(crate) async fn run(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
        let (scripts, _) = written(arguments).await;
        let programs = Path::new(env!("CARGO_MANIFEST_DIR")).join("setup");
        let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
        Command::new("bash")
            .arg(scripts.path().join("setup.sh"))
            .env("PATH", path)
            .env("STATE", &self.state)
            .env("PAUSE", "0")
            .envs(variables.iter().copied())
            .output()
            .unwrap()
    }

    pub(crate) fn kept(&self, name: &str) -> String {
        fs::read_to_string(self.state.join(name)).unwrap_or_default()
    }
}

fn text_of(output: &Output) -> String {
    let texts = [&output.stdout, &output.stderr].map(|it| String::from_utf8_lossy(it));
    texts.concat()
}

#[tokio::test]
async fn a_second_run_of_the_script_creates_nothing() {
    let certificate = Path::new(env!("CARGO_MANIFEST_DIR")).join("setup/openssl");
    let variables = [
        ("AWS_SECRET_NAME", "tenantgraph/test"),
        ("CERTIFICATE", certificate.to_str().unwrap()),
        ("ISSUER", "https://issuer.example"),
        ("SUBJECT", "the subject"),
    ];
    for (name, credential, config) in cases() {
        let tried = Tried::new();
        let event = event(tried.folder.path(), &config);
        let arguments = [event.as_str(), "--credential", credential];
        let first = tried.run(&arguments, &variables).await;
        assert!(first.status.success(), "{name}: {}", text_of(&first));
        let created = tried.kept("created");
        assert!(created.starts_with("application\nprincipal\n"), "{name}: {created}");
        let again = tried.run(&arguments, &variables).await;
        assert!(again.status.success(), "{name}: {}", text_of(&again));
        assert_eq!(tried.kept("created"), created, "{name}");
        assert!(text_of(&again).contains("\"clientId\": \"11111111-aaaa-4000-8000-000000000001\""));
        // The secret reaches its store, and nothing else.
        let everything = [text_of(&first), text_of(&again), tried.kept("calls")].concat();
        assert!(!everything.contains("the~password"), "{name}");
        assert_eq!(tried.kept("secret"), if credential == "secret" { "the~password" } else { "" });
    }
}

#[tokio::test]
async fn the_script_creates_the_role_of_the_documentation() {
    let tried = Tried::new();
    let variables = [("AWS_SECRET_NAME", "tenantgraph/test")];
    let steps = of(Integration::Azure, false);
    let role = || -> Value { serde_json::from_str(&tried.kept("role.json")).unwrap() };

    let done = tried.run(&["--scope", SUBSCRIPTION], &variables).await;
    assert!(done.status.success(), "{}", text_of(&done));
    assert_eq!(role(), steps::docs::role_of(&steps, SUBSCRIPTION));
    let requested: Value = serde_json::from_str(&tried.kept("requested")).unwrap();
    let (_folder, manifest) = written(&["--format", "manifest"]).await;
    let manifest: Value = serde_json::from_str(&manifest).unwrap();
    assert_eq!(requested, manifest["requiredResourceAccess"]);

    // At another scope, the role stays assignable where it was. It loses its data actions.
    let done = tried.run(&["--scope", "tenant-root"], &variables).await;
    assert!(done.status.success(), "{}", text_of(&done));
    let root = format!("/providers/Microsoft.Management/managementGroups/{TENANT}");
    let mut expected = steps::docs::role_of(&steps, &root);
    expected["AssignableScopes"] = json!([root, SUBSCRIPTION]);
    expected["DataActions"] = json!([]);
    assert_eq!(role(), expected);
    let assignments =
        format!("tenantgraph {SUBSCRIPTION}\ntenantgraph {root}\n{KEY_VAULT_READER} {root}\n");
    assert_eq!(tried.kept("assignments"), assignments);
}

#[tokio::test]
async fn the_script_stops_before_it_would_do_harm() {
    // A secret that is printed to a pipe may end up in a file.
    let tried = Tried::new();
    let done = tried.run(&[], &[]).await;
    assert!(!done.status.success());
    assert!(text_of(&done).contains("set AWS_SECRET_NAME"), "{}", text_of(&done));
    assert!(!tried.kept("created").contains("credential"));

    let tried = Tried::new();
    let other = json!({ "directoryId": "44444444-dddd-4000-8000-000000000000",
        "ingestActiveDirectory": true });
    let event = event(tried.folder.path(), &other);
    let done = tried.run(&[&event], &[]).await;
    assert!(!done.status.success());
    let advice = "run: az login --tenant 44444444-dddd-4000-8000-000000000000";
    assert!(text_of(&done).contains(advice), "{}", text_of(&done));
    assert_eq!(tried.kept("created"), "");
}

#[test]
fn each_permission_has_a_command_that_grants_it() {
    let grant = |permission| tenantgraph::setup::grant(&permission, "APPLICATION", SUBSCRIPTION);
    let graph = grant(Permission::Graph("User.Read.All"));
    assert!(graph.starts_with("az rest --method POST "), "{graph}");
    assert!(graph.contains("df021288-bdef-4463-88db-98f22de89214"), "{graph}");
    let action = grant(Permission::Action("Microsoft.Compute/disks/read".into()));
    assert_eq!(action, format!("bash <(tenantgraph setup --scope {SUBSCRIPTION})"));
    let data = grant(Permission::DataAction("Microsoft.KeyVault/vaults/keys/read"));
    assert!(data.contains(KEY_VAULT_READER) && data.contains(SUBSCRIPTION), "{data}");
}
