//! API Management services.

use graph::Entity;

use crate::arm::network::public_ips::PUBLIC_IP;
use crate::arm::network::virtual_networks::SUBNET;
use crate::host::host;
use crate::prelude::*;

macro_rules! custom {
    ($name:literal) => {
        concat!("/properties/customProperties/Microsoft.WindowsAzure.ApiManagement.Gateway.", $name)
    };
}

pub(crate) static SERVICE: EntityType = EntityType {
    kind: "azure_api_management_service",
    class: &["Gateway"],
    doc: "A gateway through which APIs are called.",
    properties: &[
        always_list("category", &["application"], "What sort of gateway it is."),
        date("createdOn", "/properties/createdAtUtc", "When it was created."),
        text("developerPortalUrl", "/properties/", "Where developers sign up."),
        flag("disableGateway", "/properties/", "Whether this region takes no calls."),
        flag("enableClientCertificate", "/properties/", "Whether it asks for a certificate."),
        text("etag", "/", "Changes with it."),
        always_list("function", &["api-gateway"], "What it does."),
        text("gatewayRegionalUrl", "/properties/", "Its address in its region."),
        text("gatewayUrl", "/properties/", "The address at which APIs are called."),
        each("hostNames", "/properties/hostnameConfigurations/*/hostName", "All its host names."),
        text("managementApiUrl", "/properties/", "Where it is managed directly."),
        text("minApiVersion", "/properties/apiVersionConstraint/", "The oldest API to manage it."),
        text("notificationSenderEmail", "/properties/", "Who its mails are from."),
        text("platformVersion", "/properties/", "What it runs on, such as `stv2`."),
        text("portalUrl", "/properties/", "The address of the older portal."),
        list("privateIpAddresses", "/properties/privateIPAddresses", "Addresses in its network."),
        flag("public", COMPUTED, "Whether the internet reaches it."),
        list("publicIpAddresses", "/properties/publicIPAddresses", "Addresses on the internet."),
        text("publicNetworkAccess", "/properties/", "`Disabled`: only private endpoints reach it."),
        text("publisherEmail", "/properties/", "Who is told of what happens."),
        text("publisherName", "/properties/", "Whose APIs they are."),
        text("scmUrl", "/properties/", "Where its configuration is kept."),
        text("sku", "/sku/name", "Such as `Developer` or `Premium`."),
        text("targetProvisioningState", "/properties/", "What its present change is to end with."),
        flag("tls10Enabled", custom!("Security.Protocols.Tls10"), "Whether it accepts TLS 1.0."),
        flag("tls11Enabled", custom!("Security.Protocols.Tls11"), "Whether it accepts TLS 1.1."),
        flag(
            "backendTls10Enabled",
            custom!("Security.Backend.Protocols.Tls10"),
            "Whether it speaks TLS 1.0 to what it calls.",
        ),
        flag(
            "backendTls11Enabled",
            custom!("Security.Backend.Protocols.Tls11"),
            "Whether it speaks TLS 1.1 to what it calls.",
        ),
        flag("tripleDes168Enabled", custom!("Security.Ciphers.TripleDes168"), "A weak cipher."),
        flag("http2Enabled", custom!("Protocols.Server.Http2"), "Whether it speaks HTTP/2."),
        text("virtualNetworkType", "/properties/", "`Internal` if only its network reaches it."),
        list("zones", "/", "Availability zones."),
    ],
    ..EntityType::resource("Microsoft.ApiManagement/service", "2024-05-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-api-management-services",
    name: "API Management Services",
    becomes: Becomes::one(&SERVICE)
        .aliases(|service| {
            let url = service.text("/properties/gatewayUrl");
            url.and_then(|url| host(url, service)).into_iter().collect()
        })
        .refine(public)
        .conceals(&[
            "/properties/certificates",
            "/properties/hostnameConfigurations/*/certificatePassword",
            "/properties/hostnameConfigurations/*/encodedCertificate",
        ])
        .links(&[
            Link::of(&[&SUBNET], "/properties/virtualNetworkConfiguration/subnetResourceId"),
            Link::uses(&[&PUBLIC_IP], "/properties/publicIpAddressId"),
        ]),
    ..Step::of(&SERVICE, "api-management")
};

fn public(service: &Item<'_>, entity: &mut Entity) {
    let is = |path, word: &str| service.text(path).is_some_and(|it| it.eq_ignore_ascii_case(word));
    let is_private = is("/properties/virtualNetworkType", "Internal")
        || is("/properties/publicNetworkAccess", "Disabled");
    entity.set("public", Some(!is_private));
}
