//! No two files of a crate import each other, nor do longer circles of files. What is in a circle
//! can only be understood, tested and changed as a whole.

#![expect(clippy::unwrap_used, reason = "a test ends where anything is amiss")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Crates in which circles are still to be cut.
const NOT_YET_CUT: &[&str] =
    &["shared/collector", "shared/microsoft", "shared/query", "shared/steps", "functions/consent"];

/// The files of a crate by their modules, such as `["world", "tenant"]`; the root has no part.
type Files = BTreeMap<Vec<String>, String>;
type Imports<'a> = BTreeMap<&'a [String], BTreeSet<&'a [String]>>;

#[test]
fn no_files_import_each_other_in_a_circle() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found = Vec::new();
    for folder in ["shared", "functions"] {
        for entry in fs::read_dir(root.join(folder)).unwrap() {
            let name = format!("{folder}/{}", entry.unwrap().file_name().to_str().unwrap());
            let source = root.join(&name).join("src");
            if !source.is_dir() || NOT_YET_CUT.contains(&name.as_str()) {
                continue;
            }
            let mut files = Files::new();
            collect(&source, &mut Vec::new(), &mut files);
            assert!(!files.is_empty(), "{name} has no files");
            found.extend(circles(&imports(&files)).into_iter().map(|it| format!("{name}: {it}")));
        }
    }
    assert!(found.is_empty(), "files import each other:\n{}", found.join("\n"));
}

#[test]
fn a_circle_is_seen_however_it_is_imported() {
    let read = |files: &[(&str, &str)]| {
        let split = |path: &str| path.split('/').map(str::to_owned).collect();
        let files = files.iter().map(|(path, text)| (split(path), (*text).to_owned())).collect();
        circles(&imports(&files))
    };
    let back = ("b", "use crate::{c::X, a::{One, Two}};");
    for text in ["use crate::b::Y;", "fn f() { crate::b::y() }", "use super::b::{self, Y};"] {
        assert_eq!(read(&[("a", text), back, ("c", "")]), ["a, b"]);
    }
    assert_eq!(read(&[("a", "mod x;\nfn f() { x::y() }"), ("a/x", "use super::Z;")]), ["a, a::x"]);
    assert_eq!(read(&[("a", "use b::Y;"), back, ("b/a", "")]), [""; 0]);
    assert_eq!(read(&[("a", "mod x;"), ("a/x", "use super::Z;")]), [""; 0]);
    let tests = "#[cfg(test)]\nmod tests { use crate::b::Y; }";
    assert_eq!(read(&[("a", tests), back]), [""; 0]);
}

fn collect(folder: &Path, module: &mut Vec<String>, files: &mut Files) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if matches!(name.as_str(), "tests" | "bin" | "main") {
            continue;
        }
        module.push(name);
        if path.is_dir() {
            collect(&path, module, files);
        } else if module.last().is_some_and(|it| it == "lib") {
            files.insert(module[..module.len() - 1].to_vec(), fs::read_to_string(&path).unwrap());
        } else {
            files.insert(module.clone(), fs::read_to_string(&path).unwrap());
        }
        module.pop();
    }
}

/// The files that each file imports, but for the root, whose names are re-exports.
fn imports(files: &Files) -> Imports<'_> {
    files.iter().map(|(module, text)| (&module[..], imports_of(module, text, files))).collect()
}

fn imports_of<'f>(module: &[String], text: &str, files: &'f Files) -> BTreeSet<&'f [String]> {
    // Tests may import what they like.
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let code: String = code.lines().filter(|it| !it.trim_start().starts_with("//")).collect();
    let declared = code.split("mod ").skip(1).filter_map(|it| it.split_once(';'));
    let own: Vec<&str> = declared.map(|(name, _)| name.trim()).collect();
    let mut found = BTreeSet::new();
    for path in paths(&code, &own) {
        let mut parts = path.split("::");
        let mut full = module.to_vec();
        match parts.next() {
            Some("crate") => full.clear(),
            Some("super") => drop(full.pop()),
            Some("self") | None => {}
            Some(child) => full.push(child.to_owned()),
        }
        for part in parts {
            if part == "super" { drop(full.pop()) } else { full.push(part.to_owned()) }
        }
        // The longest part of the path that is a file.
        let file = (1..=full.len()).rev().find_map(|end| files.get_key_value(&full[..end]));
        found.extend(file.map(|(file, _)| &file[..]).filter(|file| *file != module));
    }
    found
}

/// All paths in some code that lead to modules of the crate, with the braces of imports resolved.
fn paths(code: &str, own: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    let is_word = |it: char| it.is_alphanumeric() || it == '_';
    let starts = ["crate", "super", "self"].into_iter().chain(own.iter().copied());
    for start in starts {
        for (at, _) in code.match_indices(&format!("{start}::")) {
            let before = code[..at].chars().next_back();
            if before.is_none_or(|it| !is_word(it) && it != ':') {
                expand(start, &code[at + start.len() + 2..], &mut found);
            }
        }
    }
    found
}

/// Reads the rest of a path, and each of those in braces.
fn expand(before: &str, rest: &str, found: &mut Vec<String>) -> usize {
    if let Some(inner) = rest.strip_prefix('{') {
        let mut at = 0;
        loop {
            at += inner[at..].len() - inner[at..].trim_start_matches([',', ' ']).len();
            match inner[at..].chars().next() {
                None | Some('}') => return at + 2,
                Some(_) => at += expand(before, &inner[at..], found).max(1),
            }
        }
    }
    let is_part = |it: char| it.is_alphanumeric() || it == '_';
    let end = rest.find(|it| !is_part(it)).unwrap_or(rest.len());
    let path = format!("{before}::{}", &rest[..end]);
    if let Some(after) = rest[end..].strip_prefix("::") {
        return end + 2 + expand(&path, after, found);
    }
    found.push(path);
    end
}

/// The sets of files that can all be reached from each other.
fn circles(imports: &Imports<'_>) -> Vec<String> {
    let reached: BTreeMap<_, _> =
        imports.keys().map(|file| (*file, reach(imports, file))).collect();
    let mut found = BTreeSet::new();
    for (file, all) in reached.iter().filter(|(file, all)| all.contains(*file)) {
        let back = all.iter().filter(|other| reached[*other].contains(file));
        found.insert(back.map(|it| it.join("::")).collect::<Vec<_>>().join(", "));
    }
    found.into_iter().collect()
}

/// All files that a file imports, and that these import.
fn reach<'f>(imports: &Imports<'f>, from: &'f [String]) -> BTreeSet<&'f [String]> {
    let (mut seen, mut next) = (BTreeSet::new(), vec![from]);
    while let Some(file) = next.pop() {
        let more = imports.get(file).into_iter().flatten();
        next.extend(more.filter(|it| seen.insert(**it)).copied());
    }
    seen
}
