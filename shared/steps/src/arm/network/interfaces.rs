//! Network interfaces, and what the machines that they belong to reach through them.

use graph::Entity;
use serde_json::Value;

use crate::arm::compute::virtual_machines::VIRTUAL_MACHINE;
use crate::arm::network::application_security_groups::APPLICATION_SECURITY_GROUP;
use crate::arm::network::public_ips::PUBLIC_IP;
use crate::arm::network::virtual_networks::SUBNET;
use crate::path;
use crate::prelude::*;

pub(crate) static INTERFACE: EntityType = EntityType {
    kind: "azure_nic",
    class: &["NetworkInterface"],
    doc: "What connects a machine or a private endpoint to a subnet.",
    properties: &[
        text("resourceGuid", "/properties/", "An id that no other interface has."),
        text("macAddress", COMPUTED, "The hardware address, once there is one."),
        flag("ipForwarding", "/properties/enableIPForwarding", "Whether it routes for others."),
        each(
            "privateIp",
            "/properties/ipConfigurations/*/properties/privateIPAddress",
            "The addresses within the virtual network.",
        ),
        text("privateIpAddress", COMPUTED, "The private address of the primary configuration."),
        each(
            "publicIp",
            "/properties/ipConfigurations/*/properties/publicIPAddress/properties/ipAddress",
            "The addresses at which the internet reaches it, which they themselves say.",
        ),
        text("publicIpAddress", COMPUTED, "One of the public addresses."),
        text("securityGroupId", "/properties/networkSecurityGroup/id", "What protects it."),
        text("virtualMachineId", MACHINE, "The machine that it belongs to."),
    ],
    ..EntityType::resource("Microsoft.Network/networkInterfaces", "2024-05-01")
};

const MACHINE: &str = "/properties/virtualMachine/id";
const APPLICATION_SECURITY_GROUPS: &str =
    "/properties/ipConfigurations/*/properties/applicationSecurityGroups/*/id";

pub(crate) static STEP: Step = Step {
    id: "rm-network-interfaces",
    name: "Network Interfaces",
    covers: &[
        "rm-azure-application-security-group-virtual-machine-relation",
        "rm-compute-network-relationships",
    ],
    becomes: Becomes::one(&INTERFACE)
        .refine(addresses)
        .links(&[
            Link::uses(&[&VIRTUAL_MACHINE], MACHINE).reverse(),
            Link::uses(
                &[&PUBLIC_IP],
                "/properties/ipConfigurations/*/properties/publicIPAddress/id",
            )
            .subject(&[&VIRTUAL_MACHINE], MACHINE),
            Link::of(&[&SUBNET], "/properties/ipConfigurations/*/properties/subnet/id")
                .subject(&[&VIRTUAL_MACHINE], MACHINE),
            Link::new(RelationshipClass::Protects, &[&VIRTUAL_MACHINE], MACHINE)
                .subject(&[&APPLICATION_SECURITY_GROUP], APPLICATION_SECURITY_GROUPS),
        ])
        .nested(&[Nested::besides(
            Becomes::extension(&VIRTUAL_MACHINE, &["applicationSecurityGroup"])
                .when(|nic| nic.key(MACHINE).is_some())
                .key(|nic| nic.key(MACHINE))
                .refine(application_security_groups),
        )]),
    ..Step::of(&INTERFACE, "network")
};

fn addresses(nic: &Item<'_>, entity: &mut Entity) {
    let mac = nic.text("/properties/macAddress");
    entity.set("macAddress", mac.filter(|it| !it.is_empty()));
    let configurations = nic.values("/properties/ipConfigurations/*");
    let is_primary = |it: &Value| path::first(it, "/properties/primary") == Some(&true.into());
    let primary = configurations.iter().find(|it| is_primary(it)).or(configurations.first());
    let Some(primary) = primary else { return };
    let text = |path| path::first(primary, path).and_then(Value::as_str);
    entity.set("privateIpAddress", text("/properties/privateIPAddress"));
    entity.set("publicIpAddress", text("/properties/publicIPAddress/properties/ipAddress"));
    // An interface names its public addresses by id. Which they are, they say themselves; that
    // there are none, only the interface can say.
    if nic.values("/properties/ipConfigurations/*/properties/publicIPAddress").is_empty() {
        entity.set("publicIp", Some(Value::Array(Vec::new())));
    }
}

/// A machine is in the application security groups that its interfaces are in.
fn application_security_groups(nic: &Item<'_>, machine: &mut Entity) {
    let mut groups = nic.texts(APPLICATION_SECURITY_GROUPS);
    groups.sort_unstable();
    groups.dedup();
    machine.set("applicationSecurityGroup", Some(groups));
}
