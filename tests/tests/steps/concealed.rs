//! What must not be kept is not, and what is not asked for is left out.

use graph::Entity;
use tests::{Problems, Recording};

/// What recordings hold in place of secrets.
const SECRET: &str = "not to be kept";

#[test]
fn secrets_are_neither_in_properties_nor_in_what_is_stored_of_answers() {
    let mut problems = Problems::default();
    let mut seen = 0;
    for recording in super::recordings() {
        let id = recording.step.id;
        let is_there = recording.items.iter().any(|it| it.to_string().contains(SECRET));
        seen += u32::from(is_there);
        for entity in recording.convert().entities {
            let holds = |entity: &Entity| {
                let properties = serde_json::to_string(&entity.properties).unwrap();
                let raw = entity.raw.as_ref().map(|it| it.get()).unwrap_or_default();
                properties.contains(SECRET) || raw.contains(SECRET)
            };
            problems.unless(!holds(&entity), || format!("{id} keeps a secret of {}", entity.key));
        }
    }
    assert!(seen > 0, "no recording shows a secret");
    problems.report();
}

#[test]
fn only_alerts_of_severities_that_are_asked_for_are_collected() {
    let mut recording = Recording::of(steps::find("rm-security-defender-alerts").unwrap()).unwrap();
    let mut severities = |asked: &[&str]| -> Vec<String> {
        recording.instance.defender_alerts_severities = asked.iter().map(|&it| it.into()).collect();
        let found = recording.convert().entities;
        found.iter().filter_map(|it| it.text("severity").map(str::to_owned)).collect()
    };
    assert_eq!(severities(&[]), ["High", "Low"]);
    assert_eq!(severities(&["high", "medium"]), ["High"]);
    assert!(severities(&["informational"]).is_empty());
}
