//! Container registries.

use crate::arm::key_vault::key_at;
use crate::arm::key_vault::keys::KEY;
use crate::host::host;
use crate::prelude::*;

pub(crate) static REGISTRY: EntityType = EntityType {
    kind: "azure_container_registry",
    class: &["DataStore"],
    doc: "A store of the images of containers.",
    properties: &[
        CLASSIFICATION.or_null(),
        flag("adminUserEnabled", "/properties/", "Whether one password that all share opens it."),
        flag("anonymousPullEnabled", "/properties/", "Whether anybody can read its images."),
        is(
            "azureAdAuthenticationAsArmEnabled",
            "/properties/policies/azureADAuthenticationAsArmPolicy/status",
            "enabled",
            "Whether tokens for Azure Resource Manager open it.",
        ),
        date("createdOn", "/properties/creationDate", "When it was created."),
        flag("dataEndpointEnabled", "/properties/", "Whether layers have addresses of their own."),
        is(
            "encrypted",
            "/properties/encryption/status",
            "enabled",
            "Whether a key of the owner's encrypts it, besides Azure's.",
        )
        .or_null(),
        is(
            "exportEnabled",
            "/properties/policies/exportPolicy/status",
            "enabled",
            "Whether images can be taken out of it.",
        ),
        text("loginServer", "/properties/", "The name at which it is reached."),
        text("networkRuleBypassOptions", "/properties/", "Which Azure services its rules spare."),
        text(
            "networkRuleSet.defaultAction",
            "/properties/networkRuleSet/defaultAction",
            "`Allow` if it answers to networks that no rule names.",
        ),
        each(
            "networkRuleSet.allowedIpAddresses",
            "/properties/networkRuleSet/ipRules/*/value",
            "The addresses and networks that it answers to.",
        ),
        text("publicNetworkAccess", "/properties/", "`Disabled`: only private endpoints reach it."),
        is(
            "quarantineEnabled",
            "/properties/policies/quarantinePolicy/status",
            "enabled",
            "Whether new images are withheld until they have been examined.",
        ),
        is(
            "retentionEnabled",
            "/properties/policies/retentionPolicy/status",
            "enabled",
            "Whether images without a tag are deleted after some days.",
        ),
        number(
            "retentionDays",
            "/properties/policies/retentionPolicy/days",
            "After how many days images without a tag are deleted.",
        ),
        is(
            "trustEnabled",
            "/properties/policies/trustPolicy/status",
            "enabled",
            "Whether signed images are told from others.",
        ),
        text("sku", "/sku/name", "`Basic`, `Standard` or `Premium`."),
        is("zoneRedundant", "/properties/zoneRedundancy", "Enabled", "Whether it spans zones."),
    ],
    ..EntityType::resource("Microsoft.ContainerRegistry/registries", "2025-11-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-container-registries",
    name: "Container Registries",
    becomes: Becomes::one(&REGISTRY)
        .aliases(|registry| {
            let server = registry.text("/properties/loginServer");
            server.and_then(|server| host(server, registry)).into_iter().collect()
        })
        .links(&[Link::uses(&[&KEY], "/properties/encryption/keyVaultProperties/keyIdentifier")
            .by(key_at)]),
    ..Step::of(&REGISTRY, "container-registry")
};
