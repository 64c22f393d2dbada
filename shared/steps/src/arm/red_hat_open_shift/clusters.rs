//! Clusters of Azure Red Hat `OpenShift`.

use crate::arm::compute::disk_encryption_sets::ENCRYPTION_SET;
use crate::arm::managed_identity::identities::IDENTITY;
use crate::arm::network::virtual_networks::SUBNET;
use crate::arm::resources::resource_groups::RESOURCE_GROUP;
use crate::prelude::*;

pub(crate) static CLUSTER: EntityType = EntityType {
    kind: "azure_openshift_cluster",
    class: &["Cluster"],
    doc: "A cluster of OpenShift, which Red Hat and Azure look after.",
    properties: &[
        text("apiUrl", "/properties/apiserverProfile/url", "The address of its API."),
        text("apiVisibility", API, "`Private` if only its networks reach its API."),
        text("clientId", "/properties/servicePrincipalProfile/", "The application it acts as."),
        text("consoleUrl", "/properties/consoleProfile/url", "The address of its console."),
        text("domain", "/properties/clusterProfile/", "The domain of its names."),
        each("encryptionAtHost", AT_HOST, "Whether machines encrypt temporary disks, too."),
        text("fipsValidatedModules", "/properties/clusterProfile/", "`Enabled` for FIPS modules."),
        each("ingressVisibility", INGRESS, "`Private` if only its networks reach applications."),
        text("oidcIssuerUrl", "/properties/clusterProfile/oidcIssuer", "Who issues its tokens."),
        text("outboundType", "/properties/networkProfile/", "How it reaches the internet."),
        text("preconfiguredNSG", "/properties/networkProfile/", "`Enabled` if subnets had groups."),
        text("version", "/properties/clusterProfile/", "The version of OpenShift."),
        each("vmSizes", "/properties/workerProfiles/*/vmSize", "The sizes of its workers."),
    ],
    ..EntityType::resource("Microsoft.RedHatOpenShift/openShiftClusters", "2025-07-25")
};

const API: &str = "/properties/apiserverProfile/visibility";
const AT_HOST: &str = "/properties/workerProfiles/*/encryptionAtHost";
const GROUP: &str = "/properties/clusterProfile/resourceGroupId";
const IDENTITIES: &str =
    "/properties/platformWorkloadIdentityProfile/platformWorkloadIdentities/*/resourceId";
const INGRESS: &str = "/properties/ingressProfiles/*/visibility";

pub(crate) static STEP: Step = Step {
    id: "rm-openshift-clusters",
    name: "OpenShift Clusters",
    becomes: Becomes::one(&CLUSTER)
        .links(&[
            Link::new(RelationshipClass::Manages, &[&RESOURCE_GROUP], GROUP),
            Link::of(&[&SUBNET], "/properties/masterProfile/subnetId"),
            Link::of(&[&SUBNET], "/properties/workerProfiles/*/subnetId"),
            Link::uses(&[&ENCRYPTION_SET], "/properties/masterProfile/diskEncryptionSetId"),
            Link::uses(&[&ENCRYPTION_SET], "/properties/workerProfiles/*/diskEncryptionSetId"),
            Link::uses(&[&IDENTITY], IDENTITIES),
        ])
        .conceals(&[
            "/properties/clusterProfile/pullSecret",
            "/properties/servicePrincipalProfile/clientSecret",
        ]),
    ..Step::of(&CLUSTER, "container-services")
};
