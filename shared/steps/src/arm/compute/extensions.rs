//! Extensions of virtual machines.

use crate::arm::compute::virtual_machines::VIRTUAL_MACHINE;
use crate::prelude::*;

pub(crate) static EXTENSION: EntityType = EntityType {
    kind: "azure_vm_extension",
    class: &["Application"],
    doc: "A program that Azure installs on a machine.",
    properties: &[
        flag(
            "autoUpgradeMinorVersion",
            "/properties/",
            "Whether the newest minor version is installed.",
        ),
        flag("enableAutomaticUpgrade", "/properties/", "Whether newer versions take its place."),
        text("extType", "/properties/type", "Which program it is, such as `CustomScript`."),
        text("publisher", "/properties/", "Who made it."),
        text("version", "/properties/typeHandlerVersion", "The version of the program."),
        flag("settings.autoUpdate", "/properties/settings/autoUpdate", "Whether it updates."),
        text(
            "settings.azureResourceId",
            "/properties/settings/azureResourceId",
            "The machine that it reports as.",
        ),
        flag(
            "settings.forceReOnboarding",
            "/properties/settings/forceReOnboarding",
            "Whether the machine is enrolled once more.",
        ),
        flag(
            "settings.vNextEnabled",
            "/properties/settings/vNextEnabled",
            "Whether the unified agent is installed.",
        ),
        text("settings.workspaceId", "/properties/settings/workspaceId", "Where it reports to."),
    ],
    ..EntityType::child_resource("Microsoft.Compute/virtualMachines/extensions", "2024-11-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-compute-virtual-machine-extensions",
    name: "Virtual Machine Extensions",
    // Commands and addresses with signatures stand among the settings.
    becomes: Becomes::one(&EXTENSION)
        .conceals(&["/properties/settings", "/properties/protectedSettings"])
        .links(&[Link::of_parent(RelationshipClass::Uses)]),
    ..Step::of(&EXTENSION, "compute").of_each(&[&VIRTUAL_MACHINE])
};
