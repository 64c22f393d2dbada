//! The page about configuration, and the JSON Schema of events.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};
use steps::Integration;

use super::fields::{
    CERTIFICATE, COLLECTION, CONFIG, EVENT, Field, Form, INSTANCE, SECRET, TOKEN_FILE,
};
use super::reader::{LONGEST_ID, LONGEST_TEXT};

/// What may be in an id, as [`identifier`](super::reader::identifier) has it.
fn id() -> String {
    format!("^[A-Za-z0-9_~-][A-Za-z0-9._~-]{{0,{}}}$", LONGEST_ID - 1)
}

/// The page about configuration, in Markdown.
#[must_use]
pub fn page() -> String {
    let mut page = INTRODUCTION.to_owned();
    for (title, fields) in [
        ("An event", EVENT),
        ("`instance`", INSTANCE),
        ("`instance.config`", CONFIG),
        ("`clientSecret`", SECRET),
        ("`clientCertificate`", CERTIFICATE),
        ("`federatedCredential`", TOKEN_FILE),
        ("`collection`", COLLECTION),
    ] {
        // Writing to a string cannot fail.
        let _ = write!(
            page,
            "\n## {title}\n\n| field | what it holds | what it says |\n|---|---|---|\n"
        );
        for field in fields {
            let _ = writeln!(page, "| `{}` | {} | {} |", field.name, form(field), says(field));
        }
    }
    page.push_str("\n## Ingestion sources\n");
    for integration in [Integration::Azure, Integration::Microsoft365] {
        let _ = writeln!(page, "\n{}:\n", integration.as_str());
        for source in integration.ingestion_sources() {
            let note = if steps::ALWAYS_COLLECTED.contains(source) {
                ", which cannot be turned off"
            } else if steps::OFF_BY_DEFAULT.contains(source) {
                ", off unless it is turned on"
            } else {
                ""
            };
            let _ = writeln!(page, "- `{source}`{note}");
        }
    }
    page
}

const INTRODUCTION: &str = "\
# Configuration

<!-- Generated from the declarations of the fields: run the tests with UPDATE=1 to write it anew. -->

An event is a JSON object. The functions take it, and the command line takes it as a file; the files
of [events/](../events) are examples. A field that is not listed here is refused, with its place. An
event has exactly one of `instance`, `instanceId`, `due` and `action`.
[events/schema/event.json](../events/schema/event.json) is the JSON Schema of an event, by which an
editor completes and checks it.
";

fn form(field: &Field) -> String {
    let words =
        |words: &[&str]| words.iter().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", ");
    match &field.form {
        Form::Text => "text".to_owned(),
        Form::Id => "an id".to_owned(),
        Form::Flag => "`true` or `false`".to_owned(),
        Form::OneOf(known) => format!("one of {}", words(known)),
        Form::SomeOf(known) => format!("some of {}, with commas between them", words(known)),
        Form::Object(_) | Form::Internal => "an object".to_owned(),
        Form::TextOr(_) => "text, or an object".to_owned(),
        Form::OneOfOr(known, _) => format!("one of {}, or an object", words(known)),
        Form::Sources => "an object of `true` and `false` by name".to_owned(),
    }
}

fn says(field: &Field) -> String {
    let mut says = field.doc.to_owned();
    if let Some(integration) = field.of {
        let _ = write!(says, " Only `{}`.", integration.as_str());
    }
    if field.is_required {
        says.push_str(" Required.");
    } else if matches!(field.form, Form::Internal) {
        says.push_str(" Only tenantgraph writes it.");
    } else if !field.default.is_empty() {
        let _ = write!(says, " Without it: {}.", field.default);
    }
    says
}

/// The JSON Schema of events.
#[must_use]
pub fn schema() -> Value {
    let mut schema = object(EVENT);
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["title"] = json!("An event of tenantgraph");
    schema
}

fn object(fields: &[Field]) -> Value {
    let properties: Map<String, Value> =
        fields.iter().map(|it| (it.name.to_owned(), property(it))).collect();
    let required: Vec<&str> = fields.iter().filter(|it| it.is_required).map(|it| it.name).collect();
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

/// What a field may hold. Null counts as left out.
fn property(field: &Field) -> Value {
    let null = json!({ "type": "null" });
    let mut choices = match &field.form {
        Form::Text => vec![json!({ "type": "string", "maxLength": LONGEST_TEXT })],
        Form::Id => vec![json!({ "type": "string", "pattern": id() })],
        Form::Flag => vec![json!({ "type": "boolean" })],
        Form::OneOf(known) => vec![json!({ "enum": known })],
        Form::SomeOf(known) => {
            let one = known.join("|");
            vec![json!({ "type": "string", "pattern": format!("^ *({one}) *(, *({one}) *)*$") })]
        }
        Form::Object(fields) => vec![object(fields)],
        Form::TextOr(fields) => vec![json!({ "type": "string" }), object(fields)],
        Form::OneOfOr(known, fields) => vec![json!({ "enum": known }), object(fields)],
        Form::Sources => {
            let azure = Integration::Azure.ingestion_sources();
            let both = azure.iter().chain(Integration::Microsoft365.ingestion_sources());
            let flags: Map<String, Value> = std::iter::once(&"*")
                .chain(both)
                .map(|it| ((*it).to_owned(), json!({ "type": ["boolean", "null"] })))
                .collect();
            vec![json!({ "type": "object", "properties": flags, "additionalProperties": false })]
        }
        Form::Internal => vec![json!({ "type": "object" })],
    };
    if !field.is_required {
        choices.push(null);
    }
    let mut property = match <[Value; 1]>::try_from(choices) {
        Ok([one]) => one,
        Err(several) => json!({ "anyOf": several }),
    };
    property["description"] = json!(says(field));
    property
}
