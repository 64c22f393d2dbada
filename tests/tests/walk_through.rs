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
fn a_resource_is_one_short_file() {
    let recipes = recipes();
    let lines = recipes[0].file.lines().count();
    assert!(lines <= LINES, "the simple file of the README has {lines} lines");

    let copy = Copy::of_the_workspace();
    apply(&recipes, &copy.root);
    // Writes the expected graphs, and then finds them as expected.
    copy.test(true);
    copy.test(false);

    for recipe in recipes {
        let graph = copy.root.join("tests/fixtures").join(&recipe.id).join("graph.json");
        let graph: serde_json::Value = serde_json::from_slice(&fs::read(graph).unwrap()).unwrap();
        let entities = graph["entities"].as_array().unwrap().len();
        let expected = 1 + usize::from(recipe.parent.is_some());
        assert_eq!(entities, expected, "what became of the page of {}", recipe.id);
        assert_eq!(graph["drift"], serde_json::json!([]));
    }
}

/// What the README says about adding one step.
struct Recipe {
    /// Where the file of the step belongs.
    path: PathBuf,
    file: String,
    id: String,
    registry: String,
    /// The parent that the page is of, if it is of one.
    parent: Option<String>,
    page: String,
}

/// What the README says about adding a resource: a simple one, and what each of those has.
fn recipes() -> [Recipe; 2] {
    let readme = fs::read_to_string(workspace().join("README.md")).unwrap();
    let (_, section) = readme.split_once("\n## Add a resource\n").expect("README.md says how");
    let section = section.split("\n## ").next().unwrap();
    let (simple, of_parent) = section.split_once("\n### ").expect("it says how of each parent");
    [Recipe::of(simple), Recipe::of(of_parent)]
}

impl Recipe {
    fn of(section: &str) -> Self {
        let path = section.split('`').find(|it| it.starts_with("shared/steps/src/arm/")).unwrap();
        let [file, registry] = &blocks(section, "rust")[..] else {
            panic!("there are two blocks of Rust: the file, and the line of the registry")
        };
        let id = file.split("id: \"").nth(1).and_then(|it| it.split('"').next()).unwrap();
        let mut recorded = blocks(section, "json");
        let page = recorded.pop().expect("there is a page");
        Self {
            path: path.into(),
            file: file.clone(),
            id: id.to_owned(),
            registry: registry.trim_end().to_owned(),
            parent: recorded.pop(),
            page,
        }
    }
}

/// Does what the README says.
fn apply(recipes: &[Recipe], root: &Path) {
    let registry = root.join("shared/steps/src/registry.rs");
    let text = fs::read_to_string(&registry).unwrap();
    let (start, rest) = text.split_once("= &[\n").unwrap();
    let (lines, end) = rest.split_once("];").unwrap();
    let lines: Vec<&str> = lines.lines().collect();
    assert_eq!(lines.len(), steps::STEPS.len(), "the registry has one line for each step");
    let mut steps: Vec<(&str, &str)> = steps::STEPS.iter().map(|it| it.id).zip(lines).collect();
    for recipe in recipes {
        let path = root.join(&recipe.path);
        write(&path, &recipe.file);
        let module = path.file_stem().unwrap().to_str().unwrap();
        let parent = path.parent().unwrap().with_extension("rs");
        let modules = fs::read_to_string(&parent).unwrap();
        write(&parent, &format!("{modules}pub(crate) mod {module};\n"));
        steps.push((&recipe.id, &recipe.registry));
        let folder = root.join("tests/fixtures").join(&recipe.id);
        write(&folder.join("page-1.json"), &recipe.page);
        if let Some(parent) = &recipe.parent {
            write(&folder.join("parent.json"), parent);
        }
    }
    steps.sort_unstable();
    let lines: Vec<&str> = steps.into_iter().map(|(_, line)| line).collect();
    write(&registry, &format!("{start}= &[\n{}\n];{end}", lines.join("\n")));
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
        let steps = ["Cargo.lock", "docs/differences.md", "shared/graph", "shared/steps"];
        let test = ["tests/src", "tests/tests/steps.rs", "tests/tests/steps"];
        let facts = ["tests/catalog", "tests/fixtures"];
        for part in steps.into_iter().chain(test).chain(facts) {
            copy(&workspace().join(part), &root.join(part), &mut kept);
        }

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

/// Removes the files of a folder that are not to be kept, and folders that are empty then.
fn remove_others(folder: &Path, kept: &BTreeSet<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            remove_others(&path, kept);
            // It fails where something is in it.
            fs::remove_dir(&path).ok();
        } else if !kept.contains(&path) {
            fs::remove_file(path).unwrap();
        }
    }
}
