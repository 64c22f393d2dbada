//! The generated pages are those of today's declarations.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use steps::{Permission, STEPS, docs};
use tests::{Problems, difference, golden, is_update};

#[test]
fn the_data_model_is_documented() {
    let folder = page("data-model");
    let pages = docs::data_model();
    let mut problems = Problems::default();
    for entry in fs::read_dir(&folder).expect("the folder is there") {
        let path = entry.expect("the folder can be read").path();
        if pages.iter().any(|it| path.ends_with(&it.file)) {
            continue;
        }
        if is_update() {
            fs::remove_file(&path).expect("a page can be removed");
        }
        problems.unless(is_update(), || format!("{} is of no service", path.display()));
    }
    let differences = pages.iter().map(|it| difference(&folder.join(&it.file), &it.text));
    for difference in differences {
        problems.note(difference);
    }
    problems.report();
}

#[test]
fn links_between_pages_lead_somewhere() {
    let permissions = ("permissions.md".to_owned(), docs::permissions());
    let pages: BTreeMap<String, String> = docs::data_model()
        .into_iter()
        .map(|it| (format!("data-model/{}", it.file), it.text))
        .chain([permissions])
        .collect();
    let mut problems = Problems::default();
    for (name, text) in &pages {
        let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
        let links = text.split("](").skip(1).filter_map(|it| it.split(')').next());
        for link in links.filter(|it| !it.starts_with("https://")) {
            let (file, heading) = link.split_once('#').unwrap_or((link, ""));
            let target = match (file, folder) {
                ("", _) => name.clone(),
                (_, "") => file.to_owned(),
                _ => format!("{folder}/{file}"),
            };
            let heading = format!("\n## {heading}");
            let is_there = pages.get(&target).is_some_and(|it| it.contains(heading.trim_end()));
            problems.unless(is_there, || format!("{name}: {link} leads nowhere"));
        }
    }
    problems.report();
}

#[test]
fn the_permissions_are_documented() {
    golden(&page("permissions.md"), &docs::permissions());
}

#[test]
fn every_permission_of_graph_has_an_id() {
    let mut problems = Problems::default();
    for permission in STEPS.iter().flat_map(|step| step.permissions()) {
        let Permission::Graph(name) = permission else { continue };
        problems.unless(docs::graph_role_id(name).is_some(), || format!("{name} has no id"));
    }
    problems.report();
}

#[test]
fn the_role_of_a_step_grants_just_what_the_step_needs() {
    let disks = steps::find("rm-compute-virtual-machine-disks").unwrap();
    let role = docs::role_of(&[disks], "/subscriptions/s");
    assert_eq!(role["Actions"], serde_json::json!(["Microsoft.Compute/disks/read"]));
    assert_eq!(role["DataActions"], serde_json::json!([]));
    assert_eq!(role["AssignableScopes"], serde_json::json!(["/subscriptions/s"]));
}

fn page(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(name)
}
