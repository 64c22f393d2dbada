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
        text("developerPortalUrl", "/properties/developerPortalUrl", "Where developers sign up."),
        flag("disableGateway", "/properties/disableGateway", "Whether this region takes no calls."),
        flag(
            "enableClientCertificate",
            "/properties/enableClientCertificate",
            "Whether it asks who calls it for a certificate.",
        ),
        text("etag", "/etag", "Changes with it."),
        always_list("function", &["api-gateway"], "What it does."),
        text("gatewayRegionalUrl", "/properties/gatewayRegionalUrl", "Its address in its region."),
        text("gatewayUrl", "/properties/gatewayUrl", "The address at which APIs are called."),
        each(
            "hostNames",
            "/properties/hostnameConfigurations/*/hostName",
            "Every name at which it is reached.",
        ),
        text("managementApiUrl", "/properties/managementApiUrl", "Where it is managed directly."),
        text(
            "minApiVersion",
            "/properties/apiVersionConstraint/minApiVersion",
            "The oldest version of the API by which it can be managed.",
        ),
        text(
            "notificationSenderEmail",
            "/properties/notificationSenderEmail",
            "Who its mails are from.",
        ),
        text("platformVersion", "/properties/platformVersion", "What it runs on, such as `stv2`."),
        text("portalUrl", "/properties/portalUrl", "The address of the older portal."),
        text("principalId", "/identity/principalId", "As whom it acts."),
        list(
            "privateIpAddresses",
            "/properties/privateIPAddresses",
            "The addresses within its virtual network.",
        ),
        flag("public", COMPUTED, "Whether the internet reaches it."),
        list(
            "publicIpAddresses",
            "/properties/publicIPAddresses",
            "The addresses of the internet.",
        ),
        text(
            "publicNetworkAccess",
            "/properties/publicNetworkAccess",
            "`Disabled` if only private endpoints reach it.",
        ),
        text("publisherEmail", "/properties/publisherEmail", "Who is told of what happens."),
        text("publisherName", "/properties/publisherName", "Whose APIs they are."),
        text("scmUrl", "/properties/scmUrl", "Where its configuration is kept."),
        text("sku", "/sku/name", "Such as `Developer` or `Premium`."),
        text(
            "targetProvisioningState",
            "/properties/targetProvisioningState",
            "What its present change is to end with.",
        ),
        truth(
            "tls10Enabled",
            custom!("Security.Protocols.Tls10"),
            "Whether it speaks TLS 1.0 to who calls it.",
        ),
        truth(
            "tls11Enabled",
            custom!("Security.Protocols.Tls11"),
            "Whether it speaks TLS 1.1 to who calls it.",
        ),
        truth(
            "backendTls10Enabled",
            custom!("Security.Backend.Protocols.Tls10"),
            "Whether it speaks TLS 1.0 to what it calls.",
        ),
        truth(
            "backendTls11Enabled",
            custom!("Security.Backend.Protocols.Tls11"),
            "Whether it speaks TLS 1.1 to what it calls.",
        ),
        truth(
            "tripleDes168Enabled",
            custom!("Security.Ciphers.TripleDes168"),
            "Whether it lets a weak cipher pass.",
        ),
        truth("http2Enabled", custom!("Protocols.Server.Http2"), "Whether it speaks HTTP/2."),
        text(
            "virtualNetworkType",
            "/properties/virtualNetworkType",
            "`Internal` if only a virtual network reaches it.",
        ),
        list("zones", "/zones", "Availability zones."),
    ],
    ..EntityType::resource("Microsoft.ApiManagement/service", "2024-05-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-api-management-services",
    name: "API Management Services",
    list: List::of(&SERVICE),
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
    needs: Needs::subscription("api-management"),
    ..Step::AZURE
};

fn public(service: &Item<'_>, entity: &mut Entity) {
    let is = |path, word: &str| service.text(path).is_some_and(|it| it.eq_ignore_ascii_case(word));
    let is_private = is("/properties/virtualNetworkType", "Internal")
        || is("/properties/publicNetworkAccess", "Disabled");
    entity.set("public", Some(!is_private));
}
