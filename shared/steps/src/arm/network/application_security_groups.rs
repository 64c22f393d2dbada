//! Application security groups.

use crate::prelude::*;

pub(crate) static APPLICATION_SECURITY_GROUP: EntityType = EntityType {
    kind: "azure_application_security_group",
    class: &["Firewall"],
    doc: "A name for network interfaces, by which rules of network security groups call them.",
    properties: &[
        always_list("category", &["application"], "What it protects."),
        text("etag", "/", "What changes whenever the group does."),
        text("resourceGuid", "/properties/", "An id that no other group has."),
    ],
    ..EntityType::resource("Microsoft.Network/applicationSecurityGroups", "2025-05-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-azure-application-security-group",
    name: "Application Security Groups",
    ..Step::of(&APPLICATION_SECURITY_GROUP, "application-security-group")
};
