//! Profiles of content delivery networks and of Front Door.

use serde_json::Value;

use crate::prelude::*;

pub(crate) static PROFILE: EntityType = EntityType {
    kind: "azure_cdn_profile",
    class: &["Service"],
    doc: "A content delivery network, or a Front Door.",
    properties: &[
        always_list("category", &["infrastructure"], "What sort of service it is."),
        always_list("function", &["content-distribution"], "What it does."),
        text("kind", "/", "`cdn` or `frontdoor`."),
        text("frontDoorId", "/properties/", "What it tells servers to be known by."),
        text("identityType", "/identity/type", "Which managed identities it has."),
        number("originResponseTimeoutSeconds", "/properties/", "How long a server may take."),
        text("resourceState", "/properties/", "Such as `Active`."),
        text("sku", "/sku/name", "Such as `Premium_AzureFrontDoor` or `Standard_Microsoft`."),
    ],
    ..EntityType::resource("Microsoft.Cdn/profiles", "2025-04-15")
};

pub(crate) static STEP: Step =
    Step { id: "rm-cdn-profiles", name: "CDN Profiles", ..Step::of(&PROFILE, "cdn") };

/// Whether a profile is one of Front Door. Its endpoints have a list of their own.
pub(super) fn is_front_door(profile: &Value) -> bool {
    let sku = profile.get("sku").and_then(Value::as_str).unwrap_or_default();
    sku.to_ascii_lowercase().ends_with("_azurefrontdoor")
}
