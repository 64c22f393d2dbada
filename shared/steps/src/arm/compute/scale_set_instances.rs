//! The machines of scale sets that are no virtual machines of their own.

use serde_json::Value;

use crate::arm::compute::disks::DISK;
use crate::arm::compute::scale_sets::SCALE_SET;
use crate::arm::compute::virtual_machines;
use crate::prelude::*;

pub(crate) static INSTANCE: EntityType = EntityType {
    kind: "azure_vm_scale_set_instance",
    class: &["Host"],
    doc: "A machine of a scale set whose machines are all alike.",
    properties: &[
        text("adminUser", "/properties/osProfile/adminUsername", "The first administrator."),
        date("createdOn", "/properties/timeCreated", "When it was created."),
        text("hostname", "/properties/osProfile/computerName", "What the machine calls itself.")
            .or_null(),
        text("instanceId", "/", "Its number within the scale set."),
        flag("latestModelApplied", "/properties/", "Whether it is as the scale set now says."),
        text("platform", "/properties/storageProfile/osDisk/osType", "`linux` or `windows`.")
            .lower_case(),
        flag("protectFromScaleIn", "/properties/protectionPolicy/", "Whether scale-in spares it."),
        text("vmId", "/properties/", "An id that no other machine ever has."),
        text("vmSize", "/sku/name", "Such as `Standard_D2s_v5`."),
        list("zones", "/", "Availability zones."),
    ],
    ..EntityType::child_resource(
        "Microsoft.Compute/virtualMachineScaleSets/virtualMachines",
        "2024-11-01",
    )
};

pub(crate) static STEP: Step = Step {
    id: "rm-compute-virtual-machine-scale-set-instances",
    name: "Virtual Machine Scale Set Instances",
    // The machines of a flexible scale set are virtual machines, which are listed as such.
    list: List::of(&INSTANCE)
        .of_each(&[&SCALE_SET])
        .only(|set| set.get("orchestrationMode").and_then(Value::as_str) != Some("Flexible")),
    becomes: Becomes::one(&INSTANCE).conceals(virtual_machines::SECRETS).links(&[
        Link::of_parent(RelationshipClass::Has),
        Link::uses(&[&DISK], "/properties/storageProfile/osDisk/managedDisk/id"),
        Link::uses(&[&DISK], "/properties/storageProfile/dataDisks/*/managedDisk/id"),
    ]),
    ..Step::of(&INSTANCE, "compute")
};
