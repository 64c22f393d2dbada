//! Which policies hold, and where.

use graph::Entity;

use crate::arm::policy::definitions::DEFINITION;
use crate::arm::policy::set_definitions::SET_DEFINITION;
use crate::prelude::*;

pub(crate) static ASSIGNMENT: EntityType = EntityType {
    kind: "azure_policy_assignment",
    class: &["ControlPolicy"],
    doc: "A policy, or a set of them, that holds at a scope and for all that is in it.",
    properties: &[
        text("name", "/properties/displayName", "The name that people see.").or(&["/name"]),
        text("displayName", "/properties/", "The name that people see.").or(&["/name"]),
        text("description", "/properties/", "What it is for."),
        text("policyDefinitionId", DEFINES, "The id of the policy, or of the set."),
        text("definitionVersion", "/properties/", "Which versions of it hold."),
        text("scope", "/properties/", "The id of where it holds."),
        list("notScopes", "/properties/", "The ids of where it does not hold after all."),
        text("enforcementMode", "/properties/", "`DoNotEnforce` if it only tells."),
        any("parameters.*", COMPUTED, "What it sets each parameter of the policy to."),
        text("sku.name", "/sku/name", "Such as `A0`."),
        text("sku.tier", "/sku/tier", "`Free` or `Standard`."),
        text("assignedBy", "/properties/metadata/", "Who assigned it, by name."),
        text("createdBy", "/properties/metadata/", "The object id of who created it."),
        date("createdOn", "/properties/metadata/", "When it was created."),
        text("updatedBy", "/properties/metadata/", "The object id of who changed it."),
        date("updatedOn", "/properties/metadata/", "When it was last changed."),
        text("principalId", "/identity/", "The identity that it sets things right as."),
    ],
    ..EntityType::extension("Microsoft.Authorization/policyAssignments", "2023-04-01")
};

const DEFINES: &str = "/properties/policyDefinitionId";

pub(crate) static STEP: Step = Step {
    id: "rm-policy-assignments",
    name: "Policy Assignments",
    covers: &["rm-policy-assignment-scope-relationships"],
    // The list of a subscription tells those of what is above and below it, too.
    becomes: Becomes::one(&ASSIGNMENT).refine(parameters).links(&[
        Link::new(RelationshipClass::Has, &[], "/properties/scope").reverse(),
        Link::uses(&[&SET_DEFINITION, &DEFINITION], DEFINES),
    ]),
    ..Step::of(&ASSIGNMENT, "policy")
};

fn parameters(assignment: &Item<'_>, entity: &mut Entity) {
    let parameters = assignment.json.pointer("/properties/parameters");
    for (name, parameter) in parameters.and_then(|it| it.as_object()).into_iter().flatten() {
        let value = parameter.get("value").filter(|it| !it.is_array() && !it.is_object());
        let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
        if let Some(value) = value.filter(|it| !it.is_null() && !name.is_empty()) {
            entity.set(&format!("parameters.{name}"), Some(value.clone()));
        }
    }
}
