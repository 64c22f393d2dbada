//! Where policies do not hold after all, and why.

use crate::arm::policy::assignments::ASSIGNMENT;
use crate::prelude::*;

pub(crate) static EXEMPTION: EntityType = EntityType {
    kind: "azure_policy_exemption",
    class: &["Rule"],
    doc: "What exempts a scope, and all that is in it, from a policy.",
    properties: &[
        text("displayName", "/properties/", "The name that people see."),
        text("description", "/properties/", "Why."),
        text("category", "/properties/exemptionCategory", "`Waiver` or `Mitigated`."),
        text("policyAssignmentId", ASSIGNED, "The id of the assignment that does not hold."),
        list("policyDefinitionReferenceIds", "/properties/", "Exempt ones of a set; none for all."),
        date("expiresOn", "/properties/", "When it ends; absent if never."),
        text("createdBy", "/systemData/", "Who made it."),
        date("createdOn", "/systemData/createdAt", "When it was made."),
    ],
    // There is no version that is not a preview.
    ..EntityType::extension("Microsoft.Authorization/policyExemptions", "2022-07-01-preview")
};

const ASSIGNED: &str = "/properties/policyAssignmentId";

pub(crate) static STEP: Step = Step {
    id: "rm-policy-exemptions",
    name: "Policy Exemptions",
    ..Step::of(&EXEMPTION, "policy").links(&[
        Link::found(RelationshipClass::Has, &[], |it| it.extended().into_iter().collect())
            .reverse()
            .kind("azure_resource_has_policy_exemption"),
        Link::of(&[&ASSIGNMENT], ASSIGNED),
    ])
};
