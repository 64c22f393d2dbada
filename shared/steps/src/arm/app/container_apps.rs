//! Container apps.

use super::SECRETS;
use crate::arm::app::environments::ENVIRONMENT;
use crate::arm::container_registry::registries::REGISTRY;
use crate::host::host;
use crate::prelude::*;

pub(crate) static CONTAINER_APP: EntityType = EntityType {
    kind: "azure_container_app",
    class: &["Application"],
    doc: "Containers that run as often as they are needed, and answer to requests.",
    properties: &[
        flag("allowInsecure", "/properties/configuration/ingress/", "Whether it takes plain HTTP."),
        each(
            "allowedIpRanges",
            "/properties/configuration/ingress/ipSecurityRestrictions/*/ipAddressRange",
            "The networks that its rules name.",
        ),
        text(
            "clientCertificateMode",
            "/properties/configuration/ingress/",
            "Whether it asks who calls it for a certificate.",
        ),
        each(
            "customDomains",
            "/properties/configuration/ingress/customDomains/*/name",
            "The names of the owner's at which it is reached.",
        ),
        flag("external", "/properties/configuration/ingress/", "Whether outside calls reach it."),
        text("fqdn", "/properties/configuration/ingress/", "The name at which it is reached."),
        each("images", "/properties/template/containers/*/image", "What its containers run."),
        number("maxReplicas", "/properties/template/scale/", "How often its containers may run."),
        text("runningStatus", "/properties/", "`Running` or `Stopped`."),
        number("targetPort", "/properties/configuration/ingress/", "Where its containers listen."),
    ],
    ..EntityType::resource("Microsoft.App/containerApps", "2025-01-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-container-apps",
    name: "Container Apps",
    becomes: Becomes::one(&CONTAINER_APP).conceals(SECRETS).links(&[
        Link::of(&[&ENVIRONMENT], "/properties/managedEnvironmentId"),
        Link::uses(&[&REGISTRY], "/properties/configuration/registries/*/server").by(host),
    ]),
    ..Step::of(&CONTAINER_APP, "container-apps")
};
