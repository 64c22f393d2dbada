//! Pools of machines of batch accounts.

use crate::arm::batch::accounts::ACCOUNT;
use crate::arm::compute::images::IMAGE;
use crate::arm::compute::shared_image_versions::VERSION;
use crate::arm::compute::shared_images::SHARED_IMAGE;
use crate::arm::network::virtual_networks::SUBNET;
use crate::prelude::*;

pub(crate) static POOL: EntityType = EntityType {
    kind: "azure_batch_pool",
    class: &["Cluster"],
    doc: "Machines that run the tasks of an account.",
    properties: &[
        text("allocationState", "/properties/", "`Resizing` while it changes."),
        date("createdOn", "/properties/creationTime", "When it was created."),
        number("currentDedicatedNodes", "/properties/", "How many machines there are."),
        number("currentLowPriorityNodes", "/properties/", "How many machines Azure can take back."),
        text("etag", "/", "Changes with it."),
        text(
            "imageReference.offer",
            "/properties/deploymentConfiguration/virtualMachineConfiguration/imageReference/offer",
            "What is installed.",
        ),
        text("interNodeCommunication", "/properties/", "`Enabled` if machines reach each other."),
        text(
            "publicIpAddressProvisioning",
            "/properties/networkConfiguration/publicIPAddressConfiguration/provision",
            "`NoPublicIPAddresses` if the internet reaches none of its machines.",
        ),
        text("targetNodeCommunicationMode", "/properties/", "Who calls: the account or machines."),
        number("taskSlotsPerNode", "/properties/", "How many tasks run at once."),
        text("vmSize", "/properties/", "Such as `STANDARD_D2S_V3`."),
    ],
    ..EntityType::child("Microsoft.Batch/batchAccounts/pools", "2024-07-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-batch-pool",
    name: "Batch Pools",
    becomes: Becomes::one(&POOL)
        .conceals(&[
            "/properties/startTask/commandLine",
            "/properties/startTask/containerSettings/registry/password",
            "/properties/startTask/environmentSettings/*/value",
            "/properties/startTask/resourceFiles/*/httpUrl",
            "/properties/startTask/resourceFiles/*/storageContainerUrl",
            "/properties/mountConfiguration",
            "/properties/userAccounts/*/password",
            "/properties/userAccounts/*/linuxUserConfiguration/sshPrivateKey",
            concat!(
                "/properties/deploymentConfiguration/virtualMachineConfiguration",
                "/containerConfiguration/containerRegistries/*/password",
            ),
            concat!(
                "/properties/deploymentConfiguration/virtualMachineConfiguration",
                "/extensions/*/settings",
            ),
            concat!(
                "/properties/deploymentConfiguration/virtualMachineConfiguration",
                "/extensions/*/protectedSettings",
            ),
        ])
        .links(&[
            Link::of_parent(RelationshipClass::Has),
            Link::of(&[&SUBNET], "/properties/networkConfiguration/subnetId"),
            Link::uses(
                &[&IMAGE, &SHARED_IMAGE, &VERSION],
                "/properties/deploymentConfiguration/virtualMachineConfiguration/imageReference/id",
            ),
        ]),
    ..Step::of(&POOL, "batch").of_each(&[&ACCOUNT])
};
