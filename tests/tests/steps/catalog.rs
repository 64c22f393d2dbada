//! The reference's catalogue: every step, type of entity and type of relationship of it is there,
//! or `docs/differences.md` says why not.
//!
//! `catalog/azure.json` holds their names. A step is there if it runs, or if another step covers
//! it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use steps::{Integration, STEPS, Step};
use tests::Problems;

/// What the reference has, by name.
#[derive(Debug, Deserialize)]
struct Catalog {
    steps: BTreeSet<String>,
    entities: BTreeSet<String>,
    relationships: BTreeSet<String>,
}

#[test]
fn everything_of_the_reference_is_there_or_a_difference() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let catalog = fs::read_to_string(root.join("tests/catalog/azure.json")).unwrap();
    let catalog: Catalog = serde_json::from_str(&catalog).unwrap();
    let differences = fs::read_to_string(root.join("docs/differences.md")).unwrap();
    let explained: BTreeSet<&str> = differences.split('`').skip(1).step_by(2).collect();

    let mut problems = Problems::default();
    let mut check = |names: &BTreeSet<String>, is_there: &dyn Fn(&Step, &str) -> bool| {
        assert!(!names.is_empty(), "the catalogue lacks a sort of names");
        for name in names {
            let mut steps = STEPS.iter().filter(|step| step.integration == Integration::Azure);
            let is_known = steps.any(|step| is_there(step, name)) || explained.contains(&**name);
            problems
                .unless(is_known, || format!("{name} is not there, and no difference says why"));
        }
    };
    check(&catalog.steps, &|step, name| step.id == name || step.covers.contains(&name));
    check(&catalog.entities, &|step, name| step.entity_types().any(|of| of.kind == name));
    check(&catalog.relationships, &|step, name| step.may_relate(name));
    problems.report();
}
