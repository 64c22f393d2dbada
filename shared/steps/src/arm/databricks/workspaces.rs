//! Workspaces of Databricks.

use crate::arm::network::virtual_networks::VIRTUAL_NETWORK;
use crate::arm::resources::resource_groups::RESOURCE_GROUP;
use crate::prelude::*;

pub(crate) static WORKSPACE: EntityType = EntityType {
    kind: "azure_databricks_workspace",
    class: &["Service"],
    doc: "A workspace of Databricks, and the resource group that its machines lie in.",
    properties: &[
        always_list("category", &["data"], "What sort of service it is."),
        always_list("function", &["analytics"], "What the service does."),
        text("sku", "/sku/name", "Such as `premium`."),
        text("workspaceUrl", "/properties/", "The name at which it is reached."),
        text("workspaceId", "/properties/", "An id that no other workspace has."),
        date("createdOn", "/properties/createdDateTime", "When it was created."),
        text("publicNetworkAccess", "/properties/", "`Enabled` or `Disabled`."),
        text("requiredNsgRules", "/properties/", "How Databricks reaches it."),
        flag(
            "noPublicIp",
            "/properties/parameters/enableNoPublicIp/value",
            "Whether its machines have no addresses of the internet.",
        ),
        flag(
            "infrastructureEncryption",
            "/properties/parameters/requireInfrastructureEncryption/value",
            "Whether its storage is encrypted twice.",
        ),
        text(
            "keyVaultUri",
            "/properties/encryption/entities/managedServices/keyVaultProperties/",
            "The vault of its own key.",
        ),
        text("managedResourceGroupId", GROUP, "The resource group that its machines lie in."),
    ],
    ..EntityType::resource("Microsoft.Databricks/workspaces", "2024-05-01")
};

const GROUP: &str = "/properties/managedResourceGroupId";

pub(crate) static STEP: Step = Step {
    id: "rm-databricks-workspaces",
    name: "Databricks Workspaces",
    ..Step::of(&WORKSPACE, "databricks").links(&[
        Link::new(RelationshipClass::Manages, &[&RESOURCE_GROUP], GROUP),
        Link::uses(&[&VIRTUAL_NETWORK], "/properties/parameters/customVirtualNetworkId/value"),
    ])
};
