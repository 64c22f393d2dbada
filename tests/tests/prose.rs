//! Prose has at most 100 columns, as code has: the pages, and the comments of all Rust.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use tests::Problems;

/// The most columns of a line, which is what rustfmt holds code to.
const COLUMNS: usize = 100;

/// What a generated page says of itself.
const GENERATED: &str = "<!-- Generated";

/// What no line of a paragraph begins with: headings, tables, the targets of links.
const NOT_PROSE: [&str; 3] = ["#", "|", "["];

#[test]
fn prose_is_wrapped() {
    let mut problems = Problems::default();
    for path in files() {
        let text = fs::read_to_string(root().join(&path)).expect("the file is there, and is text");
        let is_page = path.extension() == Some(OsStr::new("md"));
        if is_page && text.contains(GENERATED) {
            continue;
        }
        let mut is_code = false;
        for (number, line) in (1..).zip(text.lines()) {
            let prose = if is_page { Some(line) } else { comment(line) };
            let Some(prose) = prose else {
                is_code = false;
                continue;
            };
            if prose.trim_start().starts_with("```") {
                is_code = !is_code;
            }
            let columns = line.chars().count();
            problems.unless(columns <= COLUMNS || is_code || !can_be_wrapped(prose), || {
                format!("{}:{number} has {columns} columns", path.display())
            });
        }
    }
    problems.report();
}

#[test]
fn what_is_wrapped_is_checked() {
    let long = "a word ".repeat(20);
    assert!(can_be_wrapped(&long));
    assert!(can_be_wrapped(&format!("- {long}")));
    assert!(!can_be_wrapped(&format!("| {long}|")));
    assert!(!can_be_wrapped(&format!("    {long}")));
    assert!(!can_be_wrapped(&format!("  <https://{}>", "a".repeat(100))));
    assert_eq!(comment("    /// A word."), Some("A word."));
    assert_eq!(comment("//!"), Some(""));
    assert_eq!(comment("let a = \"//\";"), None);
}

/// Whether a line is part of a paragraph, and has a space at which it can be broken.
fn can_be_wrapped(prose: &str) -> bool {
    let text = prose.trim_start();
    let is_indented_code = prose.len() - text.len() >= 4;
    let is_paragraph = !is_indented_code && !NOT_PROSE.iter().any(|it| text.starts_with(it));
    let text = text.trim_start_matches(['-', '*', '>', ' ']);
    is_paragraph && text.split_whitespace().count() > 1
}

/// What a comment says, of a line that is one.
fn comment(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let text = ["//!", "///", "//"].iter().find_map(|marker| line.strip_prefix(marker))?;
    Some(text.strip_prefix(' ').unwrap_or(text))
}

/// The pages and the files of Rust, below the root of the repository.
fn files() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        ["README.md", "CHANGELOG.md", "CONTRIBUTING.md"].map(PathBuf::from).into();
    let mut folders: Vec<PathBuf> =
        ["docs", "functions", "shared", "tests"].map(PathBuf::from).into();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root().join(&folder)).expect("the folder is there") {
            let entry = entry.expect("the folder can be read");
            let path = folder.join(entry.file_name());
            if entry.file_name() == "target" || entry.file_name() == "node_modules" {
                continue;
            }
            let extension = path.extension();
            if entry.file_type().expect("it is a file or a folder").is_dir() {
                folders.push(path);
            } else if extension == Some(OsStr::new("rs")) || extension == Some(OsStr::new("md")) {
                files.push(path);
            }
        }
    }
    files
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package lies in the repository")
}
