//! Accounts of Azure AI services, and of Azure `OpenAI` among them.

use crate::arm::network_rule_sets::{ALLOWS_SUBNETS, NETWORK_DEFAULT_ACTION};
use crate::prelude::*;

pub(crate) static ACCOUNT: EntityType = EntityType {
    kind: "azure_cognitive_services_account",
    class: &["Service"],
    doc: "An account of Azure AI services, such as Azure OpenAI.",
    properties: &[
        always_list("category", &["ai"], "What sort of service it is."),
        always_list("function", &["ai"], "What the service does."),
        text("kind", "/", "Such as `OpenAI` or `AIServices`."),
        text("sku", "/sku/name", "Such as `S0`."),
        text("endpoint", "/properties/", "The address of it."),
        date("createdOn", "/properties/dateCreated", "When it was created."),
        text("publicNetworkAccess", "/properties/", "`Enabled` or `Disabled`."),
        NETWORK_DEFAULT_ACTION,
        flag("disableLocalAuth", "/properties/", "Whether keys let nobody in."),
        flag("restrictOutboundNetworkAccess", "/properties/", "Whether its calls are restricted."),
        list("allowedFqdns", "/properties/allowedFqdnList", "What it reaches, by name."),
        text("encryption", "/properties/encryption/keySource", "Whose key encrypts it."),
        text("keyVaultUri", "/properties/encryption/keyVaultProperties/", "The vault of the key."),
        text("customSubDomainName", "/properties/", "Its name on the internet."),
        flag("allowProjectManagement", "/properties/", "Whether it has projects."),
    ],
    ..EntityType::resource("Microsoft.CognitiveServices/accounts", "2024-10-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-cognitive-services-accounts",
    name: "Cognitive Services Accounts",
    becomes: Becomes::one(&ACCOUNT)
        .conceals(&[
            "/properties/apiProperties",
            "/properties/migrationToken",
            // They are most of an account, and nothing asks for them.
            "/properties/callRateLimit",
            "/properties/capabilities",
        ])
        .links(&[ALLOWS_SUBNETS]),
    ..Step::of(&ACCOUNT, "cognitive-services")
};
