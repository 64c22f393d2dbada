//! Managed disks: first the system disks, by the index of their machine, then the data disks.

use serde_json::{Map, Value, json};

use super::coded::Coded;
use super::compute::{disk_sku, has_blob_disks, image_id, is_deallocated, operating_system};
use super::kind::Spelling;
use super::resource::Resource;
use crate::world::dates::{DAY, TODAY, offset};
use crate::world::random::Draw;

/// Disks made for machines that use blobs instead are left over, and belong to nothing.
fn is_attached(disk: &Resource) -> bool {
    !has_blob_disks(disk.inventory.machine_of_disk(disk.index))
}

pub(crate) fn json(disk: &Resource) -> Map<String, Value> {
    let machine = disk.other(Coded::VirtualMachine, disk.inventory.machine_of_disk(disk.index));
    let mut draw = disk.draw("disk");
    let gigabytes = if disk.inventory.is_system_disk(disk.index) {
        127
    } else {
        draw.pick(&[32_u64, 128, 512, 1024])
    };
    let created = TODAY - DAY * i64::try_from(draw.below(1500)).unwrap_or_default() - 500;
    let (operations, megabytes) = draw.pick(&[(120, 25), (500, 60), (2300, 150), (5000, 200)]);
    let mut properties = json!({
        "creationData": creation_data(disk, &machine),
        "diskSizeGB": gigabytes,
        "diskSizeBytes": gigabytes << 30,
        "diskIOPSReadWrite": operations,
        "diskMBpsReadWrite": megabytes,
        "encryption": encryption(disk, &mut draw),
        "timeCreated": offset(created, draw.number()),
        "provisioningState": "Succeeded",
        "diskState": match (is_attached(disk), is_deallocated(machine.index)) {
            (false, _) => "Unattached",
            (true, true) => "Reserved",
            (true, false) => "Attached",
        },
        "uniqueId": draw.guid(),
        "networkAccessPolicy": draw.pick(&["AllowAll", "DenyAll"]),
        "publicNetworkAccess": draw.pick(&["Enabled", "Disabled"]),
        "dataAccessAuthMode": "None",
        "tier": draw.pick(&["P10", "P20", "E10"]),
    });
    if disk.inventory.is_system_disk(disk.index) {
        properties["osType"] = json!(operating_system(&machine));
        properties["hyperVGeneration"] = json!(draw.pick(&["V1", "V2"]));
        properties["supportsHibernation"] = json!(false);
    }
    if is_attached(disk) {
        properties["LastOwnershipUpdateTime"] = json!(offset(created + 90, draw.number()));
    }
    let mut resource = disk.envelope(Spelling::UpperGroup, properties);
    let sku = disk_sku(disk);
    let tier = sku.split('_').next().unwrap_or_default().replace("SSD", "");
    resource.insert("sku".into(), json!({ "name": sku, "tier": tier }));
    if is_attached(disk) {
        resource.insert("managedBy".into(), json!(machine.id(Spelling::Created)));
    }
    if draw.chance(40) {
        resource.insert("zones".into(), json!([draw.pick(&["1", "2", "3"])]));
    }
    resource
}

fn creation_data(disk: &Resource, machine: &Resource) -> Value {
    if disk.inventory.is_system_disk(disk.index) {
        json!({
            "createOption": "FromImage",
            "imageReference": { "id": image_id(machine) },
        })
    } else {
        json!({ "createOption": "Empty" })
    }
}

fn encryption(disk: &Resource, draw: &mut Draw) -> Value {
    match draw.below(6) {
        0 => json!({
            "type": "EncryptionAtRestWithCustomerKey",
            "diskEncryptionSetId": format!(
                "{}/providers/Microsoft.Compute/diskEncryptionSets/des-shared",
                disk.group().id()
            ),
        }),
        _ => json!({ "type": "EncryptionAtRestWithPlatformKey" }),
    }
}
