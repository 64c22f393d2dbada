//! Clusters of Azure Kubernetes Service.

use graph::{Entity, Key, Name};

use crate::arm::compute::disk_encryption_sets::ENCRYPTION_SET;
use crate::arm::key_vault::key_at;
use crate::arm::key_vault::keys::KEY;
use crate::arm::key_vault::vaults::VAULT;
use crate::arm::network::virtual_networks::SUBNET;
use crate::arm::operational_insights::workspaces::WORKSPACE;
use crate::arm::resources::subscriptions::SUBSCRIPTION;
use crate::host::host;
use crate::prelude::*;

pub(crate) static CLUSTER: EntityType = EntityType {
    kind: "azure_kubernetes_cluster",
    class: &["Cluster"],
    doc: "A cluster of Kubernetes that Azure manages.",
    properties: &[
        list(
            "adminGroupObjectIds",
            "/properties/aadProfile/adminGroupObjectIDs",
            "The groups of the directory whose members administer it.",
        ),
        flag(
            "azureRbacEnabled",
            "/properties/aadProfile/enableAzureRBAC",
            "Whether role assignments of Azure decide on access within it.",
        ),
        list(
            "authorizedIpRanges",
            "/properties/apiServerAccessProfile/authorizedIPRanges",
            "The networks that its API answers to, unless it answers to all.",
        ),
        flag(
            "azurePolicyEnabled",
            "/properties/addonProfiles/azurepolicy/enabled",
            "Whether policies of Azure hold within it.",
        ),
        text("currentKubernetesVersion", "/properties/", "The version that runs."),
        flag(
            "defenderEnabled",
            "/properties/securityProfile/defender/securityMonitoring/enabled",
            "Whether Microsoft Defender watches it.",
        ),
        flag("disableLocalAccounts", "/properties/", "Whether only directory accounts open it."),
        text("dnsPrefix", "/properties/", "What its name begins with."),
        flag(
            "enablePrivateCluster",
            "/properties/apiServerAccessProfile/",
            "Whether only a virtual network reaches its API.",
        ),
        flag("enableRBAC", "/properties/", "Whether roles decide on access within it."),
        text("fqdn", "/properties/", "The name at which its API is reached."),
        text("privateFqdn", "/properties/privateFQDN", "The name within its virtual network."),
        text("kubernetesVersion", "/properties/", "The version asked for."),
        flag("managedAad", "/properties/aadProfile/managed", "Whether directory accounts open it."),
        number("maxAgentPools", "/properties/", "How many pools it may have."),
        flag(
            "monitoringEnabled",
            "/properties/addonProfiles/omsagent/enabled",
            "Whether logs of its containers are kept in a workspace.",
        ),
        text("networkPlugin", "/properties/networkProfile/", "Such as `azure`."),
        text("networkPolicy", "/properties/networkProfile/", "What filters traffic, as `calico`."),
        list("nodeImageVersion", COMPUTED, "The image of the machines of each pool."),
        text("nodeResourceGroup", "/properties/", "The resource group that holds its machines."),
        text("oidcIssuerUrl", "/properties/oidcIssuerProfile/issuerURL", "Who issues its tokens."),
        list("osSKU", COMPUTED, "What the machines of each pool run, such as `Ubuntu`."),
        list("osType", COMPUTED, "`Linux` or `Windows`, for each pool."),
        text("publicNetworkAccess", "/properties/", "`Disabled`: only private endpoints reach it."),
        text("skuName", "/sku/name", "`Base` or `Automatic`."),
        text("skuTier", "/sku/tier", "`Free`, `Standard` or `Premium`."),
        text("tenantId", "/identity/", "The directory as whose member it acts."),
        text(
            "upgradeChannel",
            "/properties/autoUpgradeProfile/",
            "To which versions it turns by itself.",
        ),
        flag(
            "workloadIdentityEnabled",
            "/properties/securityProfile/workloadIdentity/enabled",
            "Whether containers can sign in to the directory without a secret.",
        ),
    ],
    ..EntityType::resource("Microsoft.ContainerService/managedClusters", "2025-05-01")
};

/// The service, which is known by its clusters: no list has it.
pub(crate) static SERVICE: EntityType = EntityType {
    kind: "azure_kube_service",
    class: &["Service"],
    doc: "Azure Kubernetes Service in a subscription that has clusters.",
    properties: &[
        text("id", COMPUTED, "The id of the instance."),
        always("name", "Kubernetes Service", "What it is called."),
        always("displayName", "Kubernetes Service", "What it is called."),
        always_list("category", &["DevOps"], "What sort of service it is."),
        always_list("function", &["Load Balancing", "Scaling"], "What the service does."),
    ],
    ..EntityType::IMPLIED
};

pub(crate) static STEP: Step = Step {
    id: "rm-container-services-clusters",
    name: "Container Services Clusters",
    covers: &["rm-kubernetes-service"],
    becomes: Becomes::one(&CLUSTER)
        .refine(pools)
        .conceals(&[
            "/properties/servicePrincipalProfile/secret",
            "/properties/windowsProfile/adminPassword",
        ])
        .links(&[
            Link::uses(&[&ENCRYPTION_SET], "/properties/diskEncryptionSetID"),
            Link::of(&[&SUBNET], "/properties/agentPoolProfiles/*/vnetSubnetID"),
            Link::of(&[&SUBNET], "/properties/apiServerAccessProfile/subnetId"),
            Link::uses(&[&KEY], KEY_ID).by(key_at),
            Link::uses(&[&VAULT], KEY_ID).by(host),
            Link::uses(&[&WORKSPACE], MONITORED),
            Link::uses(&[&WORKSPACE], DEFENDER),
        ])
        .nested(&[Nested::besides(
            Becomes::one(&SERVICE)
                .key(|cluster| Some(service(cluster)))
                .refine(|cluster, entity| {
                    entity.set("id", Some(cluster.instance.instance_id.as_str()));
                })
                .links(&[
                    Link::found(RelationshipClass::Has, &[&SUBSCRIPTION], subscription).reverse()
                ]),
        )]),
    ..Step::of(&CLUSTER, "container-services")
};

const DEFENDER: &str = "/properties/securityProfile/defender/logAnalyticsWorkspaceResourceId";
const KEY_ID: &str = "/properties/securityProfile/azureKeyVaultKms/keyId";
const MONITORED: &str = "/properties/addonProfiles/omsagent/config/logAnalyticsWorkspaceResourceID";

/// The key of the service of an instance.
pub(crate) fn service(item: &Item<'_>) -> Key {
    Key::new(&format!("{}:{}", SERVICE.kind, item.instance.instance_id))
}

fn subscription(cluster: &Item<'_>) -> Vec<Name> {
    let id = cluster.instance.subscription_id.as_ref();
    id.map(|id| Name::of_id(&format!("/subscriptions/{id}"))).into_iter().collect()
}

/// What each pool says, in their order.
fn pools(cluster: &Item<'_>, entity: &mut Entity) {
    for name in ["nodeImageVersion", "osSKU", "osType"] {
        let values = cluster.texts(&format!("/properties/agentPoolProfiles/*/{name}"));
        entity.set(name, Some(values).filter(|it| !it.is_empty()));
    }
}
