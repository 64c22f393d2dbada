//! Accounts of Azure Automation.

use crate::arm::key_vault::vaults::VAULT;
use crate::host::host;
use crate::prelude::*;

pub(crate) static ACCOUNT: EntityType = EntityType {
    kind: "azure_automation_account",
    class: &["Service"],
    doc: "An account whose runbooks act on resources by themselves.",
    properties: &[
        always_list("category", &["infrastructure"], "What sort of service it is."),
        always_list("function", &["workflow"], "What the service does."),
        text("automationHybridServiceUrl", "/properties/", "Where hybrid workers report."),
        date("createdOn", "/properties/creationTime", "When it was created."),
        text("description", "/properties/", "What it is for."),
        flag("disableLocalAuth", "/properties/", "Whether keys let nobody in."),
        text("encryption", "/properties/encryption/keySource", "Whose key encrypts it."),
        text("keyVaultUri", KEY_VAULT, "The address of the vault that has the key."),
        flag("publicNetworkAccess", "/properties/", "Whether the internet reaches its web hooks."),
        text("sku", "/properties/sku/name", "`Free` or `Basic`."),
        text("state", "/properties/", "Such as `Ok`."),
        date("updatedOn", "/properties/lastModifiedTime", "When it was last changed."),
    ],
    ..EntityType::resource("Microsoft.Automation/automationAccounts", "2023-11-01")
};

const KEY_VAULT: &str = "/properties/encryption/keyVaultProperties/keyvaultUri";

pub(crate) static STEP: Step = Step {
    id: "rm-automation-accounts",
    name: "Automation Accounts",
    ..Step::of(&ACCOUNT, "automation").links(&[Link::uses(&[&VAULT], KEY_VAULT).by(host)])
};
