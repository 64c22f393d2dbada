//! Machines outside of Azure that Azure Arc manages.

use crate::prelude::*;

pub(crate) static MACHINE: EntityType = EntityType {
    kind: "azure_arc_machine",
    class: &["Host"],
    doc: "A machine outside of Azure, which an agent connects to it.",
    properties: &[
        text("agentVersion", "/properties/", "The version of the agent."),
        text("cloudProvider", DETECTED, "Where it runs, such as `AWS`."),
        text("domainName", "/properties/", "The domain that it is a member of."),
        text("extensionsEnabled", "/properties/agentConfiguration/", "`false` refuses extensions."),
        text("fqdn", "/properties/machineFqdn", "The name at which it is reached."),
        text("hostname", "/properties/osProfile/computerName", "What the machine calls itself.")
            .or_null(),
        each("incomingPorts", PORTS, "The ports that Azure may open connections to."),
        date("lastStatusChange", "/properties/", "When its status last changed.").volatile(),
        text("osName", "/properties/osSku", "Such as `Windows Server 2022 Standard`."),
        text("osVersion", "/properties/", "The version of the operating system."),
        text("platform", "/properties/osType", "`linux` or `windows`.").lower_case(),
        text("privateLinkScopeId", SCOPE, "The private link scope by which it reaches Azure."),
        text("status", "/properties/", "`Connected`, `Disconnected` or `Expired`.").volatile(),
        text("vmId", "/properties/", "An id that no other machine has."),
        text("vmUuid", "/properties/", "The id that its firmware has."),
    ],
    ..EntityType::resource("Microsoft.HybridCompute/machines", "2024-07-10")
};

const DETECTED: &str = "/properties/detectedProperties/cloudprovider";
const PORTS: &str = "/properties/agentConfiguration/incomingConnectionsPorts/*";
const SCOPE: &str = "/properties/privateLinkScopeResourceId";

pub(crate) static STEP: Step = Step {
    id: "rm-hybrid-compute-machines",
    name: "Azure Arc Machines",
    becomes: Becomes::one(&MACHINE).conceals(&[
        "/resources/*/properties/settings",
        "/resources/*/properties/protectedSettings",
    ]),
    ..Step::of(&MACHINE, "hybrid-compute")
};
