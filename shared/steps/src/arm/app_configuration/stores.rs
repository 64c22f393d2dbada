//! Stores of App Configuration. What is in them is never read.

use crate::prelude::*;

pub(crate) static STORE: EntityType = EntityType {
    kind: "azure_app_configuration_store",
    class: &["DataStore"],
    doc: "Where applications keep their settings.",
    properties: &[
        CLASSIFICATION.or_null(),
        always_flag("encrypted", true, "Azure encrypts every store."),
        text("sku", "/sku/name", "Such as `free` or `standard`."),
        text("endpoint", "/properties/", "The address of it."),
        date("createdOn", "/properties/creationDate", "When it was created."),
        text("publicNetworkAccess", "/properties/", "`Enabled` or `Disabled`."),
        flag("disableLocalAuth", "/properties/", "Whether keys let nobody in."),
        flag("enablePurgeProtection", "/properties/", "Whether nobody can purge a deleted store."),
        number("softDeleteRetentionInDays", "/properties/", "How many days it is kept if deleted."),
        text("keyIdentifier", "/properties/encryption/keyVaultProperties/", "Its encryption key."),
    ],
    ..EntityType::resource("Microsoft.AppConfiguration/configurationStores", "2024-05-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-app-configuration-stores",
    name: "App Configuration Stores",
    ..Step::of(&STORE, "app-configuration")
};
