//! Virtual machines.

use serde_json::{Map, Value, json};

use super::coded::Coded;
use super::compute::{
    disk_sku, has_blob_disks, image, is_from_disk, operating_system, power_state,
};
use super::kind::Spelling;
use super::managed_identity;
use super::resource::Resource;
use crate::world::dates::{DAY, TODAY, offset};

const SIZES: [&str; 6] = [
    "Standard_D2s_v5",
    "Standard_D4s_v5",
    "Standard_B2ms",
    "Standard_E8s_v5",
    "Standard_F4s_v2",
    "Standard_DS1_v2",
];

pub(crate) fn json(machine: &Resource) -> Map<String, Value> {
    let mut draw = machine.draw("machine");
    let created = TODAY - DAY * i64::try_from(draw.below(1500)).unwrap_or_default() - 600;
    let interfaces: Vec<Value> = machine
        .inventory
        .interfaces_of_machine(machine.index)
        .map(|index| machine.other(Coded::NetworkInterface, index))
        .map(|interface| {
            let mut properties = json!({ "deleteOption": "Detach" });
            if machine.index % 7 == 3 {
                properties["primary"] = json!(interface.index == machine.index);
            }
            json!({ "id": interface.id(Spelling::Created), "properties": properties })
        })
        .collect();
    let mut properties = json!({
        "vmId": draw.guid(),
        "hardwareProfile": { "vmSize": draw.pick(&SIZES) },
        "provisioningState": "Succeeded",
        "timeCreated": offset(created, draw.number()),
        "networkProfile": { "networkInterfaces": interfaces },
        "storageProfile": storage_profile(machine),
        "diagnosticsProfile": { "bootDiagnostics": { "enabled": draw.chance(80) } },
    });
    if !is_from_disk(machine.index) {
        properties["osProfile"] = os_profile(machine);
    }
    match draw.below(10) {
        0 => {
            properties["priority"] = json!("Spot");
            properties["evictionPolicy"] = json!("Deallocate");
            properties["billingProfile"] = json!({ "maxPrice": -1.0 });
        }
        1..=4 => properties["priority"] = json!("Regular"),
        _ => {}
    }
    if draw.chance(50) {
        properties["securityProfile"] = json!({
            "uefiSettings": { "secureBootEnabled": true, "vTpmEnabled": true },
            "securityType": "TrustedLaunch",
        });
    }
    let mut resource = machine.envelope(Spelling::UpperGroup, properties);
    if draw.chance(40) {
        resource.insert("zones".into(), json!([draw.pick(&["1", "2", "3"])]));
    }
    if let Some(identity) = managed_identity::of_machine(machine) {
        resource.insert("identity".into(), identity);
    }
    if draw.chance(60) {
        let extension =
            format!("{}/extensions/AzureMonitorAgent", machine.id(Spelling::UpperGroup));
        resource.insert("resources".into(), json!([{ "id": extension }]));
    }
    resource.insert("etag".into(), json!(format!("\"{}\"", 1 + draw.below(30))));
    resource
}

/// The machine as the list shows it with `statusOnly=true`: nothing but its state.
pub(crate) fn status_json(machine: &Resource) -> Value {
    let mut resource =
        machine.envelope(Spelling::UpperGroup, json!({ "instanceView": instance_view(machine) }));
    resource.remove("tags");
    Value::Object(resource)
}

pub(crate) fn instance_view(machine: &Resource) -> Value {
    let time = offset(TODAY - 3600, machine.draw("status").number());
    let mut statuses = vec![json!({
        "code": "ProvisioningState/succeeded",
        "level": "Info",
        "displayStatus": "Provisioning succeeded",
        "time": time,
    })];
    if let Some((state, text)) = power_state(machine.index) {
        statuses.push(json!({
            "code": format!("PowerState/{state}"),
            "level": "Info",
            "displayStatus": text,
        }));
    }
    json!({ "statuses": statuses })
}

fn os_profile(machine: &Resource) -> Value {
    let mut draw = machine.draw("os profile");
    let mut profile = json!({
        "computerName": machine.name().to_uppercase().chars().take(15).collect::<String>(),
        "adminUsername": draw.pick(&["azureuser", "opsadmin", "localadmin"]),
        "secrets": [],
        "allowExtensionOperations": true,
        "requireGuestProvisionSignal": true,
    });
    if operating_system(machine) == "Windows" {
        profile["windowsConfiguration"] = json!({
            "provisionVMAgent": true,
            "enableAutomaticUpdates": draw.chance(70),
            "patchSettings": { "patchMode": "AutomaticByOS", "assessmentMode": "ImageDefault" },
        });
    } else {
        profile["linuxConfiguration"] = json!({
            "disablePasswordAuthentication": draw.chance(75),
            "provisionVMAgent": true,
            "patchSettings": { "patchMode": "ImageDefault", "assessmentMode": "ImageDefault" },
        });
    }
    profile
}

fn storage_profile(machine: &Resource) -> Value {
    let index = machine.index;
    let (publisher, offer, sku, version, system) = image(machine);
    let attaches = is_from_disk(index);
    let option = if attaches { "Attach" } else { "FromImage" };
    let disk = |disk_index: u64, mut description: Value| {
        let disk = machine.other(Coded::Disk, disk_index);
        description["name"] = json!(disk.name());
        if has_blob_disks(index) {
            description["vhd"] = json!({ "uri": blob(machine, &disk) });
        } else {
            // Within one answer the group is spelt in either way.
            let spelling =
                if index.is_multiple_of(2) { Spelling::UpperGroup } else { Spelling::Created };
            description["managedDisk"] = json!({
                "storageAccountType": disk_sku(&disk),
                "id": disk.id(spelling),
            });
        }
        description
    };
    let system_disk = disk(
        index,
        json!({
            "osType": system,
            "createOption": option,
            "caching": "ReadWrite",
            "deleteOption": "Detach",
            "diskSizeGB": 127,
        }),
    );
    let mut data_disks = Vec::new();
    if index.is_multiple_of(3) {
        let data_disk = machine.inventory.virtual_machines + index / 3;
        let description = json!({
            "lun": 0,
            "createOption": "Attach",
            "caching": "None",
            "writeAcceleratorEnabled": false,
            "deleteOption": "Detach",
            "diskSizeGB": 512,
            "toBeDetached": false,
        });
        data_disks.push(disk(data_disk, description));
    }
    let mut profile = json!({ "osDisk": system_disk, "dataDisks": data_disks });
    if !attaches {
        profile["imageReference"] = json!({
            "publisher": publisher,
            "offer": offer,
            "sku": sku,
            "version": "latest",
            "exactVersion": version,
        });
    }
    profile
}

/// The address of a disk that is a blob.
fn blob(machine: &Resource, disk: &Resource) -> String {
    let account = machine.index % machine.inventory.storage_accounts.max(1);
    let account = machine.other(Coded::StorageAccount, account).name();
    format!("https://{account}.blob.core.windows.net/vhds/{}.vhd", disk.name())
}
