//! Policies: those of Azure, and those that the subscription or what is above it has made.

use graph::Entity;
use serde_json::Value;

use crate::prelude::*;
use crate::tags;

pub(crate) static DEFINITION: EntityType = EntityType {
    kind: "azure_policy_definition",
    class: &["Rule"],
    doc: "A policy: what it looks at, and what it does about it.",
    properties: &[
        text("displayName", "/properties/", "The name that people see."),
        text("description", "/properties/", "What it is for."),
        text("policyType", "/properties/", "`BuiltIn`, `Custom` or `Static`."),
        text("mode", "/properties/", "Such as `All`, or `Indexed` if it is for resources."),
        text("version", "/properties/", "The version of it."),
        text(
            "effect",
            "/properties/policyRule/then/",
            "What it does, such as `deny`; or the parameter that says so.",
        ),
        text(
            "defaultEffect",
            "/properties/parameters/effect/defaultValue",
            "What it does where the assignment does not say.",
        ),
        list("tags", COMPUTED, "What its metadata says is so, such as `preview`."),
    ],
    ..EntityType::extension("Microsoft.Authorization/policyDefinitions", "2023-04-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-policy-definitions",
    name: "Policy Definitions",
    list: List::of(&DEFINITION).query(CUSTOM),
    becomes: BECOMES,
    needs: Needs::subscription("policy"),
    ..Step::AZURE
};

/// Those of Azure are the same for all subscriptions, and a few thousand.
pub(crate) static BUILT_IN: Step = Step {
    id: "rm-policy-built-in-definitions",
    name: "Built-in Policy Definitions",
    list: List::of(&DEFINITION)
        .at("/providers/Microsoft.Authorization/policyDefinitions")
        .query("$top=1000"),
    becomes: BECOMES,
    needs: Needs::subscription("policy"),
    ..Step::AZURE
};

/// Only those that are not of Azure.
pub(super) const CUSTOM: &str = "$filter=policyType%20eq%20'Custom'";

// The rule and its parameters are most of a policy, and nothing asks for them.
const BECOMES: Becomes = Becomes::one(&DEFINITION)
    .refine(metadata)
    .conceals(&["/properties/policyRule", "/properties/parameters"]);

/// What its metadata say, as tags.
fn metadata(definition: &Item<'_>, entity: &mut Entity) {
    let metadata = definition.json.pointer("/properties/metadata").and_then(Value::as_object);
    let mut flags: Vec<&str> = Vec::new();
    for (name, value) in metadata.into_iter().flatten() {
        let value = value.as_str().map_or_else(|| value.clone(), tags::parse);
        if value == true {
            flags.push(name);
        }
        let is_plain = value.is_string() || value.is_number() || value.is_boolean();
        entity.set(&format!("tag.{name}"), is_plain.then_some(value));
    }
    entity.set("tags", Some(flags).filter(|it| !it.is_empty()));
}
