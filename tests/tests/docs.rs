//! The generated pages are those of today's declarations.

use std::path::{Path, PathBuf};

use steps::{Permission, STEPS, docs};
use tests::{Problems, golden};

#[test]
fn the_data_model_is_documented() {
    golden(&page("data-model.md"), &docs::data_model());
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
