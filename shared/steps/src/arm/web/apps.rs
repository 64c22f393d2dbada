//! Web apps and function apps.

use crate::arm::network::virtual_networks::SUBNET;
use crate::arm::web::plans::PLAN;
use crate::entity::{ADDRESSED, PLACED, TAGGED};
use crate::prelude::*;

pub(crate) static WEB_APP: EntityType = EntityType {
    kind: "azure_web_app",
    class: &["Application"],
    doc: "A web site, or what else App Service runs.",
    shared: APP,
    ..EntityType::resource("Microsoft.Web/sites", "2024-04-01")
};

pub(crate) static FUNCTION_APP: EntityType = EntityType {
    kind: "azure_function_app",
    class: &["Function"],
    doc: "Functions that App Service calls when something happens.",
    shared: APP,
    ..EntityType::resource("Microsoft.Web/sites", "2024-04-01")
};

/// Every type of app.
pub(super) static APPS: [&EntityType; 2] = [&WEB_APP, &FUNCTION_APP];

const APP: &[&[Property]] = &[ADDRESSED, TAGGED, PLACED, RUN];

const RUN: &[Property] = &[
    flag("clientCertEnabled", "/properties/", "Whether it asks who calls it for a certificate."),
    text("clientCertMode", "/properties/", "`Required` if nobody gets in without."),
    text("defaultHostName", "/properties/", "The name at which it is reached."),
    flag("enabled", "/properties/", "Whether it may run."),
    list("hostNames", "/properties/", "Every name at which it is reached."),
    flag("httpsOnly", "/properties/", "Whether it sends who does not encrypt to HTTPS."),
    split("kind", "/", ",", "What it is, such as `app`, `functionapp` and `linux`."),
    text("keyVaultReferenceIdentity", "/properties/", "As whom it reads secrets from key vaults."),
    text("publicNetworkAccess", "/properties/", "`Disabled` if only private endpoints reach it."),
    text("state", "/properties/", "`Running` or `Stopped`."),
    date("updatedOn", "/properties/lastModifiedTimeUtc", "When it was last changed."),
    flag("vnetRouteAllEnabled", "/properties/", "Whether all its calls use its virtual network.")
        .or(&["/properties/outboundVnetRouting/allTraffic"]),
];

pub(crate) static STEP: Step = Step {
    id: "rm-appservice-apps",
    name: "App Service Apps",
    covers: &["rm-appservice-app-plan-relationships"],
    list: List::of(&WEB_APP),
    becomes: Becomes::choice(&APPS, |app| {
        let kind = app.text("/kind").unwrap_or_default().to_ascii_lowercase();
        Some(if kind.contains("functionapp") { &FUNCTION_APP } else { &WEB_APP })
    })
    .conceals(&[
        "/properties/siteConfig/appSettings",
        "/properties/siteConfig/connectionStrings",
        "/properties/siteConfig/publishingPassword",
        "/properties/siteConfig/publishingUsername",
        "/properties/siteConfig/azureStorageAccounts",
        "/properties/siteConfig/siteAuthSettings",
        "/properties/siteConfig/machineKey",
    ])
    .links(&[
        Link::uses(&[&PLAN], "/properties/serverFarmId"),
        Link::of(&[&SUBNET], "/properties/virtualNetworkSubnetId"),
    ]),
    needs: Needs::subscription("app-service"),
    ..Step::AZURE
};
