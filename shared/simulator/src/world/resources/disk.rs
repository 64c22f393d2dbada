//! Managed disks: first the system disks, by the index of their machine, then the data disks.

use serde_json::{Map, Value, json};

use super::{Resource, ResourceType, Spelling, virtual_machine};
use crate::world::dates::{DAY, TODAY, offset};
use crate::world::random::Draw;
use crate::world::resources::plan::Plan;

/// The index of the machine that a disk was made for.
pub(crate) const fn owner(disk: &Resource) -> u64 {
    match disk.index.checked_sub(disk.plan.virtual_machines) {
        None => disk.index,
        Some(place) => place * 3,
    }
}

/// The index of a disk by its machine and the part of its name behind the machine's.
pub(crate) fn of_name(plan: &Plan, machine: u64, tail: &str) -> u64 {
    let is_system = tail.to_ascii_lowercase().starts_with("osdisk");
    if is_system { machine } else { plan.virtual_machines + machine / 3 }
}

pub(crate) fn name(disk: &Resource) -> String {
    let machine = disk.other(ResourceType::VirtualMachine, owner(disk)).name();
    if is_system(disk) {
        let mut code = disk.draw("name");
        format!("{machine}_OsDisk_1_{}{}", code.hex(16), code.hex(16))
    } else {
        format!("{machine}_DataDisk_0")
    }
}

const fn is_system(disk: &Resource) -> bool {
    disk.index < disk.plan.virtual_machines
}

/// The kind of storage behind a disk.
pub(crate) fn sku(disk: &Resource) -> &'static str {
    disk.draw("sku").pick(&["Premium_LRS", "Premium_LRS", "StandardSSD_LRS", "Standard_LRS"])
}

/// Disks made for machines that use blobs instead are left over, and belong to nothing.
fn is_attached(disk: &Resource) -> bool {
    !virtual_machine::has_blob_disks(owner(disk))
}

pub(crate) fn json(disk: &Resource) -> Map<String, Value> {
    let machine = disk.other(ResourceType::VirtualMachine, owner(disk));
    let mut draw = disk.draw("disk");
    let gigabytes = if is_system(disk) { 127 } else { draw.pick(&[32_u64, 128, 512, 1024]) };
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
        "diskState": match (is_attached(disk), virtual_machine::is_deallocated(machine.index)) {
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
    if is_system(disk) {
        properties["osType"] = json!(virtual_machine::operating_system(&machine));
        properties["hyperVGeneration"] = json!(draw.pick(&["V1", "V2"]));
        properties["supportsHibernation"] = json!(false);
    }
    if is_attached(disk) {
        properties["LastOwnershipUpdateTime"] = json!(offset(created + 90, draw.number()));
    }
    let mut resource = disk.envelope(Spelling::UpperGroup, properties);
    let sku = sku(disk);
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
    if is_system(disk) {
        json!({
            "createOption": "FromImage",
            "imageReference": { "id": virtual_machine::image_id(machine) },
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
