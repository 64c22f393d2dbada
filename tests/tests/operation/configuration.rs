//! What is written about the fields of events, compared with what is accepted.

use std::fs;
use std::path::{Path, PathBuf};

use collector::event::fields::{CONFIG, EVENT, Field, Form, INSTANCE};
use collector::event::{Event, reference};
use serde_json::{Value, json};
use steps::Integration;
use tests::{Problems, golden};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[test]
fn the_configuration_is_documented() {
    golden(&root().join("docs/configuration.md"), &reference::page());
}

#[test]
fn the_errors_of_microsoft_are_documented() {
    golden(&root().join("docs/errors.md"), &microsoft::errors_page());
}

#[test]
fn events_have_a_schema() {
    golden(&root().join("events/schema/event.json"), &format!("{:#}\n", reference::schema()));
}

/// What is in no field.
fn wrong(field: &Field) -> Value {
    match field.form {
        Form::Text | Form::Id | Form::SomeOf(_) | Form::OneOf(_) => json!(7),
        Form::Flag => json!("yes"),
        Form::Object(_) | Form::TextOr(_) | Form::OneOfOr(..) | Form::Sources | Form::Internal => {
            json!([])
        }
    }
}

/// The places of what is wrong with an event.
fn problems_of(event: &Value) -> Vec<String> {
    Event::parse(event).err().into_iter().flat_map(|it| it.0).map(|it| it.path).collect()
}

#[test]
fn each_field_is_read_and_no_other() {
    let samples = [
        (Integration::Azure, "start-azure-subscription.json"),
        (Integration::Microsoft365, "microsoft365-start.json"),
    ];
    let mut problems = Problems::default();
    for (integration, sample) in samples {
        let text = fs::read_to_string(root().join("events").join(sample)).unwrap();
        let good: Value = serde_json::from_str(&text).unwrap();
        for (at, fields) in [("", EVENT), ("/instance", INSTANCE), ("/instance/config", CONFIG)] {
            let has = |it: &&Field| it.of.is_none_or(|of| of == integration);
            for field in fields.iter().filter(has) {
                let mut event = good.clone();
                event.pointer_mut(at).unwrap()[field.name] = wrong(field);
                let place = format!("{at}/{}", field.name);
                let found = problems_of(&event);
                problems.unless(found.iter().any(|it| it.starts_with(&place)), || {
                    format!("{integration:?}: {place} may hold {}: {found:?}", wrong(field))
                });
            }
            let mut event = good.clone();
            event.pointer_mut(at).unwrap()["colour"] = json!("green");
            let found = problems_of(&event);
            problems.unless(found.contains(&format!("{at}/colour")), || format!("{at}: {found:?}"));
        }
    }
    problems.report();
}
