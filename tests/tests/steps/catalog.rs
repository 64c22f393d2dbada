//! The reference's catalogue: every step, type of entity and type of relationship of it is there,
//! or `docs/differences.md` says why not.
//!
//! `catalog/azure.json` holds their names. `catalog/not-yet.json` holds those that are still to
//! come; `UPDATE=1` takes out of it what has come, and adds nothing.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use steps::{Integration, STEPS, Step};
use tests::{Problems, difference, pretty};

/// What the reference has, by name.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
struct Catalog {
    steps: BTreeSet<String>,
    entities: BTreeSet<String>,
    relationships: BTreeSet<String>,
}

impl Catalog {
    fn read(name: &str) -> Self {
        serde_json::from_str(&fs::read_to_string(file(name)).unwrap()).unwrap()
    }

    /// What of it holds.
    fn filter(&self, mut holds: impl FnMut(Sort, &str) -> bool) -> Self {
        let mut of = |sort, names: &BTreeSet<String>| {
            names.iter().filter(|name| holds(sort, name)).cloned().collect()
        };
        Self {
            steps: of(Sort::Step, &self.steps),
            entities: of(Sort::Entity, &self.entities),
            relationships: of(Sort::Relationship, &self.relationships),
        }
    }

    fn names(&self) -> impl Iterator<Item = &String> {
        self.steps.iter().chain(&self.entities).chain(&self.relationships)
    }
}

#[derive(Clone, Copy)]
enum Sort {
    Step,
    Entity,
    Relationship,
}

impl Sort {
    /// Whether something of the reference is run, covered or found.
    fn is_there(self, name: &str) -> bool {
        let mut steps = STEPS.iter().filter(|step| step.integration == Integration::Azure);
        match self {
            Self::Step => steps.any(|step| step.id == name || step.covers.contains(&name)),
            Self::Entity => steps.any(|step| finds(step, name)),
            Self::Relationship => steps.any(|step| step.may_relate(name)),
        }
    }
}

fn finds(step: &Step, kind: &str) -> bool {
    step.entity_types().any(|of| of.kind == kind)
}

#[test]
fn everything_of_the_reference_is_there_or_a_difference() {
    let catalog = Catalog::read("azure.json");
    let differences = fs::read_to_string(root().join("docs/differences.md")).unwrap();
    let named: BTreeSet<&str> = differences.split('`').skip(1).step_by(2).collect();
    let missing = catalog.filter(|sort, name| !sort.is_there(name) && !named.contains(name));

    let not_yet = Catalog::read("not-yet.json");
    let mut problems = Problems::default();
    let missing_names: BTreeSet<&String> = missing.names().collect();
    for name in &missing_names {
        let is_known = not_yet.names().any(|it| it == *name);
        problems.unless(is_known, || format!("{name} is not there, and no difference says why"));
    }
    let left = not_yet.filter(|_, name| missing_names.iter().any(|it| *it == name));
    let left = pretty(&serde_json::to_value(left).unwrap());
    problems.note(difference(&file("not-yet.json"), &left));
    problems.report();
}

fn file(name: &str) -> PathBuf {
    root().join("tests/catalog").join(name)
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
