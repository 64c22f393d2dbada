//! Which resources comply with which policies.

use graph::{Entity, Key};

use crate::arm::policy::assignments::ASSIGNMENT;
use crate::arm::policy::definitions::DEFINITION;
use crate::entity::IMPLIED;
use crate::prelude::*;

pub(crate) static STATE: EntityType = EntityType {
    kind: "azure_policy_state",
    class: &["Review"],
    doc: "Whether a resource complied with a policy when that was last looked at.",
    shared: IMPLIED,
    properties: &[
        text("name", COMPUTED, "The name of the policy within its set, or by itself."),
        text("displayName", COMPUTED, "The name of the policy within its set, or by itself."),
        text("title", REFERENCE, "The name of the policy within its set."),
        text("complianceState", "/", "`Compliant`, `NonCompliant` or `Exempt`."),
        flag("isCompliant", "/", "Whether it complies."),
        date("timestamp", "/", "When that was last looked at.").volatile(),
        split("managementGroupIds", "/", ",", "What it lies in, from below."),
        text("policyAssignmentId", ASSIGNED, "The id of the assignment of the policy."),
        text("policyAssignmentName", "/", "The name of the assignment."),
        text("policyAssignmentScope", "/", "The id of where it holds."),
        text("policyAssignmentVersion", "/", "The version of it."),
        text("policyDefinitionId", DEFINED, "The id of the policy."),
        text("policyDefinitionName", "/", "The name of the policy."),
        text("policyDefinitionReferenceId", REFERENCE, "Its name within its set."),
        text("policyDefinitionVersion", "/", "The version of the policy."),
        text("policyDefinitionAction", "/", "What it does, such as `deny`."),
        list("policyDefinitionGroupNames", "/", "What it is part of."),
        text("policySetDefinitionId", "/", "The id of the set it is in."),
        text("policySetDefinitionName", "/", "The name of the set."),
        text("policySetDefinitionVersion", "/", "The version of it."),
        text("resourceId", RESOURCE, "The id of what was looked at."),
        text("resourceName", COMPUTED, "The name of what was looked at, with `:latest` behind."),
        text("resourceType", "/", "The type of what was looked at."),
        text("resourceLocation", "/", "Where it lies."),
        text("resourceGroup", "/", "The resource group it lies in."),
        text("resourceTags", "/", "Its tags, where Azure tells them."),
        text("subscriptionId", "/", "The subscription it lies in."),
    ],
    ..EntityType::NEW
};

/// The latest of each resource and policy.
const LISTED: ResourceType =
    ResourceType::new("Microsoft.PolicyInsights/policyStates/queryResults", "2024-10-01");
const ASSIGNED: &str = "/policyAssignmentId";
const DEFINED: &str = "/policyDefinitionId";
const REFERENCE: &str = "/policyDefinitionReferenceId";
const RESOURCE: &str = "/resourceId";

pub(crate) static STEP: Step = Step {
    id: "rm-policy-states-for-subscription",
    name: "Policy States",
    covers: &[
        "rm-policy-state-to-policy-assignment-relationships",
        "rm-policy-state-to-policy-definition-relationships",
        "rm-policy-state-to-resource-relationships",
    ],
    list: List::of_type(LISTED).within("latest").post("{}").slow(),
    becomes: Becomes::one(&STATE).key(key).refine(name).links(&[
        Link::of(&[&ASSIGNMENT], ASSIGNED),
        Link::new(RelationshipClass::Defines, &[&DEFINITION], DEFINED).reverse(),
        Link::new(RelationshipClass::Has, &[], RESOURCE).reverse(),
    ]),
    // Roles name the one, and documents the other.
    needs: Needs::subscription("policy-insights")
        .actions(&["Microsoft.PolicyInsights/policyStates/queryResults/action"]),
    ..Step::AZURE
};

/// States have no id.
fn key(state: &Item<'_>) -> Option<Key> {
    let [assigned, defined, resource] = [ASSIGNED, DEFINED, RESOURCE].map(|it| state.text(it));
    let reference = state.text(REFERENCE).unwrap_or_default();
    Some(Key::new(&format!("{}:{}:{}:{reference}:latest", assigned?, defined?, resource?)))
}

fn name(state: &Item<'_>, entity: &mut Entity) {
    let name = state.text(REFERENCE).filter(|it| !it.is_empty());
    let name = name.or_else(|| state.text("/policyDefinitionName"));
    entity.set("name", name);
    entity.set("displayName", name);
    let resource = state.text(RESOURCE).and_then(|id| id.rsplit('/').next());
    entity.set("resourceName", resource.map(|it| format!("{it}:latest")));
}
