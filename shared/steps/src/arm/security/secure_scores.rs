//! How well a subscription follows the recommendations of Defender for Cloud.

use crate::arm::resources::subscriptions::of_subscription;
use crate::prelude::*;

pub(crate) static SECURE_SCORE: EntityType = EntityType {
    kind: "azure_secure_score",
    class: &["Assessment"],
    doc: "How well the subscription follows the recommendations of Defender for Cloud.",
    properties: &[
        text("displayName", "/properties/", "The name of the initiative."),
        text("summary", "/properties/displayName", "The name of the initiative."),
        always("category", "Secure Score", "What sort of assessment it is."),
        always_flag("internal", true, "Nobody from outside has made it."),
        number("score", "/properties/score/current", "How many points it has.").volatile(),
        number("maxScore", "/properties/score/max", "How many points there are.").volatile(),
        number("percentage", "/properties/score/", "The share of them, from 0 to 1.").volatile(),
        number("weight", "/properties/", "How much it counts among subscriptions.").volatile(),
    ],
    ..EntityType::extension("Microsoft.Security/secureScores", "2020-01-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-security-secure-scores",
    name: "Secure Scores",
    ..Step::of(&SECURE_SCORE, "security").links(&[of_subscription(RelationshipClass::Has)])
};
