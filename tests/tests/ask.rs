//! What the README says about asking the graph is true: it is done here, as it is written there.

#![expect(clippy::unwrap_used, reason = "a test ends where anything is amiss")]

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use tempfile::TempDir;

#[tokio::test(flavor = "multi_thread")]
async fn the_readme_can_be_followed() {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    let readme = fs::read_to_string(readme).unwrap();
    let (_, section) = readme.split_once("\n## Ask the graph").expect("README.md says how");
    let section = section.split("\n## ").next().unwrap();
    // Commands write to the folder in which they are run. No other test is in this process.
    let folder = TempDir::new().unwrap();
    std::env::set_current_dir(folder.path()).unwrap();
    run("tenantgraph demo --users 40 --subscriptions 1 --resources 30").await;
    let mut commands = 0;
    for block in section.split("\n```").skip(1).step_by(2) {
        let (kind, text) = block.split_once('\n').unwrap();
        if kind == "yaml" {
            fs::create_dir_all("rules").unwrap();
            fs::write("rules/administrators.yaml", text).unwrap();
            continue;
        }
        for command in text.lines() {
            run(command).await;
            commands += 1;
        }
    }
    assert!(commands > 5, "the section has {commands} commands");
    let states: Vec<_> = walk("alerts".as_ref(), Path::new(".tenantgraph"));
    assert_eq!(states.len(), 1, "the rule has a state");
}

/// Runs a command, which ends with everything read, or with something that could not be.
async fn run(command: &str) {
    let words: Vec<OsString> = words(command).into_iter().map(OsString::from).collect();
    let code = format!("{:?}", Box::pin(tenantgraph::run(words)).await);
    let is_fine =
        [0, 3].iter().any(|it| code == format!("{:?}", std::process::ExitCode::from(*it)));
    assert!(is_fine, "{command}: {code}");
}

/// The words of a command, of which some stand between quotation marks.
fn words(command: &str) -> Vec<String> {
    let parts = command.split('"').enumerate();
    parts
        .flat_map(|(at, part)| match at % 2 {
            0 => part.split_whitespace().map(str::to_owned).collect(),
            _ => vec![part.to_owned()],
        })
        .collect()
}

fn walk(folder: &Path, store: &Path) -> Vec<std::path::PathBuf> {
    let tenants = fs::read_dir(store.join(folder)).unwrap();
    let files = tenants.flat_map(|it| fs::read_dir(it.unwrap().path()).unwrap());
    files.map(|it| it.unwrap().path()).collect()
}
