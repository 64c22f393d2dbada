//! Scale sets of virtual machines.

use graph::Entity;

use crate::arm::compute::images::IMAGE;
use crate::arm::compute::shared_image_versions::VERSION;
use crate::arm::compute::shared_images::SHARED_IMAGE;
use crate::arm::network::security_groups::SECURITY_GROUP;
use crate::arm::network::virtual_networks::SUBNET;
use crate::prelude::*;

macro_rules! profile {
    ($($path:literal),+) => {
        concat!("/properties/virtualMachineProfile/", $($path),+)
    };
}

pub(crate) static SCALE_SET: EntityType = EntityType {
    kind: "azure_vm_scale_set",
    class: &["Deployment", "Group"],
    doc: "Machines that are alike, and of which there are as many as are needed.",
    properties: &[
        number("instanceCount", "/sku/capacity", "How many machines there are to be."),
        text("orchestrationMode", "/properties/", "`Uniform` or `Flexible`."),
        number("platformFaultDomainCount", "/properties/", "How many racks its machines are on."),
        flag("singlePlacementGroup", "/properties/", "Whether there are at most 100 machines."),
        text("sku", "/sku/name", "Such as `Standard_D2s_v5`."),
        text("upgradeMode", "/properties/upgradePolicy/mode", "How machines come to be changed."),
        flag(
            "enableAutomaticOsUpgrade",
            "/properties/upgradePolicy/automaticOSUpgradePolicy/enableAutomaticOSUpgrade",
            "Whether machines turn to newer images by themselves.",
        ),
        flag(
            "encryptionAtHost",
            profile!("securityProfile/encryptionAtHost"),
            "Whether what the host stores of a machine is encrypted.",
        ),
        text("securityType", profile!("securityProfile/securityType"), "Such as `TrustedLaunch`."),
        flag(
            "secureBootEnabled",
            profile!("securityProfile/uefiSettings/secureBootEnabled"),
            "Whether only signed systems start.",
        ),
        flag(
            "virtualMachineProfile.diagnosticsProfile.bootDiagnostics.enabled",
            profile!("diagnosticsProfile/bootDiagnostics/enabled"),
            "Whether what a machine shows when it starts is kept.",
        ),
        list("virtualMachineProfile.extensionProfile.extensions", COMPUTED, "Names of extensions."),
        list(
            "virtualMachineProfile.networkProfile.networkInterfaceConfigurations",
            COMPUTED,
            "The names of the network interfaces that each machine has.",
        ),
        text(
            "virtualMachineProfile.osProfile.adminUsername",
            profile!("osProfile/adminUsername"),
            "The first administrator of each machine.",
        ),
        text(
            "virtualMachineProfile.osProfile.computerNamePrefix",
            profile!("osProfile/computerNamePrefix"),
            "What the names of the machines begin with.",
        ),
        flag(
            "virtualMachineProfile.osProfile.linuxConfiguration.disablePasswordAuthentication",
            profile!("osProfile/linuxConfiguration/disablePasswordAuthentication"),
            "Whether only keys open a shell, on Linux.",
        ),
        flag(
            "virtualMachineProfile.osProfile.linuxConfiguration.provisionVMAgent",
            profile!("osProfile/linuxConfiguration/provisionVMAgent"),
            "Whether Azure's agent is installed, on Linux.",
        ),
        list(
            "virtualMachineProfile.osProfile.linuxConfiguration.ssh.publicKeys",
            COMPUTED,
            "The files that hold the keys which open a shell.",
        ),
        text(
            "virtualMachineProfile.storageProfile.imageReference.offer",
            profile!("storageProfile/imageReference/offer"),
            "What is installed.",
        ),
        text(
            "virtualMachineProfile.storageProfile.imageReference.publisher",
            profile!("storageProfile/imageReference/publisher"),
            "Who publishes what is installed.",
        ),
        text(
            "virtualMachineProfile.storageProfile.imageReference.sku",
            profile!("storageProfile/imageReference/sku"),
            "Which sort of it is installed.",
        ),
        text(
            "virtualMachineProfile.storageProfile.imageReference.version",
            profile!("storageProfile/imageReference/version"),
            "Which version of it is installed.",
        ),
        list("zones", "/", "Availability zones."),
    ],
    ..EntityType::resource("Microsoft.Compute/virtualMachineScaleSets", "2024-11-01")
};

const IMAGES: &[&EntityType] = &[&IMAGE, &SHARED_IMAGE, &VERSION];
const SUBNETS: &str = profile!(
    "networkProfile/networkInterfaceConfigurations/*/properties",
    "/ipConfigurations/*/properties/subnet/id"
);
const SECURITY_GROUPS: &str = profile!(
    "networkProfile/networkInterfaceConfigurations/*/properties",
    "/networkSecurityGroup/id"
);

pub(crate) static STEP: Step = Step {
    id: "rm-compute-virtual-machines-scale-sets",
    name: "Virtual Machine Scale Sets",
    covers: &["rm-virtual-machines-scale-sets-image-relationships"],
    becomes: Becomes::one(&SCALE_SET)
        .refine(names)
        .conceals(&[
            profile!("userData"),
            profile!("osProfile/customData"),
            profile!("osProfile/adminPassword"),
            profile!("osProfile/windowsConfiguration/additionalUnattendContent"),
            profile!("extensionProfile/extensions/*/properties/settings"),
            profile!("extensionProfile/extensions/*/properties/protectedSettings"),
        ])
        .links(&[
            Link::uses(IMAGES, profile!("storageProfile/imageReference/id")),
            Link::of(&[&SUBNET], SUBNETS),
            Link::new(RelationshipClass::Protects, &[&SECURITY_GROUP], SECURITY_GROUPS).reverse(),
        ]),
    ..Step::of(&SCALE_SET, "compute")
};

/// What stands in a list without an id goes by its name.
fn names(set: &Item<'_>, entity: &mut Entity) {
    for (property, list, name) in [
        (
            "virtualMachineProfile.extensionProfile.extensions",
            profile!("extensionProfile/extensions"),
            "name",
        ),
        (
            "virtualMachineProfile.networkProfile.networkInterfaceConfigurations",
            profile!("networkProfile/networkInterfaceConfigurations"),
            "name",
        ),
        (
            "virtualMachineProfile.osProfile.linuxConfiguration.ssh.publicKeys",
            profile!("osProfile/linuxConfiguration/ssh/publicKeys"),
            "path",
        ),
    ] {
        let is_there = !set.values(list).is_empty();
        entity.set(property, is_there.then(|| set.texts(&format!("{list}/*/{name}"))));
    }
}
