//! Models that accounts of Azure AI services have deployed.

use crate::arm::cognitive_services::accounts::ACCOUNT;
use crate::prelude::*;

pub(crate) static DEPLOYMENT: EntityType = EntityType {
    kind: "azure_cognitive_services_deployment",
    class: &["Deployment"],
    doc: "A model that an account has deployed.",
    properties: &[
        text("modelFormat", "/properties/model/format", "Whose model it is, such as `OpenAI`."),
        text("modelName", "/properties/model/name", "The model, such as `gpt-4o`."),
        text("modelVersion", "/properties/model/version", "The version of the model."),
        text("raiPolicyName", "/properties/", "The policy that filters content."),
        text("versionUpgradeOption", "/properties/", "When it goes on."),
        text("sku", "/sku/name", "Such as `Standard` or `GlobalStandard`."),
        number("capacity", "/sku/", "How much it may answer."),
    ],
    ..EntityType::child("Microsoft.CognitiveServices/accounts/deployments", "2024-10-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-cognitive-services-deployments",
    name: "Cognitive Services Deployments",
    // Other kinds have none.
    list: List::of(&DEPLOYMENT)
        .of_each(&[&ACCOUNT])
        .only(|account| matches!(account["kind"].as_str(), Some("OpenAI" | "AIServices"))),
    becomes: Becomes::one(&DEPLOYMENT)
        .links(&[Link::of_parent(RelationshipClass::Has)])
        .conceals(&["/properties/capabilities"]),
    ..Step::of(&DEPLOYMENT, "cognitive-services")
};
