//! The form of a file with a step: short, said once, and data as far as it goes.

#![expect(clippy::unwrap_used, reason = "a test ends where anything is amiss")]
#![expect(clippy::print_stderr, reason = "it tells what it measured")]

use std::fs;
use std::path::{Path, PathBuf};

use tests::Problems;

/// How long half of the files with a step may be.
const MEDIAN: usize = 50;

/// How long half of the files may be that declare one list of Azure Resource Manager and what its
/// items become, and have no function of their own. Most of a file is one property on each line, or
/// on five if its description is long.
const MEDIAN_FLAT: usize = 35;

/// How many files of a hundred may add entities or references by a hook rather than by what is
/// declared.
const HOOKS: usize = 15;

/// How many links may be declared for a hook, which nothing ties to what the hook does.
const LINKS_BY_HOOK: usize = 5;

/// A file that declares steps.
struct StepFile {
    path: PathBuf,
    /// Its text, without tests.
    text: String,
}

impl StepFile {
    fn lines(&self) -> usize {
        self.text.trim_end().lines().count()
    }

    fn has_hook(&self) -> bool {
        self.text.contains(".hook(")
    }

    fn is_flat(&self) -> bool {
        let is_of_resource_manager = self.path.iter().any(|it| it == "arm");
        let has_function =
            self.text.lines().any(|line| line.contains("fn ") && !line.starts_with("//"));
        is_of_resource_manager && !self.has_hook() && !has_function
    }
}

#[test]
fn files_with_a_step_are_short() {
    let files = step_files();
    let all: Vec<usize> = files.iter().map(StepFile::lines).collect();
    let flat: Vec<usize> = files.iter().filter(|it| it.is_flat()).map(StepFile::lines).collect();
    eprintln!("{} files, {} of them flat", all.len(), flat.len());
    let mut problems = Problems::default();
    for (name, lines, most) in [("all", all, MEDIAN), ("flat", flat, MEDIAN_FLAT)] {
        let median = median(lines);
        eprintln!("{name}: a median of {median} lines");
        problems.unless(median <= most, || format!("half of {name} files have {median} lines"));
    }
    problems.report();
}

#[test]
fn steps_are_declared_rather_than_programmed() {
    let files = step_files();
    let hooks = files.iter().filter(|it| it.has_hook()).count();
    eprintln!("{hooks} of {} files have a hook", files.len());
    assert!(hooks * 100 <= files.len() * HOOKS, "{hooks} of {} files have a hook", files.len());

    let links: usize = sources().iter().map(|it| it.text.matches("Link::by_hook(").count()).sum();
    eprintln!("{links} links are made by a hook");
    assert!(links <= LINKS_BY_HOOK, "{links} links are made by a hook");
}

#[test]
fn a_type_of_resource_is_said_once() {
    let mut problems = Problems::default();
    for file in sources().iter().filter(|it| it.path.iter().any(|part| part == "arm")) {
        let says_a_path = file.text.contains("/subscriptions/{subscription}/providers/");
        problems.unless(!says_a_path, || format!("{} says a path", file.path.display()));
        let says_an_action = file.text.contains("/read\"") && !file.text.contains("actions(");
        problems.unless(!says_an_action, || format!("{} says an action", file.path.display()));
    }
    problems.report();
}

fn step_files() -> Vec<StepFile> {
    sources().into_iter().filter(|file| file.text.contains(": Step = Step {")).collect()
}

/// Every file about a service.
fn sources() -> Vec<StepFile> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/steps/src");
    let mut found = Vec::new();
    for service in ["arm", "entra", "microsoft365"] {
        add(&root.join(service), &mut found);
    }
    found
}

fn add(folder: &Path, found: &mut Vec<StepFile>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            add(&path, found);
        } else {
            let text = fs::read_to_string(&path).unwrap();
            let text = text.split("#[cfg(test)]").next().unwrap_or_default().to_owned();
            found.push(StepFile { path, text });
        }
    }
}

fn median(mut lines: Vec<usize>) -> usize {
    lines.sort_unstable();
    lines[lines.len().saturating_sub(1) / 2]
}
