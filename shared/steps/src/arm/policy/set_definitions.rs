//! Sets of policies, which Azure calls initiatives.

use graph::RelationshipKey;
use serde_json::{Map, Value};

use crate::arm::policy::definitions::{CUSTOM, DEFINITION};
use crate::prelude::*;

pub(crate) static SET_DEFINITION: EntityType = EntityType {
    kind: "azure_policy_set_definition",
    class: &["Ruleset"],
    doc: "A set of policies that are assigned together.",
    properties: &[
        text("displayName", "/properties/", "The name that people see."),
        text("description", "/properties/", "What it is for."),
        text("policyType", "/properties/", "`BuiltIn`, `Custom` or `Static`."),
        text("version", "/properties/", "The version of it."),
        text("category", "/properties/metadata/", "Such as `Regulatory Compliance`."),
        count("policies", "/properties/policyDefinitions/*", "How many policies are in it."),
    ],
    ..EntityType::extension("Microsoft.Authorization/policySetDefinitions", "2023-04-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-policy-set-definitions",
    name: "Policy Set Definitions",
    list: List::of(&SET_DEFINITION).query(CUSTOM),
    becomes: BECOMES,
    needs: Needs::subscription("policy"),
    ..Step::AZURE
};

/// Those of Azure are the same for all subscriptions.
pub(crate) static BUILT_IN: Step = Step {
    id: "rm-policy-built-in-set-definitions",
    name: "Built-in Policy Set Definitions",
    list: List::of(&SET_DEFINITION)
        .at("/providers/Microsoft.Authorization/policySetDefinitions")
        .query("$top=1000"),
    becomes: BECOMES,
    needs: Needs::subscription("policy"),
    ..Step::AZURE
};

const BECOMES: Becomes = Becomes::one(&SET_DEFINITION)
    .nested(&[Nested::at("/properties/policyDefinitions/*", Becomes::related(&[CONTAINS]))])
    .conceals(&["/properties/parameters"]);

const POLICIES: &[&EntityType] = &[&DEFINITION];

const CONTAINS: Link =
    Link::from_parent(RelationshipClass::Contains, POLICIES, "/policyDefinitionId")
        .key(by_reference)
        .with(reference);

/// A set may hold a policy more than once, each time with other parameters and another name.
fn by_reference(_: &str, member: &Item<'_>) -> Option<RelationshipKey> {
    let name = member.text("/policyDefinitionReferenceId")?;
    Some(RelationshipKey::whole(&format!("{}|contains|{name}", member.parent?.key)))
}

fn reference(_: &str, member: &Item<'_>) -> Map<String, Value> {
    let names = ["policyDefinitionId", "policyDefinitionReferenceId"];
    let values = names.iter().map(|&name| (name, member.text(&format!("/{name}"))));
    values.filter_map(|(name, value)| Some((name.to_owned(), value?.into()))).collect()
}
