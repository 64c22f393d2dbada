//! Static web apps.

use crate::prelude::*;

pub(crate) static STATIC_SITE: EntityType = EntityType {
    kind: "azure_static_web_app",
    class: &["Application"],
    doc: "A web site of files, with functions beside it.",
    properties: &[
        flag("allowConfigFileUpdates", "/properties/", "Whether its files may configure it."),
        text("branch", "/properties/", "The branch that it is made from."),
        list("customDomains", "/properties/", "Further names at which it is reached."),
        text("defaultHostname", "/properties/", "The name at which it is reached."),
        text("enterpriseGradeCdnStatus", "/properties/", "Whether a CDN is put before it."),
        text("keyVaultReferenceIdentity", "/properties/", "As whom it reads secrets from vaults."),
        text("provider", "/properties/", "Who keeps the code, such as `GitHub`."),
        text("publicNetworkAccess", "/properties/", "`Disabled`: only private endpoints reach it."),
        text("repositoryUrl", "/properties/", "The repository that it is made from."),
        text("sku", "/sku/name", "`Free` or `Standard`."),
        text("stagingEnvironmentPolicy", "/properties/", "Whether pull requests get sites."),
    ],
    ..EntityType::resource("Microsoft.Web/staticSites", "2024-04-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-appservice-static-sites",
    name: "Static Web Apps",
    becomes: Becomes::one(&STATIC_SITE).conceals(&["/properties/repositoryToken"]),
    ..Step::of(&STATIC_SITE, "app-service")
};
