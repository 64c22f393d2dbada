//! What the README says about adding a resource is true: it is done here, as it is written there.

#![expect(clippy::unwrap_used, reason = "a test ends where anything is amiss")]

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The most lines that a simple resource may take.
const LINES: usize = 30;

/// The package of tests, without what tests of the whole system need.
const MANIFEST: &str = "\
[package]
name = \"tests\"
# The programs need the whole system.
autobins = false
edition.workspace = true
version.workspace = true

[features]
system = []

[dependencies]
csv.workspace = true
graph.workspace = true
serde.workspace = true
serde_json.workspace = true
steps.workspace = true
";

#[test]
fn a_simple_resource_is_one_short_file() {
    let section = section();
    let lines = section.file.lines().count();
    assert!(lines <= LINES, "the file of the README has {lines} lines");

    let copy = Copy::of_the_workspace();
    section.apply(&copy.root);
    // Writes the expected graph, and then finds it as expected.
    copy.test(true);
    copy.test(false);

    let graph = copy.root.join("tests/fixtures").join(&section.id).join("graph.json");
    let graph: serde_json::Value = serde_json::from_slice(&fs::read(graph).unwrap()).unwrap();
    assert!(!graph["entities"].as_array().unwrap().is_empty(), "nothing became of the page");
    assert_eq!(graph["drift"], serde_json::json!([]));
}

/// What the README says about adding a resource.
struct Section {
    /// Where the file of the step belongs.
    path: PathBuf,
    file: String,
    id: String,
    registry: String,
    page: String,
}

fn section() -> Section {
    let readme = fs::read_to_string(workspace().join("README.md")).unwrap();
    let (_, section) = readme.split_once("\n## Add a resource\n").expect("README.md says how");
    let section = section.split("\n## ").next().unwrap();
    let path = section.split('`').find(|it| it.starts_with("shared/steps/src/")).unwrap();
    let [file, registry] = &blocks(section, "rust")[..] else {
        panic!("the section has two blocks of Rust: the file, and the line of the registry")
    };
    let id = file.split("id: \"").nth(1).and_then(|it| it.split('"').next()).unwrap();
    Section {
        path: path.into(),
        file: file.clone(),
        id: id.to_owned(),
        registry: registry.clone(),
        page: blocks(section, "json").remove(0),
    }
}

/// The blocks of code in a language, without their indentation.
fn blocks(section: &str, language: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut lines = section.lines();
    while let Some(line) = lines.next() {
        let indent = line.len() - line.trim_start().len();
        if line.trim() == format!("```{language}") {
            let block = lines.by_ref().take_while(|line| line.trim() != "```");
            let block: Vec<&str> = block.map(|line| line.get(indent..).unwrap_or("")).collect();
            blocks.push(block.join("\n") + "\n");
        }
    }
    blocks
}

impl Section {
    /// Does what the section says.
    fn apply(&self, root: &Path) {
        let path = root.join(&self.path);
        write(&path, &self.file);

        let module = path.file_stem().unwrap().to_str().unwrap();
        let parent = path.parent().unwrap().with_extension("rs");
        let modules = fs::read_to_string(&parent).unwrap();
        write(&parent, &format!("{modules}pub(crate) mod {module};\n"));

        // In the order of ids: before the first step whose id is greater.
        let after = steps::STEPS.iter().position(|step| step.id > self.id.as_str());
        let registry = root.join("shared/steps/src/registry.rs");
        let text = fs::read_to_string(&registry).unwrap();
        let (start, rest) = text.split_once("= &[\n").unwrap();
        let (steps, end) = rest.split_once("];").unwrap();
        let mut steps: Vec<&str> = steps.lines().collect();
        assert_eq!(steps.len(), steps::STEPS.len(), "the registry has one line for each step");
        steps.insert(after.unwrap_or(steps.len()), self.registry.trim_end());
        write(&registry, &format!("{start}= &[\n{}\n];{end}", steps.join("\n")));

        write(&root.join("tests/fixtures").join(&self.id).join("page-1.json"), &self.page);
    }
}

/// A copy of the workspace, as far as steps go. It stays, so that the next run builds only what
/// has changed.
struct Copy {
    root: PathBuf,
    /// Keeps others from writing to the copy.
    _lock: File,
}

impl Copy {
    fn of_the_workspace() -> Self {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("walk-through");
        fs::create_dir_all(&root).unwrap();
        let lock = File::create(root.join("lock")).unwrap();
        lock.lock().unwrap();

        let mut kept = BTreeSet::new();
        for part in ["Cargo.lock", "shared/graph", "shared/steps", "tests/src", "tests/fixtures"] {
            copy(&workspace().join(part), &root.join(part), &mut kept);
        }
        let test = "tests/tests/steps.rs";
        copy(&workspace().join(test), &root.join(test), &mut kept);

        let manifest = fs::read_to_string(workspace().join("Cargo.toml")).unwrap();
        let members = manifest.lines().find(|line| line.starts_with("members")).unwrap();
        let manifest = manifest.replace(members, "members = [\"shared/*\", \"tests\"]");
        write(&root.join("Cargo.toml"), &manifest);
        write(&root.join("tests/Cargo.toml"), MANIFEST);

        for part in ["shared", "tests/src", "tests/tests", "tests/fixtures"] {
            remove_others(&root.join(part), &kept);
        }
        Self { root, _lock: lock }
    }

    /// Runs the test of the steps in the copy.
    fn test(&self, is_update: bool) {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["test", "--offline", "--quiet", "--package", "tests", "--test", "steps"]);
        cargo.current_dir(&self.root).env("CARGO_TARGET_DIR", self.root.join("target"));
        cargo.env_remove("UPDATE");
        if is_update {
            cargo.env("UPDATE", "1");
        }
        let output = cargo.output().unwrap();
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert!(output.status.success(), "the copy fails its tests:\n{out}\n{err}");
    }
}

fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// Copies a file, or a folder with what is in it.
fn copy(from: &Path, to: &Path, kept: &mut BTreeSet<PathBuf>) {
    if from.is_dir() {
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            copy(&entry.path(), &to.join(entry.file_name()), kept);
        }
    } else {
        write(to, &fs::read_to_string(from).unwrap());
        kept.insert(to.to_owned());
    }
}

/// Writes a file, unless it holds the text: what has not changed need not be built again.
fn write(path: &Path, text: &str) {
    if fs::read_to_string(path).is_ok_and(|it| it == text) {
        return;
    }
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// Removes the files of a folder that are not to be kept.
fn remove_others(folder: &Path, kept: &BTreeSet<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            remove_others(&path, kept);
        } else if !kept.contains(&path) {
            fs::remove_file(path).unwrap();
        }
    }
}
