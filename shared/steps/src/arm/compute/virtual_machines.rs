//! Virtual machines.

pub(crate) mod status;

use graph::{Entity, Key, Name};
use serde_json::{Map, Value, json};

use crate::arm::compute::disks::DISK;
use crate::arm::compute::images::IMAGE;
use crate::arm::compute::scale_sets::SCALE_SET;
use crate::arm::compute::shared_image_versions::VERSION;
use crate::arm::compute::shared_images::SHARED_IMAGE;
use crate::arm::storage::accounts::STORAGE_ACCOUNT;
use crate::entra::service_principals::SERVICE_PRINCIPAL;
use crate::host::host;
use crate::path;
use crate::prelude::*;

pub(crate) static VIRTUAL_MACHINE: EntityType = EntityType {
    kind: "azure_vm",
    class: &["Host"],
    doc: "A machine that runs in a subscription.",
    properties: &[
        text("vmId", "/properties/", "An id that no other machine ever has."),
        text("vmSize", "/properties/hardwareProfile/", "Such as `Standard_D2s_v5`."),
        text("hostname", "/properties/osProfile/computerName", "What the machine calls itself.")
            .or_null(),
        text("platform", "/properties/storageProfile/osDisk/osType", "`linux` or `windows`.")
            .lower_case(),
        text(
            "osName",
            "/properties/storageProfile/imageReference/offer",
            "What was installed, such as `ubuntu-24_04-lts`.",
        ),
        text(
            "osVersion",
            "/properties/storageProfile/imageReference/exactVersion",
            "The version of what was installed.",
        ),
        text("adminUser", "/properties/osProfile/adminUsername", "The first administrator."),
        flag(
            "disablePasswordAuthentication",
            "/properties/osProfile/linuxConfiguration/",
            "Whether only keys open a shell, on Linux.",
        ),
        flag(
            "enableAutomaticUpdates",
            "/properties/osProfile/windowsConfiguration/",
            "Whether Windows updates itself.",
        ),
        text("timeZone", "/properties/osProfile/windowsConfiguration/", "Windows' time zone."),
        flag(
            "encryptionAtHost",
            "/properties/securityProfile/",
            "Whether what the host stores of it is encrypted.",
        ),
        text("securityType", "/properties/securityProfile/", "Such as `TrustedLaunch`."),
        flag(
            "secureBootEnabled",
            "/properties/securityProfile/uefiSettings/",
            "Whether only signed systems start.",
        ),
        text("licenseType", "/properties/", "The licence that its owner brought."),
        text("priority", "/properties/", "`Spot` if Azure may evict the machine."),
        text("evictionPolicy", "/properties/", "What becomes of it when evicted."),
        text("extensionsTimeBudget", "/properties/", "How long its extensions may take to start."),
        flag("usesManagedDisks", COMPUTED, "Whether Azure manages every disk."),
        each(
            "applicationSecurityGroup",
            concat!(
                "/properties/networkProfile/networkInterfaceConfigurations/*",
                "/properties/ipConfigurations/*/properties/applicationSecurityGroups/*/id",
            ),
            "The application security groups that its network interfaces are in.",
        ),
        list("zones", "/", "Availability zones."),
    ],
    ..EntityType::resource("Microsoft.Compute/virtualMachines", "2024-07-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-compute-virtual-machines",
    name: "Virtual Machines",
    covers: &[
        "rm-compute-virtual-machine-disk-relationships",
        "rm-compute-virtual-machine-image-relationships",
        "rm-compute-virtual-machine-managed-identity-relationships",
        "rm-virtual-machines-scale-sets-relationships",
    ],
    becomes: Becomes::one(&VIRTUAL_MACHINE).refine(disks).conceals(SECRETS).links(&[
        Link::uses(&[&DISK], "/properties/storageProfile/osDisk/managedDisk/id")
            .with(|_, _| flagged("osDisk")),
        Link::uses(&[&DISK], "/properties/storageProfile/dataDisks/*/managedDisk/id")
            .with(|_, _| flagged("dataDisk")),
        Link::uses(&[&STORAGE_ACCOUNT], "/properties/storageProfile/osDisk/vhd/uri").by(host),
        Link::uses(&[&STORAGE_ACCOUNT], "/properties/storageProfile/dataDisks/*/vhd/uri").by(host),
        Link::uses(&[&IMAGE, &SHARED_IMAGE, &VERSION], MADE_OF),
        Link::found(RelationshipClass::Uses, &[&VERSION], version),
        Link::uses(&[&SCALE_SET], "/properties/virtualMachineScaleSet/id"),
        identity("/identity/principalId")
            .with(|_, _| properties(json!({ "managedIdentityType": "SystemAssigned" }))),
        identity("/identity/userAssignedIdentities/*/principalId").with(user_assigned),
    ]),
    ..Step::of(&VIRTUAL_MACHINE, "compute")
};

/// What whoever made a machine told it, and what its extensions are told.
pub(crate) const SECRETS: &[&str] = &[
    "/properties/userData",
    "/properties/osProfile/customData",
    "/properties/osProfile/adminPassword",
    "/properties/osProfile/windowsConfiguration/additionalUnattendContent",
    "/resources/*/properties/settings",
    "/resources/*/properties/protectedSettings",
];

/// Links to the service principals whose object ids are at `path`.
const fn identity(path: &'static str) -> Link {
    const KIND: &str = "azure_vm_uses_managed_identity";
    const TO: &[&EntityType] = &[&SERVICE_PRINCIPAL];
    Link::uses(TO, path).kind(KIND).or_map(&[KIND], |id, _| {
        let target = json!({ "_type": SERVICE_PRINCIPAL.kind, "_key": Key::new(id) });
        map(KIND, &[&["_type", "_key"]], target)
    })
}

fn flagged(name: &str) -> Map<String, Value> {
    Map::from_iter([(name.to_owned(), true.into())])
}

fn properties(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(properties) => properties,
        _ => Map::new(),
    }
}

