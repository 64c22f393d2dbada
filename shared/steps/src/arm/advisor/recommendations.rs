//! What Azure Advisor recommends.

use graph::{Entity, Name};

use crate::arm::security::assessments::ASSESSMENT;
use crate::prelude::*;

pub(crate) static RECOMMENDATION: EntityType = EntityType {
    kind: "azure_advisor_recommendation",
    class: &["Finding"],
    doc: "Something that Azure Advisor would do in another way.",
    properties: &[
        text("name", PROBLEM, "What is not as it should be."),
        text("displayName", PROBLEM, "What is not as it should be."),
        text("recommendation", PROBLEM, "What is not as it should be."),
        text("shortDescriptionProblem", PROBLEM, "What is not as it should be."),
        text("shortDescriptionSolution", "/properties/shortDescription/solution", "What to do."),
        text("description", "/properties/", "What it is about, at length."),
        text("potentialBenefits", "/properties/", "What is won by it."),
        text("learnMoreLink", "/properties/", "Where to read more."),
        text("category", "/properties/", "Such as `Cost` or `Security`."),
        text("impact", IMPACT, "How much it matters, in lower case.").lower_case(),
        text("severity", IMPACT, "How much it matters: `High`, `Medium` or `Low`."),
        number("numericSeverity", COMPUTED, "How much it matters: 10, 5 or 1."),
        text("impactedField", "/properties/", "The type of what it is about."),
        text("impactedValue", "/properties/", "The name of what it is about."),
        list("targets", COMPUTED, "The type and the name of what it is about."),
        text("recommendationTypeId", "/properties/", "The sort of it."),
        text("resourceId", RESOURCE, "The id of what it is about."),
        text("source", SOURCE, "The security assessment that it comes from."),
        text(
            "assessment",
            "/properties/extendedProperties/assessmentKey",
            "The sort of security assessment that it comes from.",
        ),
        number("score", COMPUTED, "What following it adds to the score."),
        always_flag("open", true, "Advisor shows none that is done."),
        date("updatedOn", "/properties/lastUpdated", "When Advisor last looked.").volatile(),
    ],
    ..EntityType::extension("Microsoft.Advisor/recommendations", "2023-01-01")
};

const PROBLEM: &str = "/properties/shortDescription/problem";
const IMPACT: &str = "/properties/impact";
const RESOURCE: &str = "/properties/resourceMetadata/resourceId";
const SOURCE: &str = "/properties/resourceMetadata/source";

pub(crate) static STEP: Step = Step {
    id: "rm-advisor-recommendations",
    name: "Recommendations",
    covers: &[
        "rm-advisor-assessment-recommendation-relationships",
        "rm-advisor-resource-recommendation-relationships",
    ],
    becomes: Becomes::one(&RECOMMENDATION).refine(weigh).links(&[
        Link::found(RelationshipClass::Has, &[], |it| {
            let resource = it.text(RESOURCE).map(Name::of_id).or_else(|| it.extended());
            resource.into_iter().collect()
        })
        .reverse()
        .kind("azure_resource_has_finding"),
        Link::new(RelationshipClass::Identified, &[&ASSESSMENT], SOURCE)
            .reverse()
            .kind("azure_assessment_identified_recommendation"),
    ]),
    ..Step::of(&RECOMMENDATION, "advisor-recommendations")
};

fn weigh(recommendation: &Item<'_>, entity: &mut Entity) {
    let severity = match recommendation.text(IMPACT) {
        Some("High") => Some(10),
        Some("Medium") => Some(5),
        Some("Low") => Some(1),
        _ => None,
    };
    entity.set("numericSeverity", severity);
    let impacted = ["/properties/impactedField", "/properties/impactedValue"];
    let targets: Vec<&str> = impacted.iter().filter_map(|it| recommendation.text(it)).collect();
    entity.set("targets", Some(targets).filter(|it| !it.is_empty()));
    // Azure writes it as text.
    let score = recommendation.text("/properties/extendedProperties/score");
    let score = score.and_then(|it| it.parse::<serde_json::Number>().ok());
    entity.set("score", score);
}
