//! Virtual WANs.

use crate::prelude::*;

pub(crate) static VIRTUAL_WAN: EntityType = EntityType {
    kind: "azure_virtual_wan",
    class: &["Group"],
    doc: "Hubs of several regions that are connected with each other.",
    properties: &[
        flag("allowBranchToBranchTraffic", "/properties/", "Whether sites reach each other by it."),
        flag("disableVpnEncryption", "/properties/", "Whether tunnels are not encrypted."),
        text("etag", "/", "What changes whenever the WAN does."),
        text("sku", "/properties/type", "`Basic` or `Standard`."),
    ],
    ..EntityType::resource("Microsoft.Network/virtualWans", "2025-05-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-network-virtual-wans",
    name: "Virtual WANs",
    ..Step::of(&VIRTUAL_WAN, "network")
};
