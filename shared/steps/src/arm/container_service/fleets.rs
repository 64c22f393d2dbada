//! Fleets of clusters of Kubernetes.

use crate::prelude::*;

pub(crate) static FLEET: EntityType = EntityType {
    kind: "azure_kubernetes_fleet",
    class: &["Group"],
    doc: "Clusters of Kubernetes that are updated and given workloads together.",
    properties: &[
        text("dnsPrefix", "/properties/hubProfile/", "What the name of its hub begins with."),
        flag("enablePrivateCluster", API, "Whether only a virtual network reaches its hub."),
        text("fqdn", "/properties/hubProfile/", "The name at which its hub is reached, if any."),
        text("kubernetesVersion", "/properties/hubProfile/", "The version that its hub runs."),
    ],
    ..EntityType::resource("Microsoft.ContainerService/fleets", "2025-03-01")
};

const API: &str = "/properties/hubProfile/apiServerAccessProfile/";

pub(crate) static STEP: Step = Step {
    id: "rm-container-services-fleets",
    name: "Kubernetes Fleets",
    ..Step::of(&FLEET, "container-services")
};
