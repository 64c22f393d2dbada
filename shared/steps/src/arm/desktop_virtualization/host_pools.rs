//! Host pools of Azure Virtual Desktop.

use crate::prelude::*;

pub(crate) static HOST_POOL: EntityType = EntityType {
    kind: "azure_virtual_desktop_host_pool",
    class: &["Group"],
    doc: "Machines that users get their desktops from.",
    properties: &[
        text("customRdpProperty", "/properties/", "What connections may share, such as drives."),
        text("description", "/properties/", "What it is for."),
        text("friendlyName", "/properties/", "The name that users see."),
        text("hostPoolType", "/properties/", "`Pooled`, or `Personal` if each user has a machine."),
        text("loadBalancerType", "/properties/", "How users are spread over machines."),
        number("maxSessionLimit", "/properties/", "How many users a machine takes."),
        text("preferredAppGroupType", "/properties/", "`Desktop`, or single applications."),
        text("publicNetworkAccess", "/properties/", "`Disabled`: only private endpoints reach it."),
        flag("startVMOnConnect", "/properties/", "Whether machines start when users come."),
        flag("validationEnvironment", "/properties/", "Whether it gets changes before others."),
    ],
    ..EntityType::resource("Microsoft.DesktopVirtualization/hostPools", "2024-04-03")
};

pub(crate) static STEP: Step = Step {
    id: "rm-desktop-virtualization-host-pools",
    name: "Virtual Desktop Host Pools",
    // Whoever has the token can add a machine.
    becomes: Becomes::one(&HOST_POOL)
        .conceals(&["/properties/registrationInfo", "/properties/vmTemplate"]),
    ..Step::of(&HOST_POOL, "desktop-virtualization")
};