/// What is known of an identity of the machine: its id is the name under which it is listed.
fn user_assigned(principal: &str, vm: &Item<'_>) -> Map<String, Value> {
    let mut found = properties(json!({ "managedIdentityType": "UserAssigned" }));
    let identities = path::first(vm.json, "/identity/userAssignedIdentities");
    for (id, identity) in identities.and_then(Value::as_object).into_iter().flatten() {
        if path::first(identity, "/principalId").and_then(Value::as_str) == Some(principal) {
            found.insert("azureId".to_owned(), id.as_str().into());
            let client = path::first(identity, "/clientId").filter(|it| it.is_string());
            found.extend(client.map(|it| ("clientId".to_owned(), it.clone())));
        }
    }
    found
}

fn disks(vm: &Item<'_>, entity: &mut Entity) {
    let mut disks = vm.values("/properties/storageProfile/osDisk");
    disks.extend(vm.values("/properties/storageProfile/dataDisks/*"));
    if !disks.is_empty() {
        let are_managed = disks.iter().all(|it| path::first(it, "/managedDisk").is_some());
        entity.set("usesManagedDisks", Some(are_managed));
    }
}

const MADE_OF: &str = "/properties/storageProfile/imageReference/id";

/// A machine that was made of the latest version of a shared image names the image, and the version
/// besides.
fn version(vm: &Item<'_>) -> Vec<Name> {
    let image = vm.text(MADE_OF);
    let image = image.filter(|it| it.contains("/galleries/") && !it.contains("/versions/"));
    let version = vm.text("/properties/storageProfile/imageReference/exactVersion");
    let name = |(image, version)| Name::of_id(&format!("{image}/versions/{version}"));
    image.zip(version).map(name).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use graph::Entity;
    use serde_json::value::to_raw_value;

    use super::*;
    use crate::item::InstanceView;
    use crate::output::Output;

    fn convert(step: &Step, json: &Value) -> Output {
        let instance = InstanceView::example();
        let raw = to_raw_value(json).unwrap();
        let mut out = Output::default();
        step.convert(Item { json, raw: &raw, parent: None, instance: &instance }, &mut out);
        out
    }

    fn stating(codes: &[&str]) -> Vec<Entity> {
        let statuses: Vec<_> = codes.iter().map(|code| json!({ "code": code })).collect();
        let vm = json!({ "id": "/vm", "properties": { "instanceView": { "statuses": statuses } } });
        convert(&status::STEP, &vm).entities
    }

    #[test]
    fn a_machine_runs_or_does_not() {
        let check = |code, state, active: bool| {
            let found = stating(&["ProvisioningState/succeeded", code]);
            assert_eq!(found[0].text("state"), Some(state));
            assert_eq!(found[0].properties["active"], active);
        };
        check("PowerState/running", "running", true);
        check("PowerState/deallocated", "stopped", false);
        check("PowerState/stopped", "stopped", false);
        check("PowerState/starting", "starting", false);
    }

    #[test]
    fn what_azure_does_not_say_is_not_recorded() {
        assert!(stating(&["ProvisioningState/succeeded"]).is_empty());
        assert!(stating(&["PowerState/unknown"]).is_empty());
        assert!(convert(&status::STEP, &json!({ "id": "/vm" })).entities.is_empty());
    }

    #[test]
    fn whether_disks_are_managed_is_unknown_without_disks() {
        let vm = json!({ "id": "/vm", "properties": { "storageProfile": { "dataDisks": [] } } });
        let found = convert(&STEP, &vm).entities;
        assert_eq!(found[0].properties.get("usesManagedDisks"), None);
        assert_eq!(found[0].properties["hostname"], Value::Null);
    }
}
