//! What Defender for Cloud has looked at, and how it found it.

use crate::arm::resources::subscriptions::of_subscription;
use crate::prelude::*;

pub(crate) static ASSESSMENT: EntityType = EntityType {
    kind: "azure_security_assessment",
    class: &["Assessment"],
    doc: "Whether a resource, or the subscription, is as Defender for Cloud recommends.",
    properties: &[
        text("displayName", "/properties/", "What was looked at."),
        text("summary", "/properties/displayName", "What was looked at."),
        always("category", "Security Assessment", "What sort of assessment it is."),
        always_flag("internal", true, "Nobody from outside has made it."),
        text("statusCode", "/properties/status/code", "`Healthy`, `Unhealthy` or `NotApplicable`."),
        text("statusCause", "/properties/status/cause", "Why, in one word."),
        text("statusDescription", "/properties/status/description", "Why."),
        date("statusChangedOn", "/properties/status/statusChangeDate", "When its finding changed."),
        date("createdOn", "/properties/status/firstEvaluationDate", "When it was first made."),
        text("severity", "/properties/metadata/", "How much it matters."),
        text("riskLevel", "/properties/risk/level", "How dangerous it is where it is."),
        list("riskFactors", "/properties/risk/", "What makes it dangerous."),
        text("resourceDetails.id", RESOURCE, "The id of what was looked at."),
        text("resourceDetails.source", "/properties/resourceDetails/source", "Where that lies."),
        text("scannedResourceId", RESOURCE, "The id of what was looked at."),
    ],
    ..EntityType::extension("Microsoft.Security/assessments", "2025-05-04")
};

/// Azure has spelled it in several ways: fields are found in any case.
const RESOURCE: &str = "/properties/resourceDetails/id";

pub(crate) static STEP: Step = Step {
    id: "rm-security-assessments",
    name: "Security Assessments",
    becomes: Becomes::one(&ASSESSMENT)
        .links(&[
            of_subscription(RelationshipClass::Performed),
            Link::new(RelationshipClass::Has, &[], RESOURCE)
                .reverse()
                .kind("azure_resource_has_security_assessment"),
        ])
        .conceals(&["/properties/partnersData/secret"]),
    ..Step::of(&ASSESSMENT, "security")
};
