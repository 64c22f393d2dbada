//! Workspaces of Synapse, and the service.

use graph::{Key, Name};

use super::{by_id, key, place, service};
use crate::arm::key_vault::key_at;
use crate::arm::key_vault::keys::KEY;
use crate::arm::resources::resource_groups::RESOURCE_GROUP;
use crate::arm::resources::subscriptions::of_subscription;
use crate::arm::storage::accounts::STORAGE_ACCOUNT;
use crate::prelude::*;

pub(crate) static WORKSPACE: EntityType = EntityType {
    kind: "azure_synapse_workspace",
    class: &["Configuration"],
    doc: "Where data is analysed, in SQL and with Spark.",
    properties: &[
        flag("azureADOnlyAuthentication", "/properties/", "Whether passwords let nobody in."),
        text(
            "defaultDataLakeStorage.accountUrl",
            "/properties/defaultDataLakeStorage/accountUrl",
            "The address of the storage account that it keeps data in.",
        ),
        flag(
            "doubleEncryptionEnabled",
            "/properties/encryption/",
            "Whether what it keeps is also encrypted with a key of the customer.",
        ),
        text("encryption.keyVaultUrl", KEY_URL, "That key."),
        text("managedResourceGroupName", "/properties/", "The resource group made for its needs."),
        text("managedVirtualNetwork", "/properties/", "`default` if Synapse gives it a network."),
        flag(
            "preventDataExfiltration",
            "/properties/managedVirtualNetworkSettings/",
            "Whether that network only reaches what is allowed.",
        ),
        text("publicNetworkAccess", "/properties/", "`Disabled`: only private endpoints reach it."),
        text("resourceGroupName", COMPUTED, "The resource group as the id spells it."),
        text("sqlAdministratorLogin", "/properties/", "Who administers it, in SQL."),
        flag(
            "trustedServiceBypassEnabled",
            "/properties/",
            "Whether services of Azure reach it in spite of its firewall.",
        ),
        text("workspaceUID", "/properties/", "An id that no other workspace has."),
    ],
    ..EntityType::resource("Microsoft.Synapse/workspaces", "2021-06-01")
};

const KEY_URL: &str = "/properties/encryption/cmk/key/keyVaultUrl";

/// The service, which is known by its workspaces: no list has it.
pub(crate) static SERVICE: EntityType = EntityType {
    kind: "azure_synapse",
    class: &["Service"],
    doc: "Azure Synapse Analytics in a subscription that has workspaces.",
    properties: &[
        always_list("category", &["Analysis"], "What sort of service it is."),
        always("displayName", NAME, "What it is called."),
        text("endpoint", COMPUTED, "Where it is used."),
        always_list("function", &["Analysis"], "What the service does."),
        always("name", NAME, "What it is called."),
        text("subscriptionKey", COMPUTED, "The subscription that it lies in."),
    ],
    ..EntityType::IMPLIED
};

const NAME: &str = "Azure Synapse Analytics";

pub(crate) static STEP: Step = Step {
    id: "fetch-synpase-workspaces",
    name: "Synapse Workspaces",
    covers: &["build-synapse-service-workspace-relationship", "fetch-synapse-service"],
    becomes: Becomes::one(&WORKSPACE)
        .key(|it| Some(key(WORKSPACE.kind, it.text("/properties/workspaceUID")?)))
        .aliases(by_id)
        .refine(|workspace, entity| {
            place(workspace, entity);
            let group = workspace.id().and_then(|id| id.split('/').nth(4));
            entity.set("resourceGroupName", group);
        })
        .links(&[
            Link::found(RelationshipClass::Has, &[&RESOURCE_GROUP], |workspace| {
                let group = workspace.id().and_then(|id| Key::new(id).resource_group());
                group.as_ref().map(Name::from).into_iter().collect()
            })
            .reverse(),
            Link::uses(&[&KEY], KEY_URL).by(key_at),
            Link::uses(&[&STORAGE_ACCOUNT], "/properties/defaultDataLakeStorage/resourceId"),
        ])
        .nested(&[Nested::besides(
            Becomes::one(&SERVICE)
                .key(|workspace| Some(service(workspace)))
                .refine(|workspace, entity| {
                    let instance = workspace.instance;
                    let portal = instance.portal.split("/#").next();
                    entity.set("endpoint", portal);
                    entity.set("subscriptionKey", instance.subscription_id.as_deref());
                })
                .links(&[
                    Link::to_parent(RelationshipClass::Has),
                    of_subscription(RelationshipClass::Has),
                ]),
        )]),
    ..Step::of(&WORKSPACE, "synapse")
};
