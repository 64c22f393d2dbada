//! Data factories.

use crate::prelude::*;

pub(crate) static FACTORY: EntityType = EntityType {
    kind: "azure_data_factory",
    class: &["Service"],
    doc: "What moves data from one place to another.",
    properties: &[
        always_list("category", &["data"], "What sort of service it is."),
        always_list("function", &["data-integration"], "What the service does."),
        date("createdOn", "/properties/createTime", "When it was created."),
        text("version", "/properties/", "The version of the service."),
        text("publicNetworkAccess", "/properties/", "`Enabled` or `Disabled`."),
        text("keyVaultUri", "/properties/encryption/vaultBaseUrl", "The vault of its own key."),
        text("repositoryAccount", "/properties/repoConfiguration/accountName", "Whose code it is."),
        text("repository", "/properties/repoConfiguration/repositoryName", "Where its code is."),
        text("purviewId", "/properties/purviewConfiguration/purviewResourceId", "Where it tells."),
    ],
    ..EntityType::resource("Microsoft.DataFactory/factories", "2018-06-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-data-factory-factories",
    name: "Data Factories",
    becomes: Becomes::one(&FACTORY)
        .conceals(&["/properties/globalParameters", "/properties/repoConfiguration/clientSecret"]),
    ..Step::of(&FACTORY, "data-factory")
};
